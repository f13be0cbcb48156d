"""The real process: started, killed, hung, misconfigured."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from asr.client import Client
from asr.errors import ModelError
from asr.ports import Transcript
from asr.supervisor import Supervisor


@pytest.fixture
async def supervisor(tmp_path: Path, model_path: Path) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "asr.sock", str(model_path))
    await supervisor.start()
    yield supervisor
    await supervisor.stop()


async def start_seconds(tmp_path: Path, model_path: Path) -> float:
    """How long a start takes on this machine now; a loaded machine starts nothing within two seconds."""
    began = time.monotonic()
    other = Supervisor(tmp_path / "other.sock", str(model_path))
    await other.start()
    await other.stop()
    return time.monotonic() - began


def noise(ms: int) -> bytes:
    return np.random.default_rng(1).normal(0, 2000, 8 * ms).astype("<i2").tobytes()


async def test_killed_in_mid_utterance_it_is_back_within_two_seconds(
    supervisor: Supervisor, tmp_path: Path, model_path: Path
) -> None:
    usual = await start_seconds(tmp_path, model_path)
    finals: asyncio.Queue[Transcript] = asyncio.Queue()
    async with Client(tmp_path / "asr.sock") as client:
        await client.ready(5)
        stream = await client.open_stream(8000, lambda heard: finals.put_nowait(heard) if heard.final else None)
        stream.feed(noise(300))
        await client.stats()
        killed, at = supervisor.pid, time.monotonic()
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        assert (await finals.get()).lost
        await client.ready(10)
        assert time.monotonic() - at < max(2.0, 2 * usual)
        stream.feed(noise(300))
        stream.finish()
        async with asyncio.timeout(5):
            assert not (await finals.get()).lost
        assert supervisor.pid not in (None, killed)


async def test_a_process_that_hangs_is_killed_and_replaced(tmp_path: Path, model_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "asr.sock", str(model_path), ping_s=0.05, hangs_after_s=0.3)
    await supervisor.start()
    async with Client(tmp_path / "asr.sock") as client:
        await client.ready(5)
        hung = supervisor.pid
        assert hung is not None
        os.kill(hung, signal.SIGSTOP)
        async with asyncio.timeout(5):
            while client.alive:  # noqa: ASYNC110 - ends when the watcher has killed the process
                await asyncio.sleep(0)
        await client.ready(5)
        assert client.about["pid"] == supervisor.pid != hung
    await supervisor.stop()


async def test_no_torch_no_funasr_and_one_thread_in_the_process(supervisor: Supervisor) -> None:
    assert supervisor.pid is not None
    process = Path(f"/proc/{supervisor.pid}")
    maps = await asyncio.to_thread((process / "maps").read_text)
    threads = await asyncio.to_thread(list, (process / "task").iterdir())
    assert "onnxruntime" in maps
    assert "torch" not in maps and "funasr" not in maps
    # the loop, the worker and Python's signal machinery: no pool of compute threads beside the telephone
    assert len(threads) <= 4


async def test_a_damaged_model_is_one_sentence_and_no_restart_loop(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "asr.sock", str(tmp_path / "nothing"))
    with pytest.raises(ModelError, match=r"no model directory.*nothing"):
        await supervisor.start()
    assert supervisor.restarts == 0 and supervisor.pid is None


async def test_an_unknown_backend_is_one_sentence(tmp_path: Path, model_path: Path) -> None:
    with pytest.raises(ModelError, match="onnx, funasr or ws"):
        await Supervisor(tmp_path / "asr.sock", str(model_path), backend="kaldi").start()


async def test_it_ends_with_its_parent_and_leaves_no_socket(tmp_path: Path, model_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "asr.server", "--with-parent"),
        *("--socket", str(tmp_path / "asr.sock"), "--model", str(model_path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdin is not None and process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.stdin.close()
    async with asyncio.timeout(5):
        assert await process.wait() == 0
    assert not (tmp_path / "asr.sock").exists()
