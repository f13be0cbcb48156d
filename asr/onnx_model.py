"""The two networks of an exported online Paraformer on onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from asr.errors import ModelError
from asr.model_dir import ModelDirectory

Floats = NDArray[np.float32]


class OnnxModel:
    """Encoder with frame weights, and decoder with its memory as values in and out."""

    def __init__(self, directory: ModelDirectory) -> None:
        self._encoder = _session(directory.encoder)
        self._decoder = _session(directory.decoder)
        caches = [item for item in self._decoder.get_inputs() if item.name.startswith("in_cache")]
        if not caches or [item.name for item in self._encoder.get_outputs()][-1] != "alphas":
            raise ModelError(
                f"The networks in {directory.path} are not an online Paraformer export;"
                " export the streaming model with FunASR, or use ASR_BACKEND=funasr."
            )
        self._cache_names = [item.name for item in caches]
        self.layers, self.width, self.memory = len(caches), int(caches[0].shape[1]), int(caches[0].shape[2])
        vocabulary = self._decoder.get_outputs()[0].shape[-1]
        if isinstance(vocabulary, int) and vocabulary != len(directory.tokens):
            raise ModelError(
                f"{directory.path / 'tokens.json'} lists {len(directory.tokens)} tokens but the decoder knows"
                f" {vocabulary}; use the files of one model."
            )

    def encode(self, batch: Floats, lengths: NDArray[np.int32]) -> tuple[Floats, Floats]:
        """Padded windows ``[rows, frames, features]`` to encoder output and frame weights."""
        hidden, _, weights = self._encoder.run(None, {"speech": batch, "speech_lengths": lengths})
        return hidden, weights

    def decode(
        self,
        hidden: Floats,
        frames: NDArray[np.int32],
        vectors: Floats,
        counts: NDArray[np.int32],
        memories: Floats,
    ) -> tuple[Floats, Floats]:
        """Padded encoder output and characters to scores and memories ``[rows, layers, width, memory]``."""
        inputs = {"enc": hidden, "enc_len": frames, "acoustic_embeds": vectors, "acoustic_embeds_len": counts}
        inputs.update({name: memories[:, layer] for layer, name in enumerate(self._cache_names)})
        outputs = self._decoder.run(None, inputs)
        return outputs[0], np.stack(outputs[2:], axis=1)


def _session(path: Path | None) -> Any:
    if path is None:
        raise ModelError("The model directory was opened without its ONNX networks.")
    options = ort.SessionOptions()
    # one thread per call: the machine also answers telephones, and batches use a core well
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises its own, undeclared types
        raise ModelError(
            f"The model file {path} cannot be loaded by onnxruntime ({type(error).__name__});"
            " restore it, run `make model`, or set ASR_MODEL."
        ) from error
