"""``make bench-load``: many calls at once; whether every line is answered, response gaps, late frames on the wire.

The first line answers a yes-or-no question and the last an open one, which waits 200 ms longer by policy. The delay of
the sound itself is measured by ``bench.telephony.hub_load``.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench.talk.figures import row
from bench.talk.mix import VOICES
from telephony.rawsip import RawCaller
from tts.build import espeak_voice
from tts.voices.espeak.variants import EspeakSpeaker
from voice.caller.caller import CallRecord, SimulatedCaller
from voice.caller.script import steps_from_lines
from voice.child import hotline_process
from voice.config import load_settings

LINES = ["我的快递到哪了", "帮我催一下", "我的快递到哪了"]
STAGGER_S = 0.7


async def one_call(uri: str, index: int) -> CallRecord:
    """A call that starts a little after the one before."""
    await asyncio.sleep(STAGGER_S * index)
    speaker = espeak_voice(EspeakSpeaker(variant=VOICES[index % len(VOICES)], wpm=165))
    try:
        async with RawCaller(uri, from_number="13800138000") as raw:
            return await SimulatedCaller(raw, speaker, steps_from_lines(LINES)).run()
    finally:
        await speaker.close()


async def run(calls: int) -> str:
    """Measure and return the table."""
    with tempfile.TemporaryDirectory(prefix="bench-load-") as folder:
        settings = load_settings(
            data_dir=Path(folder), sip_listen="127.0.0.1:5360", http_listen="127.0.0.1:8480", rtp_ports="25000-26999"
        )
        async with hotline_process(
            settings, AGENT_SIP="sip:agent@127.0.0.1:9", TTS_ENGINES="espeak", MAX_CALLS=str(max(20, calls))
        ) as uri:
            records = await asyncio.gather(*(one_call(uri, index) for index in range(calls)))
    turns = [turn for record in records for turn in record.turns if turn.said]
    answered = [turn for turn in turns if turn.gap_ms is not None]
    first = [record.turns[1].gap_ms for record in records if record.turns[1].gap_ms is not None]
    last = [record.turns[-1].gap_ms for record in records if record.turns[-1].gap_ms is not None]
    packets = sum(len(record.timeline.arrivals) for record in records)
    late = sum(record.timeline.late_frames() for record in records)
    table = [f"| {calls} calls at once | n | p50 ms | p95 ms | max ms |", "| --- | ---: | ---: | ---: | ---: |"]
    table.append(row("response gap", [turn.gap_ms for turn in answered if turn.gap_ms is not None]))
    table.append(row("response gap, first line (yes or no)", [gap for gap in first if gap is not None]))
    table.append(row("response gap, last line (open)", [gap for gap in last if gap is not None]))
    table.append(f"\nlines answered: {len(answered)} of {len(turns)}")
    table.append(f"late frames: {late} of {packets} ({100 * late / max(1, packets):.3f} %)")
    return "\n".join(table)


def main() -> None:
    """Run with the given size and keep the table under ``out/bench``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10)
    options = parser.parse_args()
    table = asyncio.run(run(options.calls))
    out = Path("out/bench")
    out.mkdir(parents=True, exist_ok=True)
    (out / "load.md").write_text(table + "\n", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
