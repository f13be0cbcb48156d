"""When a browser leg is given up: the network tells nobody that a browser was killed or a cable pulled."""

from telephony.ports import MEDIA_TIMEOUT, REMOTE_HANGUP

CONNECT_S = 10.0
"""From an offer to its first connection; a browser that still asks for the microphone has not offered yet."""
SILENCE_S = 4.0
"""Without any packet for so long the leg is over; a page that reloads is back within two seconds. ICE's own consent
checks (RFC 7675) notice after 30 s only."""
STALL_S = 1.0
"""Between two looks more than this apart our own process slept: packets wait unread, nobody is to blame."""
NO_MEDIA = "failed:no media"


class MediaWatch:
    """Decides from times alone (monotonic seconds); a new offer from the same page begins a new wait."""

    def __init__(self, now: float) -> None:
        self._since = self._looked = now
        self._up = False
        self._left = False

    def heard(self, now: float) -> None:
        """A packet, or a sign of life of a page that only listens."""
        self._since, self._left = now, False

    def connected(self, now: float) -> None:
        """Media is up."""
        self._up = True
        self.heard(now)

    def offered(self, now: float) -> None:
        """The page came back with a new offer."""
        self.heard(now)

    def left(self) -> None:
        """The page closed its connection in good order: it hung up, or it is being loaded again."""
        self._left = True

    def verdict(self, now: float) -> str | None:
        """The cause for which the leg is to be closed now, or ``None``; ask several times a second."""
        slept, self._looked = now - self._looked, now
        if slept > STALL_S:
            self._since += slept
        quiet = now - self._since
        if not self._up:
            return NO_MEDIA if quiet > CONNECT_S else None
        if quiet <= SILENCE_S:
            return None
        return REMOTE_HANGUP if self._left else MEDIA_TIMEOUT
