"""The fixed mix of calls, and one simulated caller of it at the socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import yaml

from telephony.rawsip import RawCaller
from telephony.rawsip.caller import CallRefused
from tts.build import espeak_voice
from tts.voices.espeak.variants import EspeakSpeaker
from voice.caller.caller import SimulatedCaller
from voice.caller.script import steps_from_lines

MIX = Path(__file__).with_name("talk.yaml")
VOICES = ("f4", "m7", "Alicia", "Lee")
WORDS_PER_MINUTE = 165
LATE_S = 10.0
"""An answer that has not come after this long is none."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a caller says, and how its end can be told: ``complete``, ``yes_no`` or ``open``."""

    say: str
    kind: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the mix."""

    number: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """One line as it was answered at the caller's socket; ``gap_ms`` is None without an answer."""

    kind: str
    gap_ms: int | None
    sip_call_id: str
    turn: int
    say: str = ""
    voice: str = ""


def load_mix(path: Path = MIX) -> tuple[Call, ...]:
    """Read the mix."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Call(str(call["from"]), tuple(Line(turn["say"], turn["kind"]) for turn in call["turns"]))
        for call in data["calls"]
    )


async def measure(uri: str, mix: tuple[Call, ...], calls: int, stagger_s: float) -> list[Measured]:
    """Run so many calls of the mix, each beginning a little after the one before."""
    found = await asyncio.gather(*(_one(uri, mix, index, stagger_s * index) for index in range(calls)))
    return [line for lines in found for line in lines]


async def _one(uri: str, mix: tuple[Call, ...], index: int, wait_s: float) -> list[Measured]:
    call = mix[index % len(mix)]
    await asyncio.sleep(wait_s)
    variant = VOICES[index // len(mix) % len(VOICES)]
    speaker = espeak_voice(EspeakSpeaker(variant=variant, wpm=WORDS_PER_MINUTE))
    try:
        async with RawCaller(uri, from_number=call.number) as raw:
            steps = steps_from_lines([line.say for line in call.lines])
            record = await SimulatedCaller(raw, speaker, steps).run()
    except CallRefused:
        return [Measured(line.kind, None, "", turn, line.say, variant) for turn, line in enumerate(call.lines)]
    finally:
        await speaker.close()
    gaps = [turn.gap_ms for turn in record.turns[1:]]
    return [
        Measured(line.kind, gap, record.sip_call_id, turn, line.say, variant)
        for turn, (line, gap) in enumerate(zip(call.lines, gaps, strict=True))
    ]
