from __future__ import annotations

import os
from pathlib import Path

import pytest

from asr.decode import ParaformerBackend, load_onnx


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The embedded model, or the one that ASR_MODEL names."""
    path = Path(os.environ.get("ASR_MODEL", Path(__file__).parents[2] / "asr" / "model"))
    if not (path / "encoder.int8.onnx").exists():
        pytest.skip(f"there is no model in {path}: `make model` makes one")
    return path


@pytest.fixture(scope="session")
def backend(model_path: Path) -> ParaformerBackend:
    return load_onnx(model_path)
