"""When a telephone's leg is given up: a broken line says no goodbye, and a muted one does not know that it is mute."""

from enum import StrEnum

CHECK_S = 0.25
SILENT_AFTER_S = 1.0
"""Without sound for so long the leg is silent: noted, nothing is done yet."""
ENOUGH = 10
"""Frames in a second that make sound; less is a trickle, as from a jitter buffer that a stray stream empties."""
REPORT_LASTS_S = 12.0
"""A peer's RTCP report is a sign of life for so long; they come every five seconds (RFC 3550 section 6.2)."""
PACKETS_OF_SOUND = 100
"""Packets counted during a silence that cannot be comfort noise: sound arrives and does not come out."""
STALL_S = 1.0
"""Between two looks more than this apart our own process slept: nobody else is to blame."""


class Verdict(StrEnum):
    """What a look found."""

    SOUND = "sound"
    SILENT = "silent"  # for a moment: perhaps a pause of a telephone that sends no silence
    MUTE = "mute"  # packets arrive, no sound comes out
    GONE = "gone"  # neither sound nor RTCP


class SoundWatch:
    """Decides from times alone (monotonic seconds); ``lost_after_s`` without sound is a leg that is mute or gone.

    A telephone that suppresses silence is told from a broken line by its RTCP reports. ``lost_after_s`` 0 gives nobody
    up: for telephones that suppress silence and send no RTCP either.
    """

    def __init__(self, now: float, lost_after_s: float) -> None:
        self._lost_after_s = lost_after_s
        self._sound_at = self._looked = self._second_began = now
        self._frames = 0
        self._reported_at: float | None = None
        self._packets = self._packets_then = 0

    def read(self, now: float, frames: int) -> None:
        """So many frames came out of the stack."""
        if now - self._second_began >= 1.0:
            self._second_began, self._frames = now, 0
        self._frames += frames
        if frames and self._frames >= ENOUGH:
            self._sound_at, self._packets_then = now, self._packets

    def reported(self, now: float, packets: int) -> None:
        """The peer's RTCP arrived; so many packets of it have been received since the beginning."""
        self._reported_at, self._packets = now, packets
        if now - self._sound_at < SILENT_AFTER_S:
            self._packets_then = packets

    def excused(self, now: float) -> None:
        """The far end holds us, or nobody listens: silence counts from now on."""
        self._sound_at, self._packets_then = now, self._packets

    def verdict(self, now: float) -> Verdict:
        """How the leg is now; ask several times a second."""
        slept, self._looked = now - self._looked, now
        if slept > STALL_S:
            self._sound_at += slept
        quiet = now - self._sound_at
        if quiet < SILENT_AFTER_S:
            return Verdict.SOUND
        if not self._lost_after_s or quiet < self._lost_after_s:
            return Verdict.SILENT
        if self._packets - self._packets_then >= PACKETS_OF_SOUND:
            return Verdict.MUTE
        if self._reported_at is not None and now - self._reported_at < REPORT_LASTS_S:
            return Verdict.SILENT
        return Verdict.GONE
