"""Where the time of one answer went: from the end of the caller's voice to our first sound, stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

STAGES = ("voice_ended", "heard", "turn_ended", "say_began", "first_sound")
_NAMES = ("vad", "recogniser", "endpoint", "dialogue", "voice")


class AnswerStages:
    """Takes the moments of a turn in order and tells their distances, in milliseconds, at the first sound."""

    def __init__(self, clock: Callable[[], float], hang_over_s: float) -> None:
        self._clock = clock
        self._hang_over_ms = hang_over_s * 1000
        self._at: dict[str, float] = {}

    def reached(self, stage: str) -> dict[str, float] | None:
        """Note a stage; the last one returns how long each took, None where the bot did not answer a turn."""
        number = STAGES.index(stage)
        if number and STAGES[number - 1] not in self._at:
            return None
        for later in STAGES[number:]:
            self._at.pop(later, None)
        self._at[stage] = self._clock()
        if stage != STAGES[-1]:
            return None
        moments = [self._at[name] for name in STAGES]
        self._at.clear()
        took = [self._hang_over_ms, *(1000 * (b - a) for a, b in pairwise(moments))]
        return {name: round(ms, 1) for name, ms in zip(_NAMES, took, strict=True)}
