"""Ears for browsers and telephones under test: which of a few known pitches each of them hears, and since when.

A page gets :data:`EAR` before it loads. Every microphone plays one steady tone (:func:`whistle`); the browser's own
clean-up of speech is switched off for it, because it takes a steady tone for noise. Whoever is heard is then told by
pitch: what a page plays is cut into blocks, and a pitch is heard in a block when a good part of its power lies there.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import wave
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from playwright.async_api import Page

from telephony.rawsip import ReceivedPacket, g711

PITCHES = (700, 1000, 1300, 1700)
"""Between the notes of the hold music and their octaves, and 50 Hz bins apart."""
SHARE = 0.12
RATE = 8000

EAR = (
    f"const PITCHES = {list(PITCHES)};"
    + """
const ask = navigator.mediaDevices?.getUserMedia?.bind(navigator.mediaDevices);
if (ask) {
  navigator.mediaDevices.getUserMedia = ({ audio, ...rest }) =>
    ask({ ...rest, audio: { ...audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
}
window.ear = { blocks: [], pressed: [], ...window.microphone };
const now = () => performance.timeOrigin + performance.now();
addEventListener("keydown", ({ code }) => window.ear.pressed.push([code, now()]), true);
const played = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
let meter = null;
Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
  configurable: true,
  get() { return played.get.call(this); },
  set(stream) {
    played.set.call(this, stream);
    meter?.disconnect();
    meter = stream ? listen(stream) : null;
  },
});
function listen(stream) {
  const context = (window.ear.context ??= new AudioContext());
  const node = context.createScriptProcessor(1024, 1, 1);
  const hann = Float32Array.from({ length: 1024 }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / 1023));
  node.onaudioprocess = ({ inputBuffer }) => {
    const x = inputBuffer.getChannelData(0).map((sample, n) => sample * hann[n]);
    const power = x.reduce((sum, sample) => sum + sample * sample, 0);
    const shares = PITCHES.map((hertz) => {
      const w = 2 * Math.cos((2 * Math.PI * hertz) / context.sampleRate);
      let [a, b] = [0, 0];
      for (const sample of x) [a, b] = [sample + w * a - b, a];
      // A pure tone under a Hann window has N/3 of its energy here: 1 is "nothing but this tone".
      return power > 0 ? (3 * (a * a + b * b - w * a * b)) / (x.length * power) : 0;
    });
    window.ear.blocks.push([now(), Math.sqrt(power / x.length), ...shares]);
  };
  context.createMediaStreamSource(stream).connect(node).connect(context.destination);
  return node;
}
"""
)

MICROPHONE = """
// A microphone that is silent until it is told to whistle or to beep; a beep's first sample has a known moment.
{
  const sound = new AudioContext({ sampleRate: 48000 });
  const out = sound.createMediaStreamDestination();
  const level = new GainNode(sound, { gain: 0 });
  const voice = new OscillatorNode(sound, { frequency: 440 });
  voice.connect(level).connect(out);
  voice.start();
  navigator.mediaDevices.getUserMedia = async () => {
    await sound.resume();
    return out.stream.clone();
  };
  window.microphone = {
    whistle(pitch) { voice.frequency.value = pitch; level.gain.value = 0.25; },
    hush() { level.gain.value = 0; },
    beep(pitch, seconds) {
      const at = sound.currentTime + 0.05;
      voice.frequency.value = pitch;
      level.gain.setValueAtTime(0.25, at);
      level.gain.setValueAtTime(0, at + seconds);
      return performance.timeOrigin + performance.now() + 50;
    },
  };
}
"""


@dataclass(frozen=True)
class Block:
    """A piece of what somebody heard; ``at`` is the end of it in seconds since the epoch (or monotonic)."""

    at: float
    loud: float
    shares: tuple[float, ...]

    def has(self, pitch: int) -> bool:
        """Whether a pitch stands out."""
        return self.loud > 0.003 and self.shares[PITCHES.index(pitch)] > SHARE


class Ear(Protocol):
    """Somebody who hears."""

    async def blocks(self, seconds: float) -> Sequence[Block]:
        """What was heard in the last seconds."""


class PageEar:
    """What a page plays."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def blocks(self, seconds: float) -> Sequence[Block]:
        """What was heard in the last seconds, by the wall clock of this machine."""
        script = "(s) => ear.blocks.filter(([at]) => at > performance.timeOrigin + performance.now() - s * 1000)"
        return [block(raw) for raw in await self.page.evaluate(script, seconds)]


def block(raw: Sequence[float]) -> Block:
    """A block as the page notes it."""
    return Block(raw[0] / 1000, raw[1], tuple(raw[2:]))


class _Heard(Protocol):
    @property
    def packets(self) -> Sequence[ReceivedPacket]: ...


class TelephoneEar:
    """What came to the socket of a raw telephone; ``rtp`` is its stream."""

    def __init__(self, rtp: _Heard) -> None:
        self._rtp = rtp

    async def blocks(self, seconds: float) -> Sequence[Block]:
        """What was heard in the last seconds, on the monotonic clock."""
        packets = self._rtp.packets
        since = asyncio.get_running_loop().time() - seconds
        fresh = itertools.takewhile(lambda packet: packet.arrival > since, reversed(packets))
        return [heard(packet) for packet in reversed(list(fresh))]


def heard(packet: ReceivedPacket) -> Block:
    """What one packet of G.711 sounds like."""
    sound = np.frombuffer(g711.decode(packet.payload, packet.payload_type), np.int16) / 32768
    x = sound * np.hanning(sound.size)
    power = float(x @ x)
    turns = np.exp(-2j * np.pi * np.outer(PITCHES, np.arange(x.size)) / RATE)
    shares = 3 * np.abs(turns @ x) ** 2 / (x.size * power) if power > 0 else np.zeros(len(PITCHES))
    return Block(packet.arrival, float(np.sqrt(power / x.size)), tuple(float(share) for share in shares))


async def pitches(ear: Ear, seconds: float = 1.0) -> frozenset[int]:
    """The pitches that are heard in more than half of the last seconds' blocks."""
    found = await ear.blocks(seconds)
    return frozenset(pitch for pitch in PITCHES if sum(b.has(pitch) for b in found) * 2 > len(found) > 0)


async def quietest(ear: Ear, seconds: float) -> float:
    """The longest stretch of silence within the last seconds, in seconds."""
    found = await ear.blocks(seconds)
    loud = [b.at for b in found if b.loud > 0.002]
    if not loud:
        return seconds
    return max([later - earlier for earlier, later in itertools.pairwise(loud)], default=0.0)


def tone(pitch: int, seconds: float, rate: int = RATE) -> bytes:
    """A steady tone, s16; whole periods, so that it may be repeated."""
    t = np.arange(round(rate * seconds)) / rate
    return (7000 * np.sin(2 * np.pi * pitch * t)).astype("<i2").tobytes()


def whistle(path: Path, pitch: int) -> Path:
    """A file for a browser's fake microphone, which repeats it for ever."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(tone(pitch, 2.0, 48000))
    return path


@contextlib.asynccontextmanager
async def whistling(speaker: Any, pitch: int) -> AsyncIterator[None]:
    """A telephone whistles until the block ends; ``speaker`` has ``send(pcm)``."""

    async def on() -> None:
        while True:
            await speaker.send(tone(pitch, 1.0))

    task = asyncio.create_task(on())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
