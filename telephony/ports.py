"""The two ports other rooms use to reach a telephone: :class:`SipEndpoint` and :class:`SipCall`.

Audio everywhere in this room is signed 16-bit little-endian mono PCM in ``bytes``; a *frame* is 20 ms of it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Direction = Literal["inbound", "outbound"]

REMOTE_HANGUP = "remote_hangup"
LOCAL_HANGUP = "local_hangup"
CANCELLED = "cancelled"
MEDIA_TIMEOUT = "media_timeout"
TRANSFERRED = "transferred"


class TelephonyError(Exception):
    """Base of what this room raises; the message is one sentence that says what to do."""


class PortTaken(TelephonyError):  # noqa: N818 - an outcome, in the words of the field
    """No free port was found for the SIP listener or its RTP range."""


class StartFailed(TelephonyError):  # noqa: N818 - an outcome, in the words of the field
    """The SIP stack could not be started in this process."""


class CallGone(TelephonyError):  # noqa: N818 - an outcome, in the words of the field
    """The call ended before the operation; nothing is left to do but clean up."""


class DialFailed(TelephonyError):  # noqa: N818 - an outcome, in the words of the field
    """An outbound call was not answered.

    ``reason`` is ``busy``, ``no_answer``, ``declined``, ``unreachable`` or ``failed``; ``code`` is the SIP status
    (RFC 3261 section 21) when the far end sent one, else 0.
    """

    def __init__(self, code: int, reason: str, text: str = "") -> None:
        super().__init__(text or f"the called party did not answer ({reason}, SIP status {code}).")
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class CallerId:
    """Who is calling, as far as the network says.

    ``number`` is the national significant number in digits (``+86`` and trunk prefixes removed) or ``None`` when it
    is withheld or not a number; ``asserted`` tells that it came from P-Asserted-Identity (RFC 3325), which the
    carrier vouches for, and not from the From header, which anybody may write.
    """

    number: str | None
    display: str | None
    anonymous: bool
    asserted: bool


@dataclass(frozen=True)
class CallInfo:
    """What is known about a call; ``codec`` is ``""`` and ``rate`` a guess until its media is up.

    ``codec`` is ``G711``, ``G722`` or ``OPUS``, ``rate`` the PCM rate of read and write in Hz, ``transport`` ``udp``,
    ``tcp`` or ``webrtc``.
    """

    call_id: str
    caller: CallerId
    called: str
    codec: str
    rate: int
    transport: str
    direction: Direction


class SipCall(Protocol):
    """One call leg. The audio methods never block and never raise; signalling methods treat "gone" as done."""

    @property
    def info(self) -> CallInfo:
        """The latest facts; ``codec`` and ``rate`` are final once :meth:`answer` or ``dial`` returned."""

    @property
    def rate(self) -> int:
        """PCM rate of :meth:`read` and :meth:`write` in Hz; may change when the peer renegotiates."""

    @property
    def closed(self) -> asyncio.Future[str]:
        """Done when the call ended; its result is the cause.

        Causes: ``remote_hangup``, ``local_hangup`` (or the cause given to :meth:`hangup`), ``cancelled``,
        ``media_timeout``, ``transferred``, ``failed:<text>``. Await it through :func:`asyncio.shield`.
        """

    @property
    def on_hold(self) -> bool:
        """True while the far end holds us."""

    async def answer(self) -> None:
        """Answer with 200 OK and wait until media is up; raises :class:`CallGone` when the caller left first."""

    async def reject(self, cause: str = "rejected") -> None:
        """Refuse a ringing call with 486, the one code the stack can send."""

    async def hangup(self, cause: str = LOCAL_HANGUP) -> None:
        """End the call in any state; ``cause`` becomes the result of :attr:`closed`."""

    async def send_dtmf(self, digits: str) -> None:
        """Send RFC 4733 digits, about 220 ms each; does nothing once the call is gone."""

    def on_dtmf(self, callback: Callable[[str], None]) -> None:
        """Call ``callback(digit)`` at the *start* of every received key."""

    def on_closed(self, callback: Callable[[str], None]) -> None:
        """Call ``callback(cause)`` once when the call ended; at once when it already has."""

    def read(self) -> bytes:
        """PCM that arrived since the last read, ``b""`` when none did or media is down."""

    def write(self, pcm: bytes) -> int:
        """Queue PCM for transmission; returns the bytes taken (0 while media is down)."""

    def queued(self) -> int:
        """Bytes written and not yet handed to the encoder."""

    def flush(self) -> None:
        """Discard what is queued; at most one 20 ms frame can still reach the wire."""


class SipEndpoint(Protocol):
    """The process's one SIP listener; every transport it serves delivers calls to the same callback."""

    async def start(self) -> list[str]:
        """Bind and listen; returns the SIP URIs. Raises :class:`PortTaken` or :class:`StartFailed`."""

    def on_incoming(self, callback: Callable[[SipCall], None]) -> None:
        """Deliver every admitted inbound call, still ringing, to ``callback``."""

    async def dial(
        self,
        uri: str,
        *,
        from_number: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
    ) -> SipCall:
        """Call ``uri`` and wait for the answer; raises :class:`DialFailed` with its reason."""

    def drain(self) -> None:
        """Refuse new calls with 486 from now on; live calls continue."""

    async def close(self) -> None:
        """Hang up what is left and stop listening."""
