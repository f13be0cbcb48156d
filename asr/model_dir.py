"""A model directory on disk: which files it must hold and what they say.

Two layouts are read. Ours: ``encoder[.int8].onnx`` and ``decoder[.int8].onnx``. FunASR's export of the online
Paraformer: ``model[_quant].onnx`` and ``decoder[_quant].onnx``. Both come with ``config.yaml``,
``tokens.json`` and ``am.mvn``; ``serving.json`` is optional.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from asr.errors import ModelError
from asr.reject import Rejection

_LAYOUTS = (
    ("encoder.int8.onnx", "decoder.int8.onnx"),
    ("encoder.onnx", "decoder.onnx"),
    ("model_quant.onnx", "decoder_quant.onnx"),
    ("model.onnx", "decoder.onnx"),
)


@dataclass(frozen=True, slots=True)
class Serving:
    """How a model is run; all sizes in LFR frames of 60 ms.

    ``chunk`` new frames make one step, ``later`` of them one from the fourth step of an utterance on (0: as before),
    ``right`` of them are look-ahead (read, not yet committed), ``left`` committed frames are shown to the encoder again
    as context. ``rate`` is set for a model that knows only
    telephone sound: wider sound is brought down to it first.
    """

    left: int = 10
    chunk: int = 10
    right: int = 5
    later: int = 0
    rate: int | None = None
    language_weight: float = 0.5
    rejection: Rejection = Rejection()  # noqa: RUF009 - frozen, so one shared default is safe


@dataclass(frozen=True, slots=True)
class FrontendConfig:
    """Feature extraction settings of ``config.yaml`` (milliseconds and counts)."""

    fs: int = 16_000
    n_mels: int = 80
    frame_length: int = 25
    frame_shift: int = 10
    lfr_m: int = 7
    lfr_n: int = 6
    window: str = "hamming"


@dataclass(frozen=True, slots=True)
class ModelDirectory:
    """Everything but the network itself."""

    path: Path
    encoder: Path | None
    decoder: Path | None
    tokens: tuple[str, ...]
    shift: NDArray[np.float32]
    scale: NDArray[np.float32]
    frontend: FrontendConfig
    width: int
    cif_threshold: float
    tail_threshold: float
    serving: Serving


def open_directory(path: Path, precision: str = "auto") -> ModelDirectory:
    """Read and check a model directory.

    Args:
        path: the directory.
        precision: which ONNX networks: ``auto`` (int8 when there is one), ``int8``, ``fp32``, or ``none``
            when the weights are loaded by FunASR.

    Raises:
        ModelError: names the missing or damaged file.
    """
    if not path.is_dir():
        raise ModelError(f"There is no model directory {path}; set ASR_MODEL to one or run `make model`.")
    encoder, decoder = _networks(path, precision)
    config = _config(path / "config.yaml")
    tokens = _tokens(path / "tokens.json")
    frontend = FrontendConfig(
        **{key: value for key, value in _section(config, "frontend_conf").items() if key in _FRONTEND_KEYS}
    )
    shift, scale = read_mvn(path / "am.mvn", frontend.n_mels * frontend.lfr_m)
    predictor = _section(config, "predictor_conf")
    return ModelDirectory(
        path=path,
        encoder=encoder,
        decoder=decoder,
        tokens=tokens,
        shift=shift,
        scale=scale,
        frontend=frontend,
        width=int(_section(config, "encoder_conf").get("output_size", 0)),
        cif_threshold=float(predictor.get("threshold", 1.0)),
        tail_threshold=float(predictor.get("tail_threshold", 0.0)),
        serving=read_serving(path / "serving.json"),
    )


_FRONTEND_KEYS = frozenset(FrontendConfig.__dataclass_fields__)


def _networks(path: Path, precision: str) -> tuple[Path | None, Path | None]:
    if precision == "none":
        return None, None
    for encoder, decoder in _LAYOUTS:
        quantised = "int8" in encoder or "quant" in encoder
        if precision != "auto" and quantised != (precision == "int8"):
            continue
        if (path / encoder).is_file():
            if not (path / decoder).is_file():
                raise _damaged(path / decoder, "it is missing")
            return path / encoder, path / decoder
    raise _damaged(path / "encoder.int8.onnx", "it is missing, and there is no other ONNX encoder")


def _damaged(path: Path, why: str) -> ModelError:
    return ModelError(f"The model file {path} cannot be used: {why}; restore it, run `make model`, or set ASR_MODEL.")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _damaged(path, "it is missing") from None
    except (OSError, UnicodeDecodeError):
        raise _damaged(path, "it is not readable text") from None


def _config(path: Path) -> Mapping[str, Any]:
    try:
        config = yaml.safe_load(_text(path))
    except yaml.YAMLError:
        raise _damaged(path, "it is not YAML") from None
    if not isinstance(config, dict) or "encoder_conf" not in config:
        raise _damaged(path, "it has no encoder_conf")
    return config


def _section(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = config.get(name)
    return section if isinstance(section, dict) else {}


def _tokens(path: Path) -> tuple[str, ...]:
    try:
        tokens = json.loads(_text(path))
    except json.JSONDecodeError:
        raise _damaged(path, "it is not JSON") from None
    if not isinstance(tokens, list) or len(tokens) < 4 or not all(isinstance(item, str) for item in tokens):
        raise _damaged(path, "it is not a list of tokens")
    return tuple(tokens)


def read_mvn(path: Path, size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Shift and scale (``size`` numbers each) of a Kaldi nnet text ``am.mvn``.

    Raises:
        ModelError: the file is missing, cut short or of another size.
    """
    found: dict[str, NDArray[np.float32]] = {}
    section = ""
    for line in _text(path).splitlines():
        words = line.split()
        if words and words[0] in ("<AddShift>", "<Rescale>"):
            section = words[0]
        elif words and words[0] == "<LearnRateCoef>" and section:
            try:
                found[section] = np.array(words[3:-1], dtype=np.float32)
            except ValueError:
                raise _damaged(path, "it holds something that is not a number") from None
    shift, scale = found.get("<AddShift>"), found.get("<Rescale>")
    if shift is None or scale is None or len(shift) != size or len(scale) != size:
        raise _damaged(path, f"it does not hold {size} shifts and {size} scales")
    return shift, scale


def read_serving(path: Path) -> Serving:
    """``serving.json``, or the defaults when there is none.

    Keys: ``chunk_size`` ``[left, chunk, right]`` as FunASR writes it (a left of 0 means the default),
    ``left``, ``later``, ``rate``, ``language_weight``, and ``rejection`` with the fields of
    :class:`asr.reject.Rejection`.
    """
    if not path.exists():
        return Serving()
    try:
        raw = json.loads(_text(path))
        left, chunk, right = (int(value) for value in raw.get("chunk_size", (0, 10, 5)))
        left = int(raw.get("left", left or Serving().left))
        later = int(raw.get("later", 0))
        rate = int(raw["rate"]) if "rate" in raw else None
        weight = float(raw.get("language_weight", Serving().language_weight))
        rejection = Rejection(**raw.get("rejection", {}))
    except (json.JSONDecodeError, AttributeError, TypeError, ValueError):
        raise _damaged(path, "chunk_size must be three whole numbers and rejection an object") from None
    if not (
        0 <= right < chunk
        and left >= 0
        and (later == 0 or later >= chunk)
        and (rate is None or rate >= 8000)
        and weight >= 0.0
    ):
        raise _damaged(
            path,
            "the look-ahead must be smaller than the chunk, later chunks at least as large, a rate at least 8000, a"
            " weight positive",
        )
    return Serving(left, chunk, right, later, rate, weight, rejection)
