"""Ways to hear a test set: the product's own ONNX driver, and plain ``funasr.AutoModel`` as the yardstick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from asr.recipe.measure import Hear, Sound

BATCH = 16
LOOK_BACK = {"encoder_chunk_look_back": 4, "decoder_chunk_look_back": 1}


def by_engine(
    folder: Path,
    left: int | None = None,
    chunk: int | None = None,
    right: int | None = None,
    later: int | None = None,
    *,
    language: bool = True,
) -> Hear:
    """The ONNX backend as calls use it; window sizes override ``serving.json``, ``language`` is its language model."""
    from asr.backend import hear_together
    from asr.decode import ParaformerBackend
    from asr.model_dir import open_directory
    from asr.onnx_model import OnnxModel

    directory = open_directory(folder)
    serving = directory.serving
    serving = replace(
        serving,
        left=serving.left if left is None else left,
        chunk=serving.chunk if chunk is None else chunk,
        right=serving.right if right is None else right,
        later=serving.later if later is None else later,
        language_weight=serving.language_weight if language else 0.0,
    )
    directory = replace(directory, serving=serving)
    backend = ParaformerBackend("onnx", directory, OnnxModel(directory))

    def hear_batch(sounds: Sequence[Sound]) -> list[str]:
        pcm = [(0, np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2").tobytes()) for sound in sounds]
        return [transcript.text for transcript in hear_together(backend, pcm, 8000)]

    def hear(sounds: Sequence[Sound]) -> list[str]:
        return [text for at in range(0, len(sounds), BATCH) for text in hear_batch(sounds[at : at + BATCH])]

    return hear


def by_funasr(folder: Path, chunk_size: Sequence[int]) -> Hear:
    """``funasr.AutoModel`` on the same weights, chunk by chunk as its documentation shows."""
    from funasr import AutoModel

    model: Any = AutoModel(
        model=str(folder), device="cpu", ncpu=1, disable_update=True, disable_pbar=True, log_level="ERROR"
    )
    step = chunk_size[1] * 960

    def hear_one(sound: Sound) -> str:
        wide = soxr.resample(sound, 8000, 16000)
        cache: dict[str, Any] = {}
        text = ""
        for at in range(0, len(wide), step):
            piece = np.asarray(wide[at : at + step], np.float32)
            result = model.generate(
                input=piece, cache=cache, is_final=at + step >= len(wide), chunk_size=list(chunk_size), **LOOK_BACK
            )
            text += result[0]["text"] if result else ""
        return text

    return lambda sounds: [hear_one(sound) for sound in sounds]
