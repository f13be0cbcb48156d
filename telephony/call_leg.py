"""What every call leg has, whatever carries its sound: its facts, its keys, and an end that is told once."""

import asyncio
from collections.abc import Callable

from telephony.ports import CallInfo


class CallLeg:
    """The part of :class:`telephony.ports.SipCall` that telephones and browsers share; made on the event loop."""

    def __init__(self, info: CallInfo) -> None:
        self._info = info
        self._closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._on_dtmf: list[Callable[[str], None]] = []

    @property
    def info(self) -> CallInfo:
        """The latest facts about the call."""
        return self._info

    @property
    def rate(self) -> int:
        """PCM rate in Hz, followed through renegotiations and pages that come back."""
        return self._info.rate

    @property
    def closed(self) -> asyncio.Future[str]:
        """Done with the cause when the call ended."""
        return self._closed

    def on_dtmf(self, callback: Callable[[str], None]) -> None:
        """Call ``callback(digit)`` at the start of each key."""
        self._on_dtmf.append(callback)

    def on_closed(self, callback: Callable[[str], None]) -> None:
        """Call ``callback(cause)`` once when the call ended; at once when it already has."""
        if self._closed.done():
            callback(self._closed.result())
            return
        self._closed.add_done_callback(lambda future: callback(future.result()))

    def _keyed(self, digit: str) -> None:
        for callback in list(self._on_dtmf):
            callback(digit)
