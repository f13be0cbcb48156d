"""How long to wait before a caller's pause counts as the end of the turn."""

from __future__ import annotations

from dataclasses import dataclass

from dialog.protocol import Expectation, ExpectKind
from dialog.turns import TurnReading


@dataclass(frozen=True, slots=True)
class TurnTiming:
    """Waiting times in seconds, counted from the end of speech as the VAD reports it.

    The VAD itself needs its hang-over (0.16 s) before it reports, which comes on top.
    """

    yes_no: float = 0.0
    finished: float = 0.02  # complete by meaning: a caller who goes on all the same is merged again
    doubtful: float = 0.3  # added for a text that is as likely to go on as not; less in proportion to the doubt
    clear: float = 0.95  # probability from which a text that sounds complete leaves no doubt
    open: float = 0.35
    unfinished: float = 1.0
    dictating: float = 1.1
    waiting: float = 8.0  # "等一下,我找找单号": the caller asked for time
    vad_start: float = 0.1  # how late the VAD reports a voice over the bot
    pause_after: float = 0.03  # voiced time after that before the bot pauses
    decide_within: float = 0.78  # from the first sound, or from the pause where there was none
    decide_latest: float = 2.5  # ... for words that may yet be meant for us, while they are being said
    final_within: float = 1.5  # a final that takes longer is given up
    resume_window: float = 1.0
    acknowledge_after: float = 0.2  # a wish whose order is being written is answered with 好的 from then on
    filler_after: float = 1.2
    noise_after: float = 8.0  # voice activity without a word is noise from then on
    shortest_word: float = 0.38  # voice activity includes the hang-over
    sure: float = 0.6  # confidence of the recogniser below which a meaning is not trusted
    believed: float = 0.4  # confidence below which a text may be noise
    certain: float = 0.72  # confidence from which words over the bot stop it at once, and words of unknown aim count
    certain_words: int = 4  # ... when they are at least so many characters
    resumed_words: int = 2

    def end_wait(self, reading: TurnReading, expect: Expectation, *, number_complete: bool, sure: bool = True) -> float:
        """Return how long a pause after this text must last to end the turn.

        ``reading`` is how the text stands by its meaning; ``sure`` tells that the recogniser trusts its text.
        """
        if number_complete:
            return 0.0
        state = reading.state
        if state == "wait":
            # 催一下 misheard as 等一下 must not cost eight seconds
            return self.waiting if sure else self.unfinished
        if expect.kind in (ExpectKind.NUMBER, ExpectKind.DIGITS):
            return self.finished if state == "finished" else self.dictating
        asked = expect.kind in (ExpectKind.YES_NO, ExpectKind.CHOICE)
        if state == "unfinished":
            # a 是的 misheard as 这个 is no beginning of anything
            return self.doubtful if asked and not sure else self.unfinished
        if asked:
            return self.yes_no + self._doubt(reading)
        return self.finished + self._doubt(reading) if state == "finished" and sure else self.open

    def _doubt(self, reading: TurnReading) -> float:
        """A breath in the middle of a sentence (他今天说送 | 但是没有来) is given time in proportion to the doubt."""
        return self.doubtful * max(0.0, self.clear - reading.certainty) / (self.clear - 0.5)
