"""The torch backend against the ONNX one and against plain AutoModel, on the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr.decode import ParaformerBackend, load_onnx
from asr.errors import ModelError
from asr.funasr_backend import AutoModelBackend, load_auto_model, load_funasr
from bench.asr.real_size import export
from tests.asr.speech import SENTENCES, error_rate, errors, hear, spoken

pytestmark = pytest.mark.funasr

pytest.importorskip("torch")
pytest.importorskip("funasr")


@pytest.fixture(scope="module")
def torch_backend(model_path: Path) -> ParaformerBackend:
    backend = load_funasr(str(model_path))
    assert isinstance(backend, ParaformerBackend) and backend.name == "funasr"
    return backend


@pytest.fixture(scope="module")
def auto_model(model_path: Path) -> Any:
    return load_auto_model(str(model_path))


@pytest.fixture(scope="module")
def wordless(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> ParaformerBackend:
    """The same networks without a language model, which AutoModel does not have."""
    folder = tmp_path_factory.mktemp("wordless")
    for path in model_path.iterdir():
        if path.name != "language.npz":
            (folder / path.name).symlink_to(path.resolve())
    return load_onnx(folder)


def test_both_backends_hear_the_same_within_a_point(
    backend: ParaformerBackend, torch_backend: ParaformerBackend
) -> None:
    assert abs(error_rate(backend) - error_rate(torch_backend)) <= 0.01


def test_plain_auto_model_hears_about_the_same(wordless: ParaformerBackend, auto_model: Any) -> None:
    """AutoModel keeps encoder caches where we show context again, so texts may differ in a character."""
    assert abs(error_rate(wordless) - error_rate(AutoModelBackend(auto_model))) <= 0.06


def test_torch_and_onnx_give_the_same_words_times_and_confidences(
    backend: ParaformerBackend, torch_backend: ParaformerBackend
) -> None:
    same = 0
    for text in SENTENCES:
        ours, theirs = hear(backend, spoken(text))[-1], hear(torch_backend, spoken(text))[-1]
        assert errors(ours.text, theirs.text) <= 1
        if ours.text == theirs.text:
            same += 1
            for one, other in zip(ours.tokens, theirs.tokens, strict=True):
                assert one.end_ms == pytest.approx(other.end_ms, abs=120)
                assert one.confidence == pytest.approx(other.confidence, abs=0.25)
    assert same >= len(SENTENCES) - 2


def test_the_generic_way_hears_a_telephone_stream_in_any_chunks(auto_model: Any) -> None:
    backend = AutoModelBackend(auto_model)
    heard = hear(backend, spoken(SENTENCES[0]))
    assert errors(SENTENCES[0], heard[-1].text) <= 2
    assert heard[-1].final and not heard[0].final
    assert hear(backend, b"")[-1].text == ""
    assert hear(backend, np.zeros(8000, "<i2").tobytes())[-1].text == ""


def test_a_damaged_checkpoint_is_one_sentence(model_path: Path, tmp_path: Path) -> None:
    for name in ("config.yaml", "tokens.json", "am.mvn"):
        (tmp_path / name).write_bytes((model_path / name).read_bytes())
    (tmp_path / "model.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(ModelError, match="cannot load"):
        load_funasr(str(tmp_path))


def test_funasr_own_export_of_the_model_loads_and_hears_the_same(
    model_path: Path, tmp_path: Path, backend: ParaformerBackend
) -> None:
    for name in ("config.yaml", "tokens.json", "am.mvn", "model.pt", "language.npz"):
        (tmp_path / name).write_bytes((model_path / name).read_bytes())
    export(tmp_path)
    assert {"model.onnx", "decoder.onnx", "model_quant.onnx", "decoder_quant.onnx"} <= {
        path.name for path in tmp_path.iterdir()
    }
    for precision in ("fp32", "int8"):
        assert abs(error_rate(load_onnx(tmp_path, precision), ("f2",)) - error_rate(backend, ("f2",))) <= 0.035
