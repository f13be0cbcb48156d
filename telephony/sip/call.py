"""One call on the stack, wrapped so that its measured pitfalls stay in this file."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from baresip import (
    AudioNotActive,
    AudioRestarted,
    BaresipError,
    Call,
    CallStats,
    Event,
    StackEvent,
    StaleHandleError,
    TransferFailed,
)

from telephony.call_leg import CallLeg
from telephony.ports import CANCELLED, LOCAL_HANGUP, MEDIA_TIMEOUT, REMOTE_HANGUP, TRANSFERRED, CallGone, CallInfo
from telephony.sip.watch import CHECK_S, SoundWatch, Verdict

logger = logging.getLogger(__name__)

_READ_MAX = 6400
_ANSWER_TIMEOUT = 3.0  # a caller who sent no ACK by then (RFC 3261 repeats the 200 three times) is not there
_MEDIA_TIMEOUT = 2.0
_CODECS = {8000: "G711", 16000: "G722", 48000: "OPUS"}


class BaresipCall(CallLeg):
    """A :class:`telephony.ports.SipCall` on a stack call.

    Close causes are ambiguous in the stack (BYE and CANCEL read alike, our own hang-up says "Rejected by user"), so
    our own cause is recorded before we act. ``on_media`` is called each time media came up, ``on_fault`` once for each
    silence that :class:`SoundWatch` found; a leg it gives up ends as ``media_timeout``.
    """

    def __init__(
        self,
        call: Call,
        info: CallInfo,
        on_media: Callable[[], None],
        watch: SoundWatch,
        on_fault: Callable[[Verdict], None],
    ) -> None:
        super().__init__(info)
        self._call = call
        self._on_media = on_media
        self._own_cause: str | None = None
        self._established = False
        self._up: asyncio.Future[None] = asyncio.get_running_loop().create_future()  # answered, or over
        self._on_hold = False
        self._closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._dtmf: list[Callable[[str], None]] = []
        self._watch, self._on_fault = watch, on_fault
        self._read_at = 0.0
        self._verdict = Verdict.SOUND
        self._giving_up: asyncio.Task[None] | None = None
        call.on(self._on_event)
        call.on_rtcp(lambda stats: watch.reported(time.monotonic(), stats.rx_packets))

    def __repr__(self) -> str:
        return f"<BaresipCall {self._info.direction} {self._info.transport}>"

    @property
    def on_hold(self) -> bool:
        """True while the far end holds us."""
        return self._on_hold

    @property
    def stats(self) -> CallStats | None:
        """The stack's final statistics once the call ended."""
        stats: CallStats | None = self._call.final_stats
        return stats

    def replay(self, events: Iterable[StackEvent]) -> None:
        """Deliver events that came before the stack's call object listened, to it and through it to us."""
        for event in events:
            self._call._on_stack_event(event)

    async def answer(self) -> None:
        """Answer and wait until media is up; raises :class:`CallGone` when the caller left first."""
        try:
            await self._call.answer()
        except StaleHandleError as error:
            raise CallGone("the caller hung up before the call was answered.") from error
        except BaresipError as error:
            raise CallGone(f"the call could not be answered: {error}.") from error
        await self.wait_media(_ANSWER_TIMEOUT)

    async def wait_media(self, timeout: float) -> None:
        """Wait for the ACK or 200 and for the stack's audio; raises :class:`CallGone` if it ends or never comes."""
        await asyncio.wait({self._up}, timeout=timeout)
        deadline = asyncio.get_running_loop().time() + _MEDIA_TIMEOUT
        missing = "no confirmation"
        while not self._closed.done() and self._established:
            if self._refresh_rate():
                return
            if asyncio.get_running_loop().time() > deadline:
                missing = "no audio"
                break
            await asyncio.sleep(0.005)  # the stack offers no event for "audio is up"
        if not self._closed.done():
            await self.hangup(f"failed:{missing}")
            raise CallGone(f"the call was given up: {missing} came.")
        raise CallGone("the other side left before the call was up.")

    async def reject(self, cause: str = "rejected") -> None:
        """Refuse a ringing call (486)."""
        self._own_cause = self._own_cause or cause
        try:
            await self._call.reject()
        except StaleHandleError:
            return

    async def hangup(self, cause: str = LOCAL_HANGUP) -> None:
        """End the call; a second hang-up and a call that is already gone are no errors."""
        if self._closed.done():
            return
        self._own_cause = self._own_cause or cause
        try:
            await self._call.hangup()
        except StaleHandleError:
            return

    async def send_dtmf(self, digits: str) -> None:
        """Send RFC 4733 digits; raises ``ValueError`` for a character that is no key."""
        try:
            await self._call.send_dtmf(digits)
        except StaleHandleError:
            return

    async def transfer_to(self, consulted: "BaresipCall", timeout: float = 20.0) -> bool:
        """Hand this call's peer over to another call's peer (REFER with Replaces) and leave the path.

        Only for telephone systems that support Replaces. True: both our legs end with cause ``transferred``. False: the
        peer refused or did not report; both calls live on, taken off hold again, and can be bridged.
        """
        try:
            await self._call.attended_transfer(consulted._call, timeout=timeout)
        except TransferFailed:
            for call in (self, consulted):
                with contextlib.suppress(BaresipError):  # a leg that ended meanwhile needs no resume
                    await call._call.resume()
            return False
        except BaresipError as error:
            raise CallGone(f"the call could not be transferred: {error}.") from error
        await consulted.hangup("transferred")
        return True

    def on_confirmed(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` once: when the call is established, or when it ended without."""
        self._up.add_done_callback(lambda _future: callback())

    def read(self) -> bytes:
        """PCM since the last read; never raises."""
        parts = b""
        self._read_at = time.monotonic()
        for _ in range(8):
            part = self._read_once()
            parts = parts + part if parts else part
            if len(part) < _READ_MAX:
                break
        if parts:
            self._watch.read(self._read_at, len(parts) * 25 // self._info.rate)
        return parts

    def write(self, pcm: bytes) -> int:
        """Queue PCM; returns the bytes taken, 0 while media is down."""
        for _ in range(2):
            try:
                return int(self._call.audio.write(pcm))
            except AudioRestarted:
                self._refresh_rate()
            except AudioNotActive:
                return 0
        return 0

    def queued(self) -> int:
        """Bytes in the transmit ring."""
        try:
            return int(self._call.audio.info().tx_buffered)
        except AudioNotActive:
            return 0

    def flush(self) -> None:
        """Empty the transmit ring; at most one frame still reaches the wire."""
        for _ in range(2):
            try:
                self._call.audio.flush_tx()
                return
            except AudioRestarted:
                self._refresh_rate()
            except AudioNotActive:
                return

    def _read_once(self) -> bytes:
        for _ in range(2):
            try:
                return bytes(self._call.audio.read(_READ_MAX))
            except AudioRestarted:
                self._refresh_rate()
            except AudioNotActive:
                return b""
        return b""

    def _check(self) -> None:
        """Look after the sound; a leg that is lost is ended, and whoever owns it rings somebody again."""
        if self._closed.done():
            return
        now = time.monotonic()
        if self._on_hold or now - self._read_at > 1.0:
            self._watch.excused(now)
        verdict, before = self._watch.verdict(now), self._verdict
        self._verdict = verdict
        if verdict is not before and verdict is not Verdict.SOUND:
            self._on_fault(verdict)
            logger.info("a leg is without sound", extra={"verdict": verdict.value, "call": self._info.call_id})
        if verdict in (Verdict.MUTE, Verdict.GONE):
            self._giving_up = asyncio.create_task(self.hangup(MEDIA_TIMEOUT))
        else:
            asyncio.get_running_loop().call_later(CHECK_S, self._check)

    def _refresh_rate(self) -> bool:
        """Take the negotiated rate from the stack; False while audio is not up."""
        try:
            audio = self._call.audio.info()
        except AudioNotActive:
            return False
        if not (audio.rx_ready and audio.tx_ready):
            return False
        rate = audio.rx_sample_rate
        if rate != self._info.rate or not self._info.codec:
            self._info = replace(self._info, rate=rate, codec=_CODECS.get(rate, str(rate)))
        self._on_media()  # new streams mean new native threads
        return True

    def _on_event(self, event: StackEvent) -> None:
        kind = event.event
        if kind is Event.CALL_ESTABLISHED and not self._established:
            self._established = True
            self._watch.excused(time.monotonic())
            self._check()
            self._mark_up()
        elif kind is Event.CALL_DTMF_START and event.text:
            # Not the library's paired on_dtmf: it loses digits sent by SIP INFO.
            self._keyed(event.text)
        elif kind is Event.CALL_HOLD:
            self._on_hold = True
        elif kind is Event.CALL_RESUME:
            self._on_hold = False
        elif kind is Event.CALL_CLOSED and not self._closed.done():
            self._closed.set_result(self._own_cause or self._cause_from(event.text or ""))
            self._mark_up()

    def _mark_up(self) -> None:
        if not self._up.done():
            self._up.set_result(None)

    def _cause_from(self, text: str) -> str:
        if "rtp stream error" in text.lower():
            return MEDIA_TIMEOUT
        if text == "Call transfered":  # the stack's spelling
            return TRANSFERRED
        if not self._established and self._info.direction == "inbound":
            return CANCELLED
        if not self._established:
            return f"failed:{text or 'no reason given'}"
        return REMOTE_HANGUP
