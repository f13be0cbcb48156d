"""The embedded model through the batched driver, listening to real (synthetic) speech."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from asr.backend import Step, in_steps
from asr.decode import ParaformerBackend, load_onnx
from asr.ports import Transcript
from tests.asr.speech import ONSET_MS, SENTENCES, error_rate, errors, hear, spoken


def test_sentences_are_understood(backend: ParaformerBackend) -> None:
    assert error_rate(backend) <= 0.10


def test_fp32_and_int8_hear_the_same(model_path: Path, backend: ParaformerBackend) -> None:
    if not (model_path / "encoder.onnx").exists():
        pytest.skip("fp32 networks are exported by `make model`")
    assert abs(error_rate(load_onnx(model_path, "fp32")) - error_rate(backend)) <= 0.02


def test_a_stream_does_not_notice_its_company(backend: ParaformerBackend) -> None:
    """Padding of shorter rows, other windows and other utterance ends must not leak between streams."""
    sounds = [spoken(text) for text in SENTENCES]
    alone = [hear(backend, sound)[-1] for sound in sounds]
    pieces = [in_steps(backend, sound, 8000) for sound in sounds]
    utterances = [backend.new_utterance(8000, 0) for _ in sounds]
    together: dict[int, Transcript] = {}
    for turn in range(40):
        steps: dict[int, Step] = {}
        for index, mine in enumerate(pieces):
            number = turn - index  # every stream begins one step later than its neighbour
            if 0 <= number < len(mine):
                steps[index] = Step(utterances[index], *mine[number])
        if steps:
            together.update(zip(steps, backend.run(list(steps.values())), strict=True))
    # int8 scales its activations over the whole batch, so the last digits do differ
    assert sum(errors(item.text, together[index].text) for index, item in enumerate(alone)) <= 1
    for index, item in enumerate(alone):
        if item.text == together[index].text:
            for one, other in zip(item.tokens, together[index].tokens, strict=True):
                assert one.end_ms == pytest.approx(other.end_ms, abs=120)


def test_stable_characters_stay_and_interim_text_grows_into_the_final(backend: ParaformerBackend) -> None:
    for text in SENTENCES:
        heard = hear(backend, spoken(text))
        for earlier, later in itertools.pairwise(heard[:-1]):
            assert later.tokens[: earlier.stable] == earlier.tokens[: earlier.stable]
            assert later.stable >= earlier.stable
        assert any(len(item.tokens) > item.stable for item in heard[:-1])
        assert heard[-1].final and heard[-1].stable == len(heard[-1].tokens)


def test_character_times_follow_the_sound(backend: ParaformerBackend) -> None:
    for text in SENTENCES:
        sound = spoken(text)
        tokens = hear(backend, sound)[-1].tokens
        assert tokens[0].start_ms == pytest.approx(ONSET_MS, abs=250)
        assert tokens[-1].end_ms <= len(sound) // 16
        assert all(a.end_ms <= b.end_ms and a.start_ms < a.end_ms for a, b in itertools.pairwise(tokens))
        assert all(0.0 < token.confidence <= 1.0 for token in tokens)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_the_rate_of_the_stream_does_not_matter(backend: ParaformerBackend, rate: int) -> None:
    wrong = sum(errors(text, hear(backend, spoken(text, rate), rate)[-1].text) for text in SENTENCES)
    assert wrong / sum(map(len, SENTENCES)) <= 0.12


def test_direct_current_and_clipping_are_lived_with(backend: ParaformerBackend) -> None:
    def damaged(pcm: bytes) -> bytes:
        samples = np.frombuffer(pcm, "<i2").astype(np.float64)
        return np.clip(np.round(samples * 8 + 4000), -32768, 32767).astype("<i2").tobytes()

    wrong = sum(errors(text, hear(backend, damaged(spoken(text)))[-1].text) for text in SENTENCES)
    assert wrong / sum(map(len, SENTENCES)) <= 0.35


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1, 3.0])
@pytest.mark.parametrize("kind", ["silence", "hiss", "tone", "direct-current"])
def test_no_words_are_heard_where_none_are_said(backend: ParaformerBackend, seconds: float, kind: str) -> None:
    count = int(seconds * 8000)
    rng = np.random.default_rng(4)
    samples = {
        "silence": np.zeros(count),
        "hiss": rng.normal(0, 30, count),
        "tone": 6000 * np.sin(2 * np.pi * 440 * np.arange(count) / 8000),
        "direct-current": np.full(count, 12_000.0),
    }[kind]
    assert hear(backend, samples.astype("<i2").tobytes())[-1].text == ""


def test_an_utterance_of_minutes_keeps_only_its_window(backend: ParaformerBackend) -> None:
    utterance = backend.new_utterance(8000, 0)
    size = backend.chunk_ms * 16
    sound = b"".join(spoken(text) for text in SENTENCES) * 2
    for at in range(0, len(sound) - size, size):
        backend.run([Step(utterance, sound[at : at + size], False)])
    assert len(utterance.frames) < 40
    assert utterance.seen > 350


def test_the_utterance_position_is_added_to_all_times(backend: ParaformerBackend) -> None:
    sound = spoken(SENTENCES[0])
    late = backend.new_utterance(8000, 60_000)
    (final,) = backend.run([Step(late, sound, True)])
    assert final.tokens[0].start_ms > 60_000
