from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from asr.decode import ParaformerBackend
from asr.errors import AudioError
from asr.files import RATE, Segment, read_sound, recognise, segments, transcribe
from tests.asr.backends import CountingBackend


def speech_like(seconds: float, rate: int = RATE, level: float = 6000.0) -> np.ndarray:
    """Buzzing syllables, four a second: what an energy and pitch detector takes for a voice."""
    t = np.arange(int(seconds * rate)) / rate
    buzz = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 18))
    return np.asarray(level * buzz * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * t)), np.float64)


def write(path: Path, samples: np.ndarray, rate: int = RATE, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.clip(np.round(samples), -32768, 32767).astype("<i2").tobytes())
    return path


def length(path: Path) -> float:
    return sum(len(block) for block in read_sound(path)) / 2 / RATE


@pytest.mark.parametrize("rate", [6000, 8000, 11025, 16000, 44100, 48000])
def test_any_rate_is_read_at_its_true_length(tmp_path: Path, rate: int) -> None:
    assert length(write(tmp_path / "a.wav", speech_like(1.0, rate), rate)) == pytest.approx(1.0, abs=0.03)


def test_stereo_becomes_the_sum_of_both_speakers(tmp_path: Path) -> None:
    left = np.stack([speech_like(1.0), np.zeros(RATE)], axis=1)
    sound = np.frombuffer(b"".join(read_sound(write(tmp_path / "a.wav", left, channels=2))), "<i2")
    assert len(sound) == RATE and np.abs(sound).max() > 2000


@pytest.mark.parametrize("suffix", ["mp3", "ogg", "flac"])
def test_other_formats_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    codec = {"mp3": "libmp3lame", "ogg": "libopus", "flac": "flac"}[suffix]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(speech_like(1.0).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        for converted in av.AudioResampler(format=stream.format.name, layout=stream.layout, rate=RATE).resample(frame):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    assert length(path) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no file"),
        (b"", "is empty"),
        ("这不是声音。\n".encode() * 50, "not a sound file|no sound|cannot be decoded"),
        (b"RIFF\x24\x00\x00\x00WAVE", "not a sound file|no sound|cannot be decoded"),
        (bytes(range(256)) * 20, "not a sound file|no sound|cannot be decoded"),
    ],
    ids=["missing", "empty", "text", "header-only", "bytes"],
)
def test_what_is_no_sound_is_one_sentence(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioError, match=says) as error:
        transcribe(path, CountingBackend())
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_wav_without_samples_is_empty_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.empty(0))
    assert transcribe(path, CountingBackend()) == ""


def test_a_wav_cut_off_in_the_middle_is_heard_to_the_cut(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", speech_like(2.0))
    path.write_bytes(path.read_bytes()[: RATE * 2 + 44])
    assert transcribe(path, CountingBackend()) == str(RATE * 2)


@pytest.mark.parametrize(
    "samples",
    [np.full(RATE * 2, 9000.0), np.zeros(RATE * 2), np.full(RATE // 100, 3.0)],
    ids=["direct-current", "digital-silence", "ten-milliseconds"],
)
def test_nothing_said_is_empty_text(tmp_path: Path, backend: ParaformerBackend, samples: np.ndarray) -> None:
    assert transcribe(write(tmp_path / "a.wav", samples), backend) == ""


def blocks(*parts: np.ndarray) -> Iterator[bytes]:
    sound = np.concatenate(parts).astype("<i2").tobytes()
    for at in range(0, len(sound), 4096):
        yield sound[at : at + 4096]


def quiet(seconds: float) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 8, int(seconds * RATE))


def test_a_short_file_is_one_segment_untouched() -> None:
    (whole,) = segments(blocks(quiet(1), speech_like(2), quiet(1)))
    assert (whole.start_ms, len(whole.pcm)) == (0, 4 * RATE * 2)


def test_a_long_file_is_cut_at_its_pauses_and_keeps_the_times() -> None:
    found = list(segments(blocks(quiet(5), speech_like(3), quiet(4), speech_like(2), quiet(5))))
    assert [round(part.start_ms / 1000, 0) for part in found] == [5.0, 12.0]
    assert all(part.start_ms < true * 1000 for part, true in zip(found, (5, 12), strict=True))
    assert [len(part.pcm) / 2 / RATE for part in found] == pytest.approx([3.5, 2.5], abs=0.4)


def test_speech_without_a_pause_is_cut_all_the_same_and_nothing_is_lost() -> None:
    found = list(segments(blocks(speech_like(50))))
    assert len(found) >= 2
    assert sum(len(part.pcm) for part in found) == pytest.approx(50 * RATE * 2, rel=0.02)


def test_an_hour_is_read_block_by_block() -> None:
    """Sound is asked for only as segments are used, so memory does not grow with the file."""
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield np.concatenate([speech_like(2), quiet(2)]).astype("<i2").tobytes()

    stream = segments(endless())
    for _ in range(5):
        next(stream)
    assert asked < 12


def test_segments_are_recognised_side_by_side_and_come_back_in_order() -> None:
    backend = CountingBackend(chunk_ms=100)
    parts = [Segment(at * 1000, bytes(3200 * size)) for at, size in enumerate([3, 1, 2] * 4)]
    texts = [heard.text for heard in recognise(parts, backend)]
    assert texts == [str(3200 * size) for size in [3, 1, 2] * 4]
    assert max(backend.batches) == 8
