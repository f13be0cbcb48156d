"""``make bench-talk``: response gaps and barge-in at the caller's ear, over real SIP calls, beside two peers.

Gap: last voiced sample of the caller to first voiced sample of the reply. Barge-in: first voiced sample of the caller
to the last voiced sample of the bot before it pauses. Both on received audio, at the caller's socket. The hotline and
the peers (``bench.talk.peer``) answer the same mix (``talk.yaml``) one after the other, with nothing else changed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.talk.barge import Barge, barge_ins
from bench.talk.figures import KINDS, Split, draw, row, share, split_of, table_of
from bench.talk.mix import Measured, load_mix, measure
from voice.child import hotline_process
from voice.config import Settings, load_settings

OUT = Path("out/bench")
SYSTEMS = ("hotline", "tuned", "stock")


@asynccontextmanager
async def peer_process(kind: str, folder: Path, calls: int) -> AsyncIterator[str]:
    """Run a peer while the context lasts; yields its SIP URI.

    Raises:
        RuntimeError: it did not get ready.
    """
    command = [sys.executable, "-m", "bench.talk.peer", kind, "--folder", str(folder), "--calls", str(calls)]
    environment = os.environ | {"LOGURU_LEVEL": "INFO" if kind == "tuned" else "DEBUG"}
    with (folder / "log").open("wb") as log:
        peer = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
        )
    assert peer.stdout is not None
    try:
        async with asyncio.timeout(180):
            while not (line := (await peer.stdout.readline()).decode()).startswith("ready "):
                if not line:
                    raise RuntimeError(f"the peer {kind} did not start; its words are in {folder / 'log'}")
        yield line.split()[1]
    finally:
        if peer.returncode is None:
            peer.terminate()
        try:
            await asyncio.wait_for(peer.wait(), 20)
        except TimeoutError:
            peer.kill()
            await peer.wait()


async def of_hotline(folder: Path, calls: int, stagger_s: float, barges: int) -> tuple[list[Measured], Split, Barge]:
    """Measure ours: gaps with their stages, then pauses and resumptions."""
    settings: Settings = load_settings(
        data_dir=folder, sip_listen="127.0.0.1:5260", http_listen="127.0.0.1:8380", rtp_ports="24000-25999"
    )
    env = {"AGENT_SIP": "sip:agent@127.0.0.1:9", "TTS_ENGINES": "espeak", "MAX_CALLS": str(calls + 5)}
    async with hotline_process(settings, **env) as uri:
        found = await measure(uri, load_mix(), calls, stagger_s)
        barge = await barge_ins(uri, barges)
    return found, await split_of(settings.ledger_url, found), barge


async def run(options: argparse.Namespace) -> str:
    """Measure every system and return the tables."""
    results: dict[str, list[Measured]] = {}
    split, barge = Split(), Barge()
    for system in options.systems.split(","):
        with tempfile.TemporaryDirectory(prefix=f"bench-talk-{system}-") as name:
            folder = Path(name)
            if system == "hotline":
                results[system], split, barge = await of_hotline(
                    folder, options.calls, options.stagger, options.barge_ins
                )
            else:
                async with peer_process(system, folder, options.calls) as uri:
                    results[system] = await measure(uri, load_mix(), options.calls, options.stagger)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    lines = [f"{options.calls} calls, one begun every {options.stagger:g} s; load average at the end {load}", ""]
    lines += table_of(results, KINDS)
    lines += [
        "",
        *share(results),
        "",
        *split.table(),
        "",
        *split.slowest(),
        "",
        "| barge-in | n | p50 ms | p95 ms | max ms |",
    ]
    lines += ["| --- | ---: | ---: | ---: | ---: |", row("voice pauses after the caller begins", list(barge.paused_ms))]
    lines += [row("voice resumes after a false alarm begins", list(barge.resumed_ms))]
    lines += [f"\nfalse alarms that were not resumed: {barge.lost} of {barge.lost + len(barge.resumed_ms)}"]
    lines += [f"interruptions for which the voice did not pause: {barge.spoken_over}"]
    draw(OUT / "talk.png", results)
    return "\n".join(lines)


def main() -> None:
    """Run with the given size and keep table and plot under ``out/bench``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=25)
    parser.add_argument("--barge-ins", type=int, default=12)
    parser.add_argument("--stagger", type=float, default=0.4, help="seconds between the beginnings of two calls")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="which to measure, of: " + ", ".join(SYSTEMS))
    OUT.mkdir(parents=True, exist_ok=True)
    table = asyncio.run(run(parser.parse_args()))
    (OUT / "talk.md").write_text(table + "\n", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
