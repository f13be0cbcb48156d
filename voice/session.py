"""One call from ringing to its last ledger entry."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from dialog.protocol import CallStarted, HotlineProfile, Staffing, Transfer
from dialog.turns import read_turn
from ledger import Event as LedgerEvent
from ledger import LedgerUnavailable
from logistics_client.vocabulary import CallerClass, CallerProfile
from telephony.hub import BotLeg, Hub, Role
from telephony.ports import CallGone, SipCall
from telephony.recorder import Recording, RecordingFailed
from voice.bulletin_watch import watch_bulletins
from voice.config import Hotline
from voice.conversation import Conversation
from voice.effects import EffectRunner
from voice.floor.calls import CallFacts
from voice.people import People
from voice.pipeline.build import CallPipeline, build_pipeline
from voice.pipeline.dialogue import number_complete
from voice.services import Services
from voice.turns.policy import TurnPolicy
from voice.web_calls import caption_sink

logger = logging.getLogger(__name__)

# The caller hears ringing meanwhile; the parcels' room itself gives up after 3 s.
IDENTIFY_DEADLINE_S = 3.5
GOODBYE_DEADLINE_S = 15.0
# The last 40 ms are still in the transmit ring when the hub has played them.
TAIL_S = 0.15


class CallSession:
    """Runs one inbound call; it is the ``Line`` of its conversation."""

    def __init__(self, services: Services, call: SipCall) -> None:
        self.call_id = f"c-{secrets.token_hex(8)}"
        self._services = services
        self._call = call
        self._hotline: Hotline = services.hotlines.choose(call.info.called)
        self._hub: Hub | None = None
        self._recording: Recording | None = None
        self._pipeline: CallPipeline | None = None
        self._conversation: Conversation | None = None
        self._people: People | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._purged = False

    async def run(self) -> None:
        """Take the call and stay until everything about it is written down."""
        profile = await self._identify()
        if profile.caller_class is CallerClass.BLOCKED:
            await self._call.reject("blocked")
            return
        try:
            await self._call.answer()
        except CallGone:
            return
        hub = self._hub = Hub(self._call.rate)
        leg = BotLeg(hub.rate)
        try:
            profile = await self._services.redial.begin(self.call_id, profile)
            await self._begin(hub, leg, profile)
            await asyncio.shield(self._call.closed)
        finally:
            await self._end(hub)

    async def drop(self, cause: str) -> None:
        """End the call from outside, e.g. at shutdown."""
        await self._call.hangup(cause)

    # --- Line: what the conversation may do with the call ------------------------------------------------------------

    def hang_up(self, cause: str) -> None:
        """End the call once everything was said."""
        self._spawn(self._say_goodbye(cause))

    def transfer(self, transfer: Transfer) -> None:
        """Try to reach a person."""
        assert self._people is not None, "a conversation with its line has people"
        self._people.reach(transfer)

    def leave_queue(self, request_id: str) -> None:
        """The caller does not wait for the person any longer."""
        if self._people is not None:
            self._people.leave_queue()

    def stop_recording(self) -> None:
        """Stop and purge the recording."""
        if self._recording is not None and self._hub is not None and not self._purged:
            self._purged = True
            self._hub.record(None)
            self._spawn(self._recording.stop_and_purge())

    # --- steps -----------------------------------------------------------------------------------------------------

    async def _identify(self) -> CallerProfile:
        number = self._call.info.caller.number
        try:
            async with asyncio.timeout(IDENTIFY_DEADLINE_S):
                return await self._services.logistics.identify(number)
        except TimeoutError:
            return CallerProfile(CallerClass.UNKNOWN, number, carrier_reachable=False)

    async def _begin(self, hub: Hub, leg: BotLeg, profile: CallerProfile) -> None:
        services, clock = self._services, self._services.clock
        hub.attach(Role.CALLER, self._call)
        hub.attach_voice(Role.BOT, leg)
        self._recording = self._start_recording(hub)
        hub.record(self._recording)
        services.hub_clock.add(hub)
        effects = EffectRunner(
            self.call_id,
            self._call.info.caller.number,
            services.logistics,
            services.ledger,
            clock,
            services.model,
        )
        effects.know(profile.parcels)
        self._pipeline = build_pipeline(
            hub=hub,
            leg=leg,
            recogniser=services.recogniser,
            speaker=services.speaker,
            policy=TurnPolicy(read_turn=read_turn, number_complete=number_complete),
            clock=clock,
            call_ms=lambda: hub.ticks * 20,
        )
        conversation = self._conversation = Conversation(
            self.call_id,
            dialogue=services.dialogue,
            ledger=services.ledger,
            effects=effects,
            mouth=self._pipeline.dialogue,
            clock=clock,
            keep=partial(services.redial.keep, self.call_id),
        )
        conversation.attach(self)
        self._pipeline.dialogue.bind(conversation, captions=caption_sink(self._call))
        self._call.on_dtmf(self._pipeline.dialogue.key_pressed)
        await self._write_start(profile)
        self._people = People(
            services,
            hub,
            self._call,
            self._facts(profile),
            profile,
            conversation,
            self._pipeline,
            hang_up=self.hang_up,
            leave_path=self._hotline.leave_path,
        )
        await self._people.begin()
        self._spawn(self._pipeline.run())
        self._spawn(watch_bulletins(services.logistics, profile.bulletins, conversation.post, clock))
        conversation.start(CallStarted(clock.now(), self.call_id, profile, self._profile(), self._staffing()))

    def _start_recording(self, hub: Hub) -> Recording | None:
        folder = self._services.settings.data_dir / "recordings" / self.call_id

        def failed(error: RecordingFailed) -> None:
            self._note("degraded", {"what": "recording", "error": str(error)})

        try:
            return self._services.recorder.start(folder, hub.rate, on_error=failed, call_id=self.call_id)
        except RecordingFailed as error:
            logger.error("the call is not recorded: %s", error)
            return None

    async def _write_start(self, profile: CallerProfile) -> None:
        info = self._call.info
        data: dict[str, object] = {
            "caller": info.caller.number,
            "anonymous": info.caller.anonymous,
            "asserted": info.caller.asserted,
            "called": info.called,
            "hotline": self._hotline.profile.name,
            "caller_class": profile.caller_class.value,
            "parcels": [parcel.waybill for parcel in profile.parcels[:20]],
            "codec": info.codec,
            "transport": info.transport,
            "sip_call_id": info.call_id,
        }
        try:
            await self._services.ledger.append(
                LedgerEvent("call.started", self.call_id, self._services.clock.now(), data)
            )
        except LedgerUnavailable as error:
            logger.error("a call is served without its ledger: %s", error)

    def _facts(self, profile: CallerProfile) -> CallFacts:
        info = self._call.info
        return CallFacts(
            self.call_id, info.caller.number, profile.caller_class.value, info.called, self._hotline.profile.name
        )

    def _profile(self) -> HotlineProfile:
        return replace(self._hotline.profile, called=self._call.info.called or self._hotline.profile.called)

    def _staffing(self) -> Staffing:
        now = self._services.clock.now()
        is_open = self._hotline.hours.open_at(now)
        reachable = self._services.floor.floor.staffed()
        opens_at = None if is_open else self._hotline.hours.opens_next(now)
        contacts = bool(self._services.floor.tools.routing.trunk.privacy_uri)
        return Staffing(is_open, person_reachable=is_open and reachable, opens_at=opens_at, contacts=contacts)

    async def _say_goodbye(self, cause: str) -> None:
        if self._pipeline is not None:
            try:
                async with asyncio.timeout(GOODBYE_DEADLINE_S):
                    await self._pipeline.dialogue.quiet()
            except TimeoutError:
                logger.warning("a goodbye was not played to its end")
        await asyncio.sleep(TAIL_S)
        await self._call.hangup(cause)

    async def _end(self, hub: Hub) -> None:
        seconds = hub.ticks * 0.02
        self._services.hub_clock.remove(hub)
        if self._people is not None:
            await self._people.close()
        hub.close()
        if self._pipeline is not None:
            await self._pipeline.cancel()
        if self._conversation is not None:
            await self._conversation.close()
        await self._finish_recording(seconds)
        cause = self._call.closed.result() if self._call.closed.done() else "error"
        await self._services.redial.end(self.call_id, cause)
        who = "caller" if cause == "remote_hangup" else "hotline"
        self._note("call.ended", {"cause": cause, "who": who, "seconds": round(seconds, 2)})
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _finish_recording(self, seconds: float) -> None:
        if self._recording is None or self._purged:
            return
        try:
            folder = await self._recording.finish()
        except RecordingFailed as error:
            logger.error("a recording is lost: %s", error)
            return
        if folder is not None:
            self._note("recording.ready", {"folder": folder.name, "seconds": round(seconds, 2)})

    def _note(self, type_: str, data: dict[str, object]) -> None:
        try:
            self._services.ledger.post(LedgerEvent(type_, self.call_id, self._services.clock.now(), data))
        except LedgerUnavailable as error:
            logger.error("an event is lost: %s", error)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("a part of a call failed", exc_info=task.exception())
