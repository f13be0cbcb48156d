"""The process's browser legs: new callers, agents' softphones, pages that come back."""

import asyncio
import time
from collections.abc import Callable, Sequence

from aiortc import RTCIceServer

from telephony.admission import AT_CAPACITY, Admission
from telephony.ports import CallGone, TelephonyError
from telephony.webrtc.call import CALLER_CODECS, SOFTPHONE_CODECS, WebCall
from telephony.webrtc.ice import IceServer, for_browser

SHUTDOWN = "shutdown"
MAX_CONNECTING = 5
"""Callers' offers that may wait for their connection at once: one that never comes holds a place for ten seconds, and
a flood of them must leave the telephones' places alone."""


class LineBusy(TelephonyError):  # noqa: N818 - an outcome, in the words of the field
    """No further call is taken now; ``reason`` is ``draining``, ``blocked`` or ``at_capacity``."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no further call is taken now ({reason}); try again later.")
        self.reason = reason


class WebEndpoint:
    """Answers offers and keeps the legs until they end.

    ``admission`` is the one of the telephones: both share the cap on conversations. Softphones are not counted, they
    belong to calls that are.
    """

    def __init__(
        self,
        *,
        ice_servers: Sequence[IceServer] = (),
        admission: Admission | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ice_servers, self._admission, self._now = tuple(ice_servers), admission, now
        self._calls: dict[str, WebCall] = {}
        self._callers: set[WebCall] = set()

    @property
    def calls(self) -> int:
        """Live legs."""
        return len(self._calls)

    def ice_servers(self) -> list[dict[str, str]]:
        """What a page gives to its ``RTCPeerConnection``; passwords that expire are made now."""
        return for_browser(self._ice_servers)

    async def caller(self, sdp: str, *, called: str = "") -> tuple[WebCall, str]:
        """Take a new caller: the leg, still connecting, and the SDP answer.

        Raises:
            LineBusy: no further call is taken.
            OfferRefused: the offer cannot be answered.
        """
        call = WebCall(called=called, prefer=CALLER_CODECS, ice_servers=self._servers(), now=self._now)
        refusal = self._refusal(call)
        if refusal is not None:
            await call.hangup(refusal)
            raise LineBusy(refusal)
        self._callers.add(call)
        call.on_closed(lambda _cause: self._release(call))
        return call, await self._open(call, sdp)

    async def softphone(self, sdp: str) -> tuple[WebCall, str]:
        """Connect an agent's (or supervisor's) browser: the leg and the SDP answer; A-law if the browser has it.

        Raises:
            OfferRefused: the offer cannot be answered.
        """
        call = WebCall(prefer=SOFTPHONE_CODECS, ice_servers=self._servers(), now=self._now)
        return call, await self._open(call, sdp)

    async def resume(self, token: str, sdp: str) -> str:
        """Take back a page whose connection was lost, on the same leg; returns the SDP answer.

        Raises:
            CallGone: the token is of no live call.
            OfferRefused: the offer cannot be answered; the leg waits on.
        """
        call = self._calls.get(token)
        if call is None:
            raise CallGone("the call has ended; start a new one.")
        return await call.offer(sdp)

    async def close(self) -> None:
        """Hang up every leg and wait until all connections are closed."""
        await asyncio.gather(*(call.hangup(SHUTDOWN) for call in list(self._calls.values())))

    def _refusal(self, call: WebCall) -> str | None:
        if sum(not caller.up for caller in self._callers) >= MAX_CONNECTING:
            return AT_CAPACITY
        return self._admission.admit(call.info) if self._admission is not None else None

    async def _open(self, call: WebCall, sdp: str) -> str:
        token = call.resume_token
        self._calls[token] = call
        call.on_closed(lambda _cause: self._forget(token))
        try:
            return await call.offer(sdp)
        except BaseException:
            await call.hangup("failed:offer")
            raise

    def _release(self, caller: WebCall) -> None:
        self._callers.discard(caller)
        if self._admission is not None:
            self._admission.release(caller.info.call_id)

    def _forget(self, token: str) -> None:
        self._calls.pop(token, None)

    def _servers(self) -> list[RTCIceServer]:
        servers = []
        for server in self._ice_servers:
            username, credential = server.login(time.time())
            servers.append(RTCIceServer(server.url, username or None, credential or None))
        return servers
