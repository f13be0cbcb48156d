"""How long to wait before a caller's pause counts as the end of the turn."""

from __future__ import annotations

from dataclasses import dataclass

from dialog.protocol import Expectation, ExpectKind


@dataclass(frozen=True, slots=True)
class TurnTiming:
    """Waiting times in seconds, counted from the end of speech as the VAD reports it.

    The VAD itself needs its hang-over (about 0.2 s) before it reports, which comes on top.
    """

    yes_no: float = 0.05
    finished: float = 0.25
    open: float = 0.45
    unfinished: float = 1.0
    dictating: float = 1.1
    waiting: float = 8.0  # "等一下,我找找单号": the caller asked for time
    pause_after: float = 0.08  # voiced time after the VAD's own start delay (0.1 s) before the bot pauses
    decide_within: float = 0.8
    final_within: float = 1.5  # a final that takes longer is given up
    resume_window: float = 1.0

    def end_wait(self, state: str, expect: Expectation, *, number_complete: bool) -> float:
        """Return how long a pause after this text must last to end the turn.

        ``state`` is the meaning-level state of the text: finished, unfinished, wait or backchannel.
        """
        if number_complete:
            return 0.0
        if state == "wait":
            return self.waiting
        if expect.kind in (ExpectKind.NUMBER, ExpectKind.DIGITS):
            return self.dictating
        if state == "unfinished":
            return self.unfinished
        if expect.kind in (ExpectKind.YES_NO, ExpectKind.CHOICE):
            return self.yes_no
        return self.finished if state == "finished" else self.open
