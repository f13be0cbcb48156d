"""The torch backend: any streaming model that ``funasr.AutoModel`` loads, on CPU or CUDA.

An online Paraformer is run by the same batched driver as the ONNX backend, with FunASR's own encoder and
decoder classes. Every other streaming model goes through ``AutoModel.generate``, one stream after the other
(it accepts no batches), without token confidences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.backend import Backend, Step
from asr.decode import ParaformerBackend
from asr.errors import ModelError
from asr.frontend import Resampler
from asr.hub import find_model
from asr.level import LevelMeter
from asr.model_dir import open_directory
from asr.ports import Token, Transcript
from asr.reject import Rejection, believable
from asr.spelling import spread

Floats = NDArray[np.float32]

_RATE = 16_000
_CHUNK = (0, 10, 5)
_FRAME_MS = 60


def load_funasr(name: str) -> Backend:
    """A backend for a model directory or hub name.

    Raises:
        ModelError: the extra is not installed, or the model is neither here nor to be had.
    """
    found = find_model(name)
    auto = load_auto_model(found)
    path = Path(auto.kwargs.get("model_path", found))
    if type(auto.model).__name__ != "ParaformerStreaming" or not (path / "tokens.json").is_file():
        return AutoModelBackend(auto)
    networks = TorchNetworks(auto.model, auto.kwargs["device"])
    backend = ParaformerBackend("funasr", open_directory(path, "none"), networks)
    backend.warm_up()
    return backend


def load_auto_model(model: str) -> Any:
    """``funasr.AutoModel`` with one thread and no update check, on CUDA when there is one.

    Raises:
        ModelError: funasr or torch is missing, or the model does not load.
    """
    try:
        import torch
        from funasr import AutoModel
    except ImportError as error:
        raise ModelError(
            f"ASR_BACKEND=funasr needs the funasr extra ({error.name} is missing);"
            " run `make test-funasr` or install `courier-hotline[funasr]`, or use ASR_BACKEND=onnx."
        ) from error
    try:
        return AutoModel(
            model=model,
            device="cuda" if torch.cuda.is_available() else "cpu",
            ncpu=1,
            disable_update=True,
            disable_pbar=True,
            log_level="ERROR",
        )
    except Exception as error:  # funasr raises whatever its parts raise
        raise ModelError(
            f"FunASR cannot load {model} ({type(error).__name__}: {error}); check its files or set ASR_MODEL."
        ) from error


class TorchNetworks:
    """FunASR's own encoder, predictor and decoder classes behind the batched driver's interface."""

    def __init__(self, model: Any, device: str) -> None:
        import torch
        from funasr.models.paraformer_streaming.export_meta import export_rebuild_model

        self._torch, self._device = torch, torch.device(device)
        kinds = {"encoder": "encoder_classes", "predictor": "predictor_classes"}
        names = {part: _registered_name(kind, getattr(model, part)) for part, kind in kinds.items()}
        self._encoder, self._decoder = export_rebuild_model(
            model, type="onnx", decoder="ParaformerSANMDecoder", **names
        )
        self._encoder.to(self._device).eval()
        self._decoder.to(self._device).eval()
        shapes = [item.shape for item in self._decoder.export_dummy_inputs()[4:]]
        self.layers, self.width, self.memory = len(shapes), int(shapes[0][1]), int(shapes[0][2])

    def encode(self, batch: Floats, lengths: NDArray[np.int32]) -> tuple[Floats, Floats]:
        """Padded windows to padded encoder output and weights."""
        with self._torch.inference_mode():
            hidden, _, weights = self._encoder(self._tensor(batch), self._tensor(lengths))
        return hidden.cpu().numpy(), weights.cpu().numpy()

    def decode(
        self,
        hidden: Floats,
        frames: NDArray[np.int32],
        vectors: Floats,
        counts: NDArray[np.int32],
        memories: Floats,
    ) -> tuple[Floats, Floats]:
        """Padded encoder output and characters to scores and memories ``[rows, layers, width, memory]``."""
        with self._torch.inference_mode():
            scores, _, new = self._decoder(
                *(self._tensor(item) for item in (hidden, frames, vectors, counts)),
                *(self._tensor(memories[:, layer]) for layer in range(self.layers)),
            )
        return scores.cpu().numpy(), self._torch.stack(new, dim=1).cpu().numpy()

    def _tensor(self, array: NDArray[Any]) -> Any:
        return self._torch.from_numpy(np.ascontiguousarray(array)).to(self._device)


def _registered_name(kind: str, part: Any) -> str:
    """The name under which FunASR registered the class of a model's part."""
    from funasr.register import tables

    names = [name for name, known in getattr(tables, kind).items() if known is type(part)]
    return names[0] if names else type(part).__name__


@dataclass(slots=True)
class _Utterance:
    """One utterance of :class:`AutoModelBackend`: FunASR's cache and what it has said."""

    resampler: Resampler
    level: LevelMeter
    rate: int
    at_ms: float
    cache: dict[str, Any] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)


class AutoModelBackend:
    """``AutoModel.generate`` with one cache per utterance; texts only, so nothing is rejected by confidence."""

    name = "funasr"
    chunk_ms = later_ms = _CHUNK[1] * _FRAME_MS

    def __init__(self, auto: Any, limits: Rejection | None = None) -> None:
        self._auto, self._limits = auto, limits or Rejection()

    def new_utterance(self, rate: int, start_ms: int) -> _Utterance:
        """State of an utterance of ``rate`` Hz that begins ``start_ms`` into its stream."""
        return _Utterance(Resampler(rate, _RATE), LevelMeter(rate), rate, float(start_ms))

    def run(self, steps: Sequence[Step]) -> list[Transcript]:
        """Advance every utterance, one after the other."""
        return [self._step(step) for step in steps]

    def _step(self, step: Step) -> Transcript:
        utterance: _Utterance = step.utterance
        utterance.level.push(step.pcm)
        sound = utterance.resampler.push(step.pcm, step.last) / np.float32(32768.0)
        result = self._auto.generate(
            input=sound,
            cache=utterance.cache,
            is_final=step.last,
            chunk_size=list(_CHUNK),
            encoder_chunk_look_back=4,
            decoder_chunk_look_back=1,
        )
        until = utterance.at_ms + len(step.pcm) / 2 / utterance.rate * 1000
        utterance.tokens += spread(result[0]["text"] if result else "", utterance.at_ms, until)
        utterance.at_ms = until
        tokens = tuple(utterance.tokens)
        if step.last:
            tokens = believable(tokens, utterance.level.dbfs, utterance.level.active_s, self._limits)
        return Transcript("".join(item.text for item in tokens), tokens, step.last, stable=len(tokens))
