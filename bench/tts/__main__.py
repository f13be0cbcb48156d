"""How fast speech is ready: ``python -m bench.tts [--sentences N] [--callers N]`` prints a table.

Phrases from the cache (memory, disk) and sentences made on the spot by the embedded voice: one caller, several at the
same moment, and calls in progress in real time (each asks for a sentence, hears it, and thinks for some seconds). The
time is from asking ``Speaker.speak`` to its first chunk, on the event loop of the hotline. The machine's load average
is printed, since on a busy machine these figures measure the queue for the processor.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np

from tts.build import SpeechSettings, build_speaker
from tts.speaker import Speaker

_GOALS = {"cached": 20.0, "dynamic": 60.0}
_CITIES = ("武汉", "郑州", "东莞", "六安", "长沙", "成都", "西安", "杭州")


def _sentence(dice: random.Random) -> str:
    """Return a sentence of the hotline that was never spoken before."""
    return (
        f"您尾号{dice.randrange(10000):04d}的包裹在{dice.choice(_CITIES)}中转场，"
        f"预计{dice.randint(1, 12)}月{dice.randint(1, 28)}日{dice.randint(8, 22)}:{dice.randint(0, 59):02d}前送到，"
        f"运费{dice.randint(5, 99)}.{dice.randint(1, 9)}元。"
    )


async def _first_ms(speaker: Speaker, text: str) -> float:
    begin = time.perf_counter()
    chunks = speaker.speak(text)
    try:
        await anext(chunks)
        return (time.perf_counter() - begin) * 1000
    finally:
        await chunks.aclose()


async def _in_progress(speaker: Speaker, dice: random.Random, calls: int, seconds: float) -> list[float]:
    """Return the times of all sentences asked for by ``calls`` calls in ``seconds``."""
    times: list[float] = []
    end = time.monotonic() + seconds

    async def call() -> None:
        await asyncio.sleep(dice.uniform(0.0, 5.0))
        while time.monotonic() < end:
            times.append(await _first_ms(speaker, _sentence(dice)))
            await asyncio.sleep(dice.uniform(4.0, 9.0))

    await asyncio.gather(*(call() for _ in range(calls)))
    return times


async def _row(
    name: str, goal: float | None, texts: list[str], callers: int, one: Callable[[str], Awaitable[float]]
) -> None:
    gate = asyncio.Semaphore(callers)

    async def ask(text: str) -> float:
        async with gate:
            return await one(text)

    _print(name, goal, await asyncio.gather(*map(ask, texts)))


def _print(name: str, goal: float | None, measured: Sequence[float]) -> None:
    times = np.array(measured)
    verdict = "" if goal is None else f"goal {goal:g}: {'met' if np.percentile(times, 95) <= goal else 'MISSED'}"
    p50, p95 = np.percentile(times, [50, 95])
    print(f"{name:<44} n={len(times):<5} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  max {times.max():6.1f} ms  {verdict}")


async def _measure(count: int, callers: int, calls: int) -> None:
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        settings = SpeechSettings(engines=("espeak",), cache_folder=Path(folder))
        phrases = list(dict.fromkeys(_sentence(dice) for _ in range(count)))
        speaker = build_speaker(settings)
        await speaker.start()
        begin = time.perf_counter()
        await speaker.prepare(phrases, keep=True)
        print(f"prerendered {len(phrases)} phrases in {time.perf_counter() - begin:.1f} s")
        await _row("cached phrase, memory", _GOALS["cached"], phrases, 1, lambda t: _first_ms(speaker, t))
        fresh = build_speaker(settings)
        await fresh.start()
        await _row("cached phrase, disk", _GOALS["cached"], phrases, 1, lambda t: _first_ms(fresh, t))
        texts = [_sentence(dice) for _ in range(count)]
        await _row("dynamic sentence, one caller", _GOALS["dynamic"], texts, 1, lambda t: _first_ms(fresh, t))
        texts = [_sentence(dice) for _ in range(count)]
        name = f"dynamic sentence, {callers} callers at the same moment"
        await _row(name, None, texts, callers, lambda t: _first_ms(fresh, t))
        times = await _in_progress(fresh, dice, calls, 20.0)
        _print(f"dynamic sentence, {calls} calls in progress", _GOALS["dynamic"], times)
        await speaker.close()
        await fresh.close()
    print("load average {:.1f} {:.1f} {:.1f} on {} processors".format(*os.getloadavg(), len(os.sched_getaffinity(0))))


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description="Time to first sound of the voice")
    parser.add_argument("--sentences", type=int, default=300)
    parser.add_argument("--callers", type=int, default=5)
    parser.add_argument("--calls", type=int, default=25)
    arguments = parser.parse_args()
    asyncio.run(_measure(arguments.sentences, arguments.callers, arguments.calls))


if __name__ == "__main__":
    main()
