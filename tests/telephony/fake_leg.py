"""A person's leg in virtual time: a transmit ring emptied by hand and arrivals given by the test."""


class RingLeg:
    def __init__(self, rate: int = 8000) -> None:
        self.rate = rate
        self.arrived = bytearray()
        self.ring = bytearray()
        self.heard = bytearray()
        self.flushes = 0

    def read(self) -> bytes:
        data = bytes(self.arrived)
        self.arrived.clear()
        return data

    def write(self, pcm: bytes) -> int:
        self.ring += pcm
        return len(pcm)

    def queued(self) -> int:
        return len(self.ring)

    def flush(self) -> None:
        self.flushes += 1
        self.ring.clear()

    def play(self, frames: int = 1) -> None:
        """The far clock takes ``frames`` of 20 ms; silence where the ring is dry."""
        size = frames * self.rate // 50 * 2
        part = bytes(self.ring[:size])
        del self.ring[: len(part)]
        self.heard += part.ljust(size, b"\0")
