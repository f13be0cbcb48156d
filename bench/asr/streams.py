"""What hearing costs and how late it is with a number of streams (:mod:`bench.asr.load` runs it).

Every stream plays sentences in real time, 20 ms at a time, all of them talking; the recogniser runs as its own
process as in production. Reported: core-seconds per second of sound (of that process), first text after the
onset of speech, final text after the end of the utterance, late steps.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from asr.client import Client
from asr.ports import Transcript
from asr.recipe import channel
from asr.supervisor import Supervisor

MODEL = Path(__file__).resolve().parents[2] / "asr" / "model"
FRAME = 320
"""Bytes of 20 ms at 8 kHz."""
ONSET_S = 0.3
"""Silence in front of every test recording."""


@dataclass
class Meter:
    """Times of one stream, in seconds."""

    first: list[float] = field(default_factory=list)
    final: list[float] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: bool = False

    def on_transcript(self, transcript: Transcript) -> None:
        """Note the first interim and the final."""
        now = time.perf_counter()
        if transcript.final:
            self.final.append(now - self.ended)
            self.heard.set()
        elif transcript.text and self.waiting:
            self.waiting = False
            self.first.append(now - self.began - ONSET_S)


@dataclass(frozen=True)
class Load:
    """The result for one number of streams."""

    streams: int
    cpu: float
    first_p50: float
    first_p95: float
    final_p50: float
    final_p95: float
    late: int


async def talk(client: Client, clips: list[bytes], start: float, meter: Meter) -> float:
    """Play ``clips`` one after the other from ``start`` on; return the seconds of sound."""
    stream = await client.open_stream(channel.RATE, meter.on_transcript)
    due = start
    played = 0
    for clip in clips:
        meter.began, meter.waiting = due, True
        for at in range(0, len(clip), FRAME):
            due += 0.02
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            stream.feed(clip[at : at + FRAME])
        played += len(clip)
        meter.heard.clear()
        meter.ended = time.perf_counter()
        stream.finish()
        await meter.heard.wait()
        due = max(due, time.perf_counter())
    stream.close()
    return played / 2 / channel.RATE


def cpu_seconds(pid: int) -> float:
    """User and system time of a process (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def load(model: Path, count: int, clips: list[bytes]) -> Load:
    """Run ``count`` streams at once."""
    rng = random.Random(count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "asr.sock"
        supervisor = Supervisor(path, str(model))
        await supervisor.start()
        try:
            async with Client(path) as client:
                await client.ready(10)
                pid = supervisor.pid or 0
                before = cpu_seconds(pid)
                meters = [Meter() for _ in range(count)]
                begin = time.perf_counter() + 0.5
                talks = [talk(client, rng.sample(clips, 3), begin + rng.uniform(0, 2), meter) for meter in meters]
                seconds = sum(await asyncio.gather(*talks))
                used = cpu_seconds(pid) - before
                late = int((await client.stats()).get("late", 0))
        finally:
            await supervisor.stop()
    first = [1000 * value for meter in meters for value in meter.first]
    final = [1000 * value for meter in meters for value in meter.final]
    p50, p95 = np.percentile(first, [50, 95]) if first else (np.nan, np.nan)
    q50, q95 = np.percentile(final, [50, 95])
    return Load(count, used / seconds, float(p50), float(p95), float(q50), float(q95), late)
