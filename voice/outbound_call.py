"""One call that an agent makes, from the agent's own ring to its last ledger entry."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any

import numpy as np
import webrtcvad

from dialog.protocol import HandoverCard, TransferOutcome
from ledger import Event, LedgerUnavailable
from ledger.commands import Command, CommandResult
from telephony.hub import BotLeg, Hub, Mode, Role
from telephony.ports import CallGone, DialFailed, SipCall
from telephony.recorder import Recording, RecordingFailed
from voice.config import Hotline
from voice.floor.aftercare import Aftercare
from voice.floor.agents import Refused, passed
from voice.floor.calls import CallFacts
from voice.floor.line import Offered
from voice.floor.offering import call_message
from voice.floor.overhearing import Overhearing
from voice.floor.store import LiveCall
from voice.handover import Handover
from voice.pipeline.vad import AGGRESSIVENESS
from voice.services import Services

logger = logging.getLogger(__name__)

CONSENT = "您好，{brand}客服给您回电，通话有录音。"
AGENT_RINGS_S, CUSTOMER_RINGS_S, CONSENT_DEADLINE_S = 20.0, 45.0, 12.0
NOT_YET = "客户还没有接通，操作没有执行。"
NO_BOT = "这是您拨出的电话，没有机器人可以转回，请挂断或转接。"
NO_SOUND = "您的话机没有接通，电话没有拨出。"

_SENTENCES = {
    "busy": "客户正在通话中，请稍后再拨。",
    "no_answer": "客户没有接听，请稍后再拨。",
    "declined": "客户拒接了这通电话。",
    "unreachable": "这个号码无法接通，请核对后再拨。",
    "failed": "外呼线路没有接通，请稍后再试。",
    "agent_hangup": "您已挂断，没有再拨客户。",
    "customer_left": "客户接听后马上挂断了。",
}
_OPEN = (TransferOutcome.BRIDGED, TransferOutcome.QUEUED, TransferOutcome.RINGING)


class _Over(Exception):  # noqa: N818 - an outcome
    """The call ended before anybody talked; the text is the cause."""


class OutboundCall:
    """One call to ``uri``; the :class:`voice.handover.Around` of its people, and what commands steer."""

    def __init__(
        self, services: Services, facts: CallFacts, hotline: Hotline, offered: Offered, uri: str, earlier: str
    ) -> None:
        self._services, self._facts, self._hotline, self._offered = services, facts, hotline, offered
        self._uri, self._earlier = uri, earlier
        self._tools = services.floor.tools
        self._handover: Handover | None = None
        self._agent: SipCall | None = None
        self._customer: SipCall | None = None
        self._given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hanging_up: asyncio.Task[None] | None = None
        self._recording: Recording | None = None
        self._card = HandoverCard("回电")
        self._hub = Hub(8000)
        self._ticket = ""
        self.media: dict[str, object] = {}
        self._softphone: asyncio.Future[SipCall] | None = None

    async def begin(self) -> None:
        """Write the start, take commands, and show the call on the agent's screen.

        Raises:
            LedgerUnavailable: no call without its ledger.
        """
        call_id, info = self._facts.call_id, self._facts
        data = {
            "direction": "outbound",
            "caller": info.number,
            "called": info.called,
            "hotline": info.hotline,
            "agent": self._offered.agent.agent_id,
            **({"calls_back": self._earlier} if self._earlier else {}),
        }
        await self._services.ledger.append(Event("call.started", call_id, self._services.clock.now(), data))
        await self._services.floor.book.own(call_id)
        self._tools.live.add(call_id, self)
        if self._offered.agent.device == "browser":
            self._ticket, self._softphone = self._tools.tickets.issue(call_id)
            url = f"{self._tools.media_base}/api/v1/calls/{call_id}/media"
            self.media = {"url": url, "ticket": self._ticket, "ice_servers": self._tools.ice_servers()}
        await self._tools.screens.call(self._shown("ringing"))

    async def run(self) -> None:
        """Stay until the call is over and everything about it is written down."""
        cause, seconds = "failed", 0.0
        try:
            hub = await self._connect()
            try:
                await self._converse(hub)
            finally:
                seconds = hub.ticks * 0.02
                await self._leave(hub)
            cause = await self._cause()
        except _Over as over:
            cause = str(over)
            await self._tell_failure(cause)
        finally:
            await asyncio.shield(self._end(cause, seconds))

    async def steer(self, command: Command) -> CommandResult:
        """Run one command of a person.

        Raises:
            Refused: it cannot be done now.
        """
        if command.verb == "to_bot":
            raise Refused(NO_BOT)
        if self._handover is not None:
            return await self._handover.steer(command)
        if command.verb != "hangup":
            raise Refused(NOT_YET)
        if not self._given_up.done():
            self._given_up.set_result(None)
        return CommandResult(True)

    # --- both telephones ---------------------------------------------------------------------------------------------

    async def _connect(self) -> Hub:
        """The agent, then the customer, then the consent; returns the call's hub."""
        agent = self._agent = await self._first(self._agent_leg(), NO_SOUND)
        waiting = Hub(agent.rate)
        tone = BotLeg(waiting.rate)
        waiting.attach(Role.AGENT, agent)
        waiting.attach_voice(Role.WHISPER, tone)
        waiting.set_mode(Mode.WAITING)
        self._services.hub_clock.add(waiting)
        ringing = asyncio.create_task(_ringback(tone))
        try:
            self._customer = await self._first(self._dial_customer(), "failed", agent)
        finally:
            ringing.cancel()
            self._services.hub_clock.remove(waiting)
            waiting.close()
        agent.flush()
        return Hub(self._customer.rate)

    async def _agent_leg(self) -> SipCall:
        agent = self._offered.agent
        if self._softphone is None:
            headers = {"X-Hotline-Call": self._facts.call_id}
            number = self._hotline.number or None
            return await self._services.endpoint.dial(
                agent.device, from_number=number, headers=headers, timeout=AGENT_RINGS_S
            )
        async with asyncio.timeout(AGENT_RINGS_S):
            leg = await asyncio.shield(self._softphone)
        await leg.answer()
        return leg

    async def _dial_customer(self) -> SipCall:
        number = self._hotline.number or None
        return await self._services.endpoint.dial(self._uri, from_number=number, timeout=CUSTOMER_RINGS_S)

    async def _first(self, dialling: Coroutine[Any, Any, SipCall], cause: str, agent: SipCall | None = None) -> SipCall:
        """The leg, unless the agent gives up or hangs up first."""
        task = asyncio.create_task(dialling)
        stopping: list[asyncio.Future[Any]] = [self._given_up, *([agent.closed] if agent is not None else [])]
        try:
            await asyncio.wait({task, *stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not any(one.done() for one in stopping):
                return task.result()
        except DialFailed as failure:
            raise _Over(failure.reason if agent is not None else cause) from failure
        except (TimeoutError, CallGone) as late:
            raise _Over(cause) from late
        finally:
            task.cancel()  # stops the ringing; does nothing when it is over
        (result,) = await asyncio.gather(task, return_exceptions=True)
        if not isinstance(result, BaseException):
            await result.hangup("withdrawn")
        raise _Over("agent_hangup")

    # --- the talk ----------------------------------------------------------------------------------------------------

    async def _converse(self, hub: Hub) -> None:
        assert self._agent is not None and self._customer is not None, "both are connected"
        customer, agent = self._customer, self._agent
        bot, copy = BotLeg(hub.rate), BotLeg(hub.rate)
        hub.attach(Role.CALLER, customer)
        hub.attach(Role.AGENT, agent)
        hub.attach_voice(Role.BOT, bot)
        hub.attach_voice(Role.WHISPER, copy)
        hub.set_mode(Mode.WAITING)
        self._recording = self._start_recording(hub)
        hub.record(self._recording)
        self._services.hub_clock.add(hub)
        await self._ask_consent(bot, copy)
        if customer.closed.done():
            raise _Over("customer_left")
        if agent.closed.done():
            raise _Over("agent_hangup")
        self._hub = hub
        self._handover = Handover(
            self._tools, self._services.endpoint, hub, customer, self._facts, self, speak=self._speak
        )
        await self._handover.converse(self._offered, agent, self._card)

    async def _ask_consent(self, bot: BotLeg, copy: BotLeg) -> None:
        """Say that the call is recorded; the agent hears it too and knows when to begin."""
        assert self._customer is not None and self._agent is not None, "both are connected"
        text = CONSENT.format(brand=self._hotline.profile.brand)
        spoken = bytearray()
        async for chunk in self._services.speaker.speak(text, rate=bot.rate):
            bot.write(chunk.pcm)
            copy.write(chunk.pcm)
            spoken += chunk.pcm
        self.log("turn.bot", {"text": text, "start_ms": 0, "end_ms": len(spoken) * 500 // bot.rate})
        played = asyncio.ensure_future(bot.wait_below(0))
        waiting: set[asyncio.Future[Any]] = {played, self._customer.closed, self._agent.closed}
        await asyncio.wait(waiting, timeout=CONSENT_DEADLINE_S, return_when=asyncio.FIRST_COMPLETED)
        played.cancel()

    def _start_recording(self, hub: Hub) -> Recording | None:
        folder = self._services.settings.data_dir / "recordings" / self._facts.call_id

        def failed(error: RecordingFailed) -> None:
            self.log("degraded", {"what": "recording", "error": str(error)})

        try:
            return self._services.recorder.start(folder, hub.rate, on_error=failed, call_id=self._facts.call_id)
        except RecordingFailed as error:
            logger.error("a call that an agent made is not recorded: %s", error)
            return None

    # --- Around: what the hand-over tells ----------------------------------------------------------------------------

    def log(self, type_: str, data: Mapping[str, object]) -> None:
        """Append to the call's ledger."""
        try:
            self._services.ledger.post(Event(type_, self._facts.call_id, self._services.clock.now(), dict(data)))
        except LedgerUnavailable as error:
            logger.error("an event is lost: %s", error)

    def progress(self, outcome: TransferOutcome, position: int | None = None, estimate_s: int | None = None) -> None:
        """There is no bot to fall back to: when no person is left, the call is over."""
        if outcome not in _OPEN:
            self.hang_up("agent_hangup")

    def hang_up(self, cause: str) -> None:
        """End the customer's leg."""
        if self._customer is not None:
            self._hanging_up = asyncio.create_task(self._customer.hangup(cause))

    def bridged(self, agent_id: str) -> Callable[[], Awaitable[None]]:
        """Both people's words are written from now on; returns what ends that."""
        aftercare = Aftercare(self._services, self._facts.call_id, self._card, self.log)
        aftercare.begin(agent_id)
        recogniser = self._services.recogniser
        ears = [
            Overhearing(self._hub, "caller", recogniser, self._voiced(), aftercare.caller_said),
            Overhearing(self._hub, "agent", recogniser, self._voiced(), aftercare.agent_said),
        ]

        async def end() -> None:
            for ear in ears:
                ear.close()

        return end

    def _voiced(self) -> Callable[[bytes], bool]:
        detector, rate = webrtcvad.Vad(AGGRESSIVENESS), self._hub.rate
        return lambda pcm: bool(detector.is_speech(pcm, rate))

    async def _speak(self, text: str) -> AsyncIterator[bytes]:
        async for chunk in self._services.speaker.speak(text, rate=self._hub.rate, private=True):
            yield chunk.pcm

    # --- the end -----------------------------------------------------------------------------------------------------

    async def _cause(self) -> str:
        """Why the customer's line ended; whoever is left on it then is hung up."""
        assert self._customer is not None, "there was a talk"
        if self._hanging_up is not None:
            await self._hanging_up
        return self._customer.closed.result() if self._customer.closed.done() else "agent_hangup"

    async def _leave(self, hub: Hub) -> None:
        self._services.hub_clock.remove(hub)
        if self._handover is not None:
            await self._handover.close()
        hub.close()

    async def _end(self, cause: str, seconds: float) -> None:
        """Nobody is left on a line, the agent is free, and the ledger has its last entries."""
        for leg in (self._customer, self._agent):
            if leg is not None and not leg.closed.done():
                await leg.hangup(cause)
        if self._ticket:
            self._tools.tickets.withdraw(self._ticket)
        if self._handover is None:
            await self._tools.screens.over(self._shown("ended"))
        # After a talk the agent is in wrap-up and belongs to this call no longer: then this changes nothing.
        await self._tools.line.settle(self._offered.agent.agent_id, self._offered.offer_id, passed)
        await self._finish_recording(seconds)
        who = "caller" if cause == "remote_hangup" else "agent" if cause == "agent_hangup" else "hotline"
        self.log("call.ended", {"cause": cause, "who": who, "seconds": round(seconds, 2)})
        self._tools.live.remove(self._facts.call_id)
        with contextlib.suppress(LedgerUnavailable):
            await self._services.floor.book.disown(self._facts.call_id)

    async def _finish_recording(self, seconds: float) -> None:
        recording = self._recording
        if recording is None:
            return
        try:
            folder = await recording.finish()
        except RecordingFailed as error:
            logger.error("a recording is lost: %s", error)
            return
        if folder is not None:
            self.log("recording.ready", {"folder": folder.name, "seconds": round(seconds, 2)})

    async def _tell_failure(self, cause: str) -> None:
        agent = self._offered.agent
        self.log("transfer.failed", {"outcome": cause if cause in _SENTENCES else "failed", "agent": agent.agent_id})
        message = {"type": "error", "error": _SENTENCES.get(cause, NO_SOUND), "request": None}
        await self._tools.screens.tell(agent.agent_id, message)

    def _shown(self, phase: str) -> LiveCall:
        board, agent_id = self._tools.board, self._offered.agent.agent_id
        call = call_message(self._facts.call_id, phase, board.now)
        return LiveCall(self._facts.call_id, board.process, (agent_id,), call, {})


async def _ringback(voice: BotLeg) -> None:
    """What the agent hears meanwhile: 450 Hz, one second in five, as Chinese networks do it."""
    t = np.arange(voice.rate) / voice.rate
    tone = (3000 * np.sin(2 * np.pi * 450 * t)).astype("<i2").tobytes()
    while True:
        voice.write(tone)
        await asyncio.sleep(5)
