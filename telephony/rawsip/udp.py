"""The one asyncio protocol both raw SIP parties listen with."""

import asyncio
from collections.abc import Callable

Address = tuple[str, int]


class DatagramSink(asyncio.DatagramProtocol):
    """Hands each datagram and its sender to ``sink``."""

    def __init__(self, sink: Callable[[bytes, Address], None]) -> None:
        self._sink = sink

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Called by asyncio."""
        self._sink(data, addr)
