"""``make bench-talk``: response gaps and barge-in at the caller's ear, over real SIP calls.

Gap: last voiced sample of the caller to first voiced sample of the reply. Barge-in: first voiced sample of the caller
to the last voiced sample of the bot before it pauses. Both on received audio, at the caller's socket.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from telephony.rawsip import RawCaller
from telephony.rawsip.rtp import Timeline
from tts.build import espeak_voice
from tts.text.spoken import spoken
from tts.voices.espeak.variants import EspeakSpeaker
from voice.caller.caller import SimulatedCaller
from voice.caller.ear import Ear
from voice.caller.listening import FRAME, VOICED_RMS, levels, trim
from voice.caller.script import steps_from_lines
from voice.child import hotline_process
from voice.config import Settings, load_settings

LINES = (("13800138000", ["我的快递到哪了", "不用了谢谢"]), ("13800138001", ["不是这个", "是的"]))
VOICES = ("f4", "m7", "Alicia", "Lee")
INTERRUPTION = "不对不对我要转人工"
PAUSE_S = 0.4


async def speech(voice: str, text: str) -> bytes:
    """One line of a caller, without silence at its ends."""
    speaker = espeak_voice(EspeakSpeaker(variant=voice, wpm=165))
    try:
        return trim(b"".join([chunk.pcm async for chunk in speaker.speak(spoken(text), 8000, 1.0)]))
    finally:
        await speaker.close()


async def gaps_of_call(uri: str, voice: str, number: str, lines: list[str]) -> list[int | None]:
    """Response gap of every line, None where nothing was answered."""
    speaker = espeak_voice(EspeakSpeaker(variant=voice, wpm=165))
    try:
        async with RawCaller(uri, from_number=number) as raw:
            record = await SimulatedCaller(raw, speaker, steps_from_lines(lines)).run()
    finally:
        await speaker.close()
    return [turn.gap_ms for turn in record.turns if turn.said]


async def barge_in(uri: str, voice: str) -> int | None:
    """Milliseconds from the caller's first sound to the bot's last one."""
    words = await speech(voice, INTERRUPTION)
    async with RawCaller(uri, from_number="13800138000") as raw:
        await raw.call()
        ear = Ear(raw)
        await ear.speech_after(time.monotonic(), 5)
        await asyncio.sleep(6.5)  # past the greeting, which cannot be interrupted
        if not await ear.speech_after(time.monotonic(), 5):
            return None
        began, _ = await raw.send(words)
        await asyncio.sleep(0.2)
        return stop_after(raw.received(), began)


def stop_after(timeline: Timeline, began: float) -> int | None:
    """Milliseconds from ``began`` to the bot's last voiced frame before it is silent for ``PAUSE_S``."""
    last: float | None = None
    for index, level in enumerate(levels(timeline.pcm)):
        at = timeline.heard_at(index * FRAME)
        if at < began - 1.0 or level <= VOICED_RMS:
            continue
        if last is not None and last >= began and at - last > PAUSE_S:
            break
        last = at + 0.02
    return None if last is None else max(0, round((last - began) * 1000))


def row(name: str, values: list[int]) -> str:
    """One row of the table."""
    if not values:
        return f"| {name} | 0 | - | - | - |"
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"| {name} | {len(values)} | {statistics.median(values):.0f} | {p95} | {ordered[-1]} |"


async def run(calls: int, barges: int) -> str:
    """Measure and return the table."""
    with tempfile.TemporaryDirectory(prefix="bench-talk-") as folder:
        settings: Settings = load_settings(
            data_dir=Path(folder), sip_listen="127.0.0.1:5260", http_listen="127.0.0.1:8380", rtp_ports="24000-24999"
        )
        async with hotline_process(settings, AGENT_SIP="sip:agent@127.0.0.1:9", TTS_ENGINES="espeak") as uri:
            gaps: list[int] = []
            unanswered = 0
            for index in range(calls):
                number, lines = LINES[index % len(LINES)]
                measured = await gaps_of_call(uri, VOICES[index % len(VOICES)], number, lines)
                gaps += [gap for gap in measured if gap is not None]
                unanswered += measured.count(None)
            stops = [await barge_in(uri, VOICES[index % len(VOICES)]) for index in range(barges)]
    table = ["| one call at a time | n | p50 ms | p95 ms | max ms |", "| --- | ---: | ---: | ---: | ---: |"]
    table.append(row("response gap", gaps))
    table.append(row("voice pauses after the caller begins", [stop for stop in stops if stop is not None]))
    table.append(f"\nlines without an answer: {unanswered} of {len(gaps) + unanswered}")
    return "\n".join(table)


def main() -> None:
    """Run with the given size and keep the table under ``out/bench``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=12)
    parser.add_argument("--barge-ins", type=int, default=12)
    options = parser.parse_args()
    table = asyncio.run(run(options.calls, options.barge_ins))
    out = Path("out/bench")
    out.mkdir(parents=True, exist_ok=True)
    (out / "talk.md").write_text(table + "\n", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
