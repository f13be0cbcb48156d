"""A real hotline in a process of its own, for tests that call it."""

from __future__ import annotations

import itertools
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.ports import rtp_range

ROOT = Path(__file__).resolve().parents[2]
HOTLINE = [sys.executable, "-c", "import sys; from voice.cli import main; sys.exit(main())"]
START_S = 60.0


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_RANGES = itertools.count()


@dataclass
class RunningHotline:
    """One ``hotline serve`` with its own data directory."""

    data_dir: Path
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    ready_line: str = ""

    @property
    def sip(self) -> str:
        return self.env["SIP_LISTEN"]

    @property
    def uri(self) -> str:
        return f"sip:95000@{self.sip}"

    def start(self) -> None:
        log = (self.data_dir / "serve.log").open("a")
        self.process = subprocess.Popen(
            [*HOTLINE, "serve"], env=os.environ | self.env, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
        )
        log.close()
        self.ready_line = self._wait_ready()

    def _wait_ready(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        deadline = time.monotonic() + START_S
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while time.monotonic() < deadline and selector.select(deadline - time.monotonic()):
                line = self.process.stdout.readline()
                if line.startswith("ready "):
                    return line.strip()
                if not line:
                    break
        self.stop()
        raise AssertionError("the hotline did not get ready:\n" + (self.data_dir / "serve.log").read_text()[-2000:])

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return self.process.returncode

    def run(self, *arguments: str, timeout: float = 90.0) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*HOTLINE, *arguments], env=os.environ | self.env, cwd=ROOT, capture_output=True, text=True, timeout=timeout
        )

    def call(self, *arguments: str, timeout: float = 90.0) -> dict[str, Any]:
        done = self.run("call", "--json", *arguments, timeout=timeout)
        assert done.stdout, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        report["exit"] = done.returncode
        return report

    def events(self, call_id: str) -> list[dict[str, Any]]:
        done = self.run("replay", call_id, "--json")
        assert done.returncode == 0, done.stderr
        events: list[dict[str, Any]] = json.loads(done.stdout)
        return events

    def log(self) -> str:
        return (self.data_dir / "serve.log").read_text()


def rtp_ports() -> str:
    """A range that no other hotline of this run has (places 24 and up belong to the tests of telephony)."""
    first, last = rtp_range(next(_RANGES) % 24)
    return f"{first}-{last}"


def new_hotline(data_dir: Path, **env: str) -> RunningHotline:
    data_dir.mkdir(parents=True, exist_ok=True)
    return RunningHotline(
        data_dir,
        {
            "DATA_DIR": str(data_dir),
            "SIP_LISTEN": f"127.0.0.1:{free_port()}",
            "HTTP_LISTEN": f"127.0.0.1:{free_port(socket.SOCK_STREAM)}",
            "RTP_PORTS": rtp_ports(),
            "TTS_ENGINES": "espeak",
            "AGENT_SIP": "sip:agent@127.0.0.1:9",
            **env,
        },
    )


@pytest.fixture(scope="session")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHotline]:
    """The hotline that most call tests share."""
    running = new_hotline(tmp_path_factory.mktemp("hotline"))
    running.start()
    yield running
    assert running.stop() == 0
    assert "Traceback" not in running.log()


@pytest.fixture
def own_hotline(tmp_path: Path) -> Iterator[RunningHotline]:
    """A hotline for one test that hurts it; the test starts it."""
    running = new_hotline(tmp_path / "data")
    yield running
    if running.process is not None:
        running.stop()
