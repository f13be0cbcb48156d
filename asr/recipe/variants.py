"""Voice variants nobody wrote: espeak-ng's own settings drawn at random, so that training hears thousands of throats.

The variants that come with espeak-ng are settings of one formant synthesiser (its ``docs/voices.md``): the height,
strength and width of eight formants, pitch, breath, roughness, tone. A small model learns 78 of them by heart; drawing
the settings instead fills the room between them. The held-out variants are never looked at.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PREFIX = "drawn"
"""Variants are called ``drawn0``, ``drawn1``, ..."""

FORMANTS = 9
"""Formant 0 (bass) to formant 8."""

MANDARIN = "sit"
"""The folder of languages that the drawn variants speak: espeak-ng lists 349 voices and variants and no more."""

MOST = 200
"""Drawn variants that a folder may hold beside the package's own."""

LOST = 0.06
"""Chance of each formant above the second to be nearly missing, as in several of the variants that people wrote."""


def draw(rng: random.Random) -> str:
    """The text of one variant file."""
    female = rng.random() < 0.45
    base = rng.uniform(130, 240) if female else rng.uniform(62, 135)
    lines = ["language variant", f"pitch {base:.0f} {base * rng.uniform(1.15, 1.75):.0f}"]
    lines += [_formant(number, female, rng) for number in range(FORMANTS)]
    if rng.random() < 0.18:
        lines.append(f"klatt {rng.choice((1, 2, 3, 4, 5, 6))}")
    if rng.random() < 0.5:
        lines.append(f"voicing {rng.triangular(35, 210, 110):.0f}")
    if rng.random() < 0.5:
        lines.append(f"consonants {rng.uniform(50, 150):.0f} {rng.uniform(40, 160):.0f}")
    if rng.random() < 0.4:
        lines.append(_tone(rng))
    if rng.random() < 0.2:
        lines.append(f"echo {rng.uniform(20, 140):.0f} {rng.uniform(5, 50):.0f}")
    if rng.random() < 0.15:
        lines.append("breath " + " ".join(str(rng.randint(0, 6)) for _ in range(8)))
    lines.append(f"flutter {rng.choice((0, 0, 1, 2, 3, 5, 8, 15))}")
    lines.append(f"roughness {rng.choice((0, 0, 0, 1, 2, 3, 4))}")
    if rng.random() < 0.3:
        lines.append(f"intonation {rng.randint(1, 3)}")
    if rng.random() < 0.3:
        lines.append(rng.choice(_STRESSES))
    return "\n".join(lines) + "\n"


_STRESSES = (
    "stressAdd -20 -20 -20 -20 0 0 20 120",
    "stressAdd 130 140 140 100 0 0 130 160",
    "stressAdd 0 0 -10 -10 0 0 10 40",
    "stressAmp 16 16 24 24 16 16 20 24",
    "stressAmp 30 30 30 30 30 30 30 30",
    "stressAmp 18 16 20 20 20 20 20 20",
)


def _formant(number: int, female: bool, rng: random.Random) -> str:
    """``formant N frequency strength width``, percent of the plain voice."""
    if number > 2 and rng.random() < LOST:
        return f"formant {number} {rng.choice((9, 30, 100, 200))} {rng.choice((0, 10, 40))} {rng.choice((10, 30, 100))}"
    middle = 112 if female else 98
    spread = 14 if number in (1, 2, 3) else 16
    height = min(160.0, max(50.0, rng.gauss(middle, spread)))
    return f"formant {number} {height:.0f} {rng.triangular(45, 170, 95):.0f} {rng.triangular(45, 190, 100):.0f}"


def _tone(rng: random.Random) -> str:
    """``tone``: up to four points of frequency and strength (0 to 255), from bass to treble."""
    points = sorted(rng.sample(range(100, 5000, 100), rng.randint(2, 4)))
    return "tone " + " ".join(f"{hertz} {rng.randint(40, 255)}" for hertz in points)


@contextmanager
def data_folder(count: int, rng: random.Random) -> Iterator[Path]:
    """A folder like ``espeak-ng-data`` that also holds ``count`` drawn variants; gone when the context ends.

    Raises:
        ValueError: ``count`` is more than ``MOST``.
    """
    if count > MOST:
        raise ValueError(f"espeak-ng has room for {MOST} drawn variants, not {count}: draw several folders")
    import espeakng_loader

    original = Path(espeakng_loader.get_data_path())
    with tempfile.TemporaryDirectory(prefix="variants-") as folder:
        data = Path(folder) / original.name
        variants = data / "voices" / "!v"
        for made in (variants, data / "lang"):
            made.mkdir(parents=True)
        _link(original, data, leave_out=("voices", "lang"))
        _link(original / "lang", data / "lang", only=MANDARIN)
        _link(original / "voices" / "!v", variants)
        for number in range(count):
            (variants / f"{PREFIX}{number}").write_text(draw(rng), encoding="ascii")
        yield data


def _link(source: Path, target: Path, leave_out: Sequence[str] = (), only: str = "") -> None:
    for entry in source.iterdir():
        if entry.name not in leave_out and only in ("", entry.name):
            (target / entry.name).symlink_to(entry)
