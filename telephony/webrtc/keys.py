"""Keys sent as RTP telephone events (RFC 4733)."""

EVENTS = "0123456789*#ABCD"


class KeyEvents:
    """Reports a key once, at the first packet that names it; the updates and the three end packets are the same key.

    A key is told from the next one by the RTP timestamp, which is the moment when it began.
    """

    def __init__(self) -> None:
        self._seen: int | None = None

    def add(self, timestamp: int, payload: bytes) -> str | None:
        """The key that begins with this packet, or ``None``; other events (flash, fax tones) are no keys."""
        if len(payload) < 4 or payload[0] >= len(EVENTS) or timestamp == self._seen:
            return None
        self._seen = timestamp
        return EVENTS[payload[0]]
