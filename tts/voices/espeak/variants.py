"""Which speakers espeak-ng has: the files in ``voices/!v``, each a change of timbre on the same language.

espeak-ng takes any unknown name for the base voice without a word, so names are checked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import espeakng_loader


@cache
def variants() -> frozenset[str]:
    """Return the variant names that exist (``f2``, ``Annie`` ...), without the base voice ``""``."""
    folder = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    return frozenset(path.name for path in folder.iterdir() if path.is_file())


@dataclass(frozen=True)
class EspeakSpeaker:
    """How the embedded voice sounds.

    ``wpm`` is the speaking rate (80-450, about 185 for a calm agent), ``pitch`` and ``pitch_range`` are
    0-99 on espeak's own scale. ``variant`` ``""`` is the plain base voice.

    Raises ``ValueError`` for a variant that does not exist or a figure out of range.
    """

    variant: str = "f2"
    wpm: int = 185
    pitch: int = 48
    pitch_range: int = 58

    def __post_init__(self) -> None:
        if self.variant and self.variant not in variants():
            raise ValueError(f"espeak-ng has no voice {self.variant!r}; use one of {', '.join(sorted(variants()))}")
        if not 80 <= self.wpm <= 450:
            raise ValueError(f"speaking rate {self.wpm} is not between 80 and 450 words per minute")
        if not (0 <= self.pitch <= 99 and 0 <= self.pitch_range <= 99):
            raise ValueError("pitch and pitch range must be between 0 and 99")
