"""How fast a real page and a real telephone hear each other: a hotline process, Chromium before the desk, a raw caller.

Each round calls, keys 0, waits until the card is on the screen and the softphone is connected, and accepts by key.
``accept`` is the time from the key to the first of three blocks in a row that carry the other's tone, at the page (what
its loudspeaker plays, blocks of 21 ms, counted at their end) and at the caller's socket; ``both`` is the later one.
``mouth_to_ear`` times beeps afterwards, both ways: from the first sample that the page's microphone gives (or the
20 ms before the caller's packet left) to the ear, for the telephone with 40 ms of its own jitter buffer.

Usage: .venv/bin/python -m bench.desk_accept [--rounds 20] [--beeps 4]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np

from bench.desk_ear import EAR, MICROPHONE, Block, heard, tone, whistling
from telephony.rawsip import RawCaller
from tests.desk.browser.hall import Hall, Person, new_desk_hotline, open_hall

CALLER, AGENT, CALLERS_BEEP, AGENTS_BEEP = 700, 1000, 1300, 1700
PACKET_S, TELEPHONES_BUFFER_S = 0.02, 0.04
IN_A_ROW = 3


class Never(Exception):  # noqa: N818 - an outcome
    """Somebody did not hear the other within the time that a round has."""


def first_of(blocks: Sequence[Block], pitch: int, since: float) -> float:
    """When a pitch was first there, three blocks in a row.

    Raises:
        Never: it was not.
    """
    later = [block for block in blocks if block.at > since]
    for at in range(len(later) - IN_A_ROW + 1):
        if all(block.has(pitch) for block in later[at : at + IN_A_ROW]):
            return later[at].at
    raise Never(f"{pitch} Hz was not heard")


class Round:
    """One call between the raw caller and the agent's page."""

    def __init__(self, agent: Person, caller: RawCaller) -> None:
        self.agent, self.caller = agent, caller
        # The telephone's packets are stamped by the monotonic clock, the page by the wall clock.
        self._ahead = time.time() - time.monotonic()

    async def at_page(self) -> list[Block]:
        """All that the page has played."""
        raw = await self.agent.page.evaluate("ear.blocks")
        return [Block(one[0] / 1000, one[1], tuple(one[2:])) for one in raw]

    def at_telephone(self) -> list[Block]:
        """All that came to the telephone, by the wall clock."""
        found = (heard(packet) for packet in self.caller.rtp.packets)
        return [Block(block.at + self._ahead, block.loud, block.shares) for block in found]

    async def accept(self) -> tuple[float, float]:
        """Accept what rings; seconds until the page heard the caller, and the caller the page."""
        page = self.agent.page
        await page.get_by_test_id("offer").wait_for(timeout=30_000)
        await page.wait_for_selector("[data-testid=phone][data-status=connected]")
        await page.evaluate("pitch => { ear.blocks.length = 0; ear.whistle(pitch); }", AGENT)
        async with whistling(self.caller, CALLER):
            await asyncio.sleep(1.5)
            await page.keyboard.press("F2")
            await page.wait_for_selector("[data-testid=callbar]")
            await asyncio.sleep(1.5)
            pressed = float(await page.evaluate("ear.pressed.findLast(([code]) => code === 'F2')[1]")) / 1000
            there = first_of(await self.at_page(), CALLER, pressed) - pressed
            back = first_of(self.at_telephone(), AGENT, pressed) - pressed
        await page.evaluate("ear.hush()")
        await asyncio.sleep(0.5)
        return there, back

    async def beep(self) -> tuple[float, float]:
        """One beep each way: seconds from mouth to ear."""
        first, _ = await self.caller.send(tone(CALLERS_BEEP, 0.2))
        await asyncio.sleep(0.6)
        sent = first + self._ahead
        there = first_of(await self.at_page(), CALLERS_BEEP, sent) - sent + PACKET_S
        said = float(await self.agent.page.evaluate("pitch => ear.beep(pitch, 0.2)", AGENTS_BEEP)) / 1000
        await asyncio.sleep(0.8)
        back = first_of(self.at_telephone(), AGENTS_BEEP, said) - said + TELEPHONES_BUFFER_S
        return there, back


async def measure(rounds: int, beeps: int) -> dict[str, object]:
    """Start everything, and call round after round."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        hotline = new_desk_hotline(folder)
        hotline.start()
        stack.callback(hotline.stop)
        hall = await stack.enter_async_context(open_hall(hotline, folder))
        hall.scripts += [MICROPHONE, EAR]
        hall.flags.append("--autoplay-policy=no-user-gesture-required")  # for a microphone that is none
        agent = await hall.agent("bench", None)
        opened, ways = list[tuple[float, float]](), list[tuple[float, float]]()
        for number in range(rounds):
            await one_round(hall, agent, number, beeps, opened, ways)
            there, back = opened[-1]
            print(f"round {number + 1}: page {there * 1000:.0f} ms, caller {back * 1000:.0f} ms", file=sys.stderr)
    return {
        "rounds": rounds,
        "accept": {
            "page_hears_ms": spread([there for there, _ in opened]),
            "caller_hears_ms": spread([back for _, back in opened]),
            "both_ms": spread([max(both) for both in opened]),
        },
        "mouth_to_ear": {
            "beeps": len(ways),
            "caller_to_page_ms": spread([there for there, _ in ways]),
            "page_to_caller_ms": spread([back for _, back in ways]),
        },
        "load_average": round(os.getloadavg()[0], 1),
    }


async def one_round(
    hall: Hall,
    agent: Person,
    number: int,
    beeps: int,
    opened: list[tuple[float, float]],
    ways: list[tuple[float, float]],
) -> None:
    """Call, accept, beep, hang up; what was measured is appended."""
    await hall.idle(agent)
    async with RawCaller(hall.hotline.uri, from_number=f"1380013{8000 + number % 8}") as caller:
        await caller.call()
        await asyncio.sleep(1.5)
        caller.send_dtmf("0")
        call = Round(agent, caller)
        opened.append(await call.accept())
        ways.extend([await call.beep() for _ in range(beeps)])
        await agent.page.keyboard.press("Alt+KeyX")
        await asyncio.wait_for(caller.ended, 10)


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum in milliseconds."""
    p50, p95, most = np.percentile(np.array(seconds) * 1000, (50, 95, 100))
    return {"p50": round(float(p50)), "p95": round(float(p95)), "max": round(float(most))}


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--beeps", type=int, default=4, help="beeps each way per round")
    options = parser.parse_args()
    if shutil.which("chromium") is None:
        raise SystemExit("no Chromium on this machine; install it with: apt-get install chromium")
    print(json.dumps(asyncio.run(measure(options.rounds, options.beeps)), indent=1))


if __name__ == "__main__":
    main()
