"""Our features against FunASR's own streaming frontend, on the same sound in the same chunks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from asr.frontend import Frontend
from asr.model_dir import FrontendConfig

pytestmark = pytest.mark.funasr

torch = pytest.importorskip("torch")
pytest.importorskip("kaldi_native_fbank")


def _theirs(pcm: np.ndarray, sizes: list[int]) -> np.ndarray:
    from funasr.frontends.wav_frontend import WavFrontendOnline

    frontend = WavFrontendOnline(
        fs=16000, window="hamming", n_mels=80, frame_length=25, frame_shift=10, lfr_m=7, lfr_n=6, dither=0.0
    )
    cache: dict[str, object] = {}
    out = []
    edges = np.cumsum([0, *sizes])
    for start, end in itertools.pairwise(edges):
        sound = torch.from_numpy(pcm[start:end].astype(np.float32) / 32768.0)[None]
        features, _ = frontend.forward(
            sound, torch.tensor([sound.shape[1]]), cache=cache, is_final=bool(end == edges[-1])
        )
        if features.numel():
            out.append(features[0].numpy())
    return np.concatenate(out)


def _ours(pcm: np.ndarray, sizes: list[int]) -> np.ndarray:
    frontend = Frontend(FrontendConfig(), np.zeros(560, np.float32), np.ones(560, np.float32))
    state = frontend.new_state(16000)
    edges = np.cumsum([0, *sizes])
    parts = [
        frontend.push([state], [pcm[start:end].astype("<i2").tobytes()], [bool(end == edges[-1])])[0]
        for start, end in itertools.pairwise(edges)
    ]
    return np.concatenate(parts)


@pytest.mark.parametrize(
    "sizes",
    [[9600, 9600, 9600], [5760, 5760, 777], [9600, 4321], [160] * 60, [400], [399, 1, 3200], [16000]],
    ids=["600ms", "360ms", "odd-end", "10ms", "one-frame", "frame-border", "one-piece"],
)
def test_same_numbers_as_funasr_streaming_frontend(sizes: list[int]) -> None:
    rng = np.random.default_rng(7)
    total = sum(sizes)
    pcm = rng.normal(0.0, 2500.0, total) * np.linspace(0.01, 1.0, total) + 300.0
    pcm = np.round(pcm).clip(-32768, 32767)
    if sum(sizes) == 400:
        assert _ours(pcm, sizes).shape[0] == 1
        return
    ours, theirs = _ours(pcm, sizes), _theirs(pcm, sizes)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 2e-3
