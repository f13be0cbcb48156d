"""The two networks of an exported online Paraformer on onnxruntime, batched over windows of any streams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from asr.errors import ModelError
from asr.model_dir import ModelDirectory

Floats = NDArray[np.float32]


def _session(path: Path) -> Any:
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
        self.width = int(caches[0].shape[1])
        self.memory = int(caches[0].shape[2])
        vocabulary = self._decoder.get_outputs()[0].shape[-1]
        if isinstance(vocabulary, int) and vocabulary != len(directory.tokens):
            raise ModelError(
                f"{directory.path / 'tokens.json'} lists {len(directory.tokens)} tokens but the decoder knows"
                f" {vocabulary}; use the files of one model."
            )

    def new_memory(self) -> Floats:
        """Empty decoder memory of one stream, ``[layers, width, memory]``."""
        return np.zeros((len(self._cache_names), self.width, self.memory), np.float32)

    def encode(self, windows: Sequence[Floats]) -> list[tuple[Floats, Floats]]:
        """Encoder output ``[frames, width]`` and weights ``[frames]`` of each window ``[frames, features]``."""
        lengths = np.array([len(window) for window in windows], np.int32)
        batch = np.zeros((len(windows), int(lengths.max()), windows[0].shape[1]), np.float32)
        for row, window in enumerate(windows):
            batch[row, : len(window)] = window
        hidden, _, weights = self._encoder.run(None, {"speech": batch, "speech_lengths": lengths})
        return [(hidden[row, :length], weights[row, :length]) for row, length in enumerate(lengths)]

    def decode(
        self,
        hidden: Sequence[Floats],
        vectors: Sequence[Floats],
        memories: Sequence[Floats],
        kept: Sequence[int],
    ) -> list[tuple[Floats, Floats]]:
        """Scores ``[n, vocabulary]`` of each stream's characters and its memory after the first ``kept`` of them.

        Rows of different length share a batch: the memory of a causal filter after ``k`` of ``n`` columns is
        old columns ``k ..`` followed by the first new ones, so padding and provisional characters are cut off
        afterwards. That needs ``n`` to be at most the memory length; longer rows are fed in pieces, and those
        must be kept whole.
        """
        size = self.memory
        heads = self._decode(hidden, [row[:size] for row in vectors], memories, [min(count, size) for count in kept])
        long = [index for index, row in enumerate(vectors) if len(row) > size]
        if long:
            tails = self.decode(
                [hidden[index] for index in long],
                [vectors[index][size:] for index in long],
                [heads[index][1] for index in long],
                [kept[index] - size for index in long],
            )
            for index, (scores, memory) in zip(long, tails, strict=True):
                heads[index] = (np.concatenate([heads[index][0], scores]), memory)
        return heads

    def _decode(
        self,
        hidden: Sequence[Floats],
        vectors: Sequence[Floats],
        memories: Sequence[Floats],
        kept: Sequence[int],
    ) -> list[tuple[Floats, Floats]]:
        frames = np.array([len(row) for row in hidden], np.int32)
        counts = np.array([len(row) for row in vectors], np.int32)
        longest = int(counts.max())
        encoded = np.zeros((len(hidden), int(frames.max()), self.width), np.float32)
        embeds = np.zeros((len(hidden), longest, self.width), np.float32)
        for row, (states, characters) in enumerate(zip(hidden, vectors, strict=True)):
            encoded[row, : len(states)] = states
            embeds[row, : len(characters)] = characters
        inputs = {
            "enc": encoded,
            "enc_len": frames,
            "acoustic_embeds": embeds,
            "acoustic_embeds_len": counts,
        }
        old = np.stack(memories)
        inputs.update({name: old[:, layer] for layer, name in enumerate(self._cache_names)})
        outputs = self._decoder.run(None, inputs)
        new = np.stack(outputs[2:], axis=1)
        result = []
        for row, count in enumerate(counts):
            missing = longest - kept[row]
            memory = np.concatenate(
                [old[row, :, :, kept[row] : kept[row] + missing], new[row, :, :, : self.memory - missing]], axis=2
            )
            result.append((outputs[0][row, :count], memory))
        return result
