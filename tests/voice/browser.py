"""A real Chromium with a microphone that plays a file."""

from __future__ import annotations

import os
import shutil
import signal
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, ViewportSize, sync_playwright

from tests.voice.conftest import ROOT

SCREENSHOTS = ROOT / "out" / "screenshots"
PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1366, "height": 768}

# What the browser plays, as its loudness per 1024 samples: enough to compare with the recording.
LISTEN = """() => {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(document.getElementById("heard").srcObject);
  const meter = context.createScriptProcessor(1024, 1, 1);
  window.heard = { rate: context.sampleRate / 1024, loudness: [] };
  meter.onaudioprocess = (event) => {
    const samples = event.inputBuffer.getChannelData(0);
    window.heard.loudness.push(Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length));
  };
  source.connect(meter).connect(context.destination);
}"""


def chromium() -> str:
    """Path of the installed Chromium; without one the test is skipped."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine; install it with: apt-get install chromium")


def microphone(path: Path, pieces: list[tuple[float, Path | None]]) -> Path:
    """Write a microphone's sound: ``(seconds of silence, speech file after it)`` in turn."""
    sound, rate = b"", 16000
    for silence_s, speech in pieces:
        sound += bytes(2 * round(rate * silence_s))
        if speech is not None:
            with wave.open(str(speech)) as source:
                assert (source.getframerate(), source.getnchannels()) == (rate, 1)
                sound += source.readframes(source.getnframes())
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(rate)
        target.writeframes(sound)
    return path


@dataclass
class Browser:
    """One browser of its own; ``page`` shows nothing yet, ``faults`` collects what its scripts complain about."""

    page: Page
    profile: Path
    faults: list[str]

    def state(self, name: str, seconds: float = 20.0) -> None:
        """Wait until the page is in a state."""
        self.page.wait_for_selector(f"body[data-state={name}]", timeout=seconds * 1000)

    def kill(self) -> None:
        """End all its processes at once, as a crash or a pulled plug does."""
        marker = f"--user-data-dir={self.profile}".encode()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and marker in _command(entry):
                os.kill(int(entry.name), signal.SIGKILL)


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def browser(tmp_path: Path, mic: Path | None, *, allowed: bool = True) -> Iterator[Browser]:
    """Launch Chromium; without ``mic`` it has no microphone, without ``allowed`` it may not use any."""
    arguments = ["--no-sandbox", "--disable-gpu"]
    if allowed:
        arguments.append("--use-fake-ui-for-media-stream")
    if mic is not None:
        arguments += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={mic}%noloop"]
    profile = tmp_path / "profile"
    faults: list[str] = []
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium(), headless=True, viewport=PHONE, args=arguments
        )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        yield Browser(page, profile, faults)
        try:
            context.close()
        except Error:
            return  # it was killed
