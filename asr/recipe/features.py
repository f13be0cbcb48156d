"""Mel features exactly as FunASR's frontend makes them, without torch, and their stacking to 60 ms frames."""

from __future__ import annotations

import random

import numpy as np
import soxr
from numpy.typing import NDArray

MELS = 80
STACK, STRIDE = 7, 6
"""LFR: frames stacked and frames advanced."""


def to_16k(sound: NDArray[np.float32], rng: random.Random) -> NDArray[np.float32]:
    """8 to 16 kHz with one of several resamplers, then rounding or faint noise.

    The upper mel bands of telephone sound are nearly empty; varying what is left there keeps the model from
    listening to the resampler.
    """
    quality = rng.choices(("HQ", "MQ", "LQ", "QQ"), (5, 2, 2, 1))[0]
    wide = soxr.resample(sound, 8000, 16000, quality=quality)
    kind = rng.random()
    if kind < 0.35:
        return np.asarray(np.round(wide * 32768) / 32768, np.float32)
    if kind < 0.6:
        return np.asarray(wide, np.float32)
    noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(len(wide))
    return np.asarray(wide + noise * rng.uniform(0, 1.5) / 32768, np.float32)


def fbank(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """80 log mel bands every 10 ms of 16 kHz sound, scaled as FunASR scales it: [frames, 80]."""
    import kaldi_native_fbank as knf

    options = knf.FbankOptions()
    options.frame_opts.samp_freq = 16000
    options.frame_opts.window_type = "hamming"
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.energy_floor = 0.0
    options.mel_opts.num_bins = MELS
    bank = knf.OnlineFbank(options)
    bank.accept_waveform(16000, (sound * 32768).tolist())
    bank.input_finished()
    frames = [bank.get_frame(i) for i in range(bank.num_frames_ready)]
    return np.asarray(frames, np.float32).reshape(-1, MELS)


def stack(mel: NDArray[np.floating]) -> NDArray[np.float32]:
    """Low frame rate: 7 frames stacked, every 6th kept, borders repeated: [ceil(frames / 6), 560]."""
    count = -(-len(mel) // STRIDE)
    if count == 0:
        return np.zeros((0, MELS * STACK), np.float32)
    index = np.arange(count)[:, None] * STRIDE + np.arange(STACK)[None, :] - (STACK - 1) // 2
    return np.asarray(mel[np.clip(index, 0, len(mel) - 1)].reshape(count, -1), np.float32)
