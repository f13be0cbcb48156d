from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from asr.decode import load_onnx
from asr.errors import ModelError
from asr.model_dir import Serving, open_directory, read_serving

NAMES = ("config.yaml", "tokens.json", "am.mvn", "encoder.int8.onnx", "decoder.int8.onnx")


@pytest.fixture
def copy(model_path: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(model_path / name, folder / name)
    return folder


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def nonsense(path: Path) -> None:
    path.write_bytes(b"\xff\xfe nonsense {")


def empty(path: Path) -> None:
    path.write_bytes(b"")


# half of a YAML file may still be YAML, so config.yaml is not cut
@pytest.mark.parametrize(
    ("name", "damage"),
    [(name, damage) for name in NAMES for damage in (Path.unlink, nonsense, empty)]
    + [(name, cut) for name in NAMES if name != "config.yaml"],
)
def test_a_missing_or_damaged_file_is_named(copy: Path, name: str, damage: Callable[[Path], object]) -> None:
    damage(copy / name)
    with pytest.raises(ModelError) as error:
        load_onnx(copy)
    assert str(copy / name) in str(error.value)
    assert str(error.value).count("\n") == 0


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        load_onnx(tmp_path / "nowhere")


def test_tokens_of_another_model_are_noticed(copy: Path) -> None:
    (copy / "tokens.json").write_text(json.dumps(["<blank>", "<s>", "</s>", "一", "<unk>"]), encoding="utf-8")
    with pytest.raises(ModelError, match="one model"):
        load_onnx(copy)


def test_two_networks_that_do_not_belong_together_are_noticed(copy: Path) -> None:
    shutil.copy(copy / "decoder.int8.onnx", copy / "encoder.int8.onnx")
    with pytest.raises(ModelError, match="not an online Paraformer"):
        load_onnx(copy)


def test_the_names_of_funasr_own_export_load_too(copy: Path) -> None:
    (copy / "encoder.int8.onnx").rename(copy / "model_quant.onnx")
    (copy / "decoder.int8.onnx").rename(copy / "decoder_quant.onnx")
    assert load_onnx(copy).chunk_ms > 0
    with pytest.raises(ModelError, match="missing"):
        open_directory(copy, "fp32")


def serving(folder: Path, text: str) -> Serving:
    (folder / "serving.json").write_text(text, encoding="utf-8")
    return read_serving(folder / "serving.json")


def test_serving_settings_have_defaults_and_funasr_chunk_sizes(tmp_path: Path) -> None:
    assert read_serving(tmp_path / "none.json") == Serving()
    told = serving(tmp_path, '{"chunk_size": [0, 6, 3], "rejection": {"min_confidence": 0.6}}')
    assert (told.left, told.chunk, told.right) == (Serving().left, 6, 3)
    assert told.rejection.min_confidence == 0.6
    assert serving(tmp_path, '{"chunk_size": [5, 10, 5]}').left == 5
    assert serving(tmp_path, '{"rate": 8000}') == Serving(rate=8000)
    assert serving(tmp_path, '{"later": 20}') == Serving(later=20)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"rate": 10}',
        '{"later": 4}',
        '{"chunk_size": [5, 5, 5]}',
        '{"chunk_size": "x"}',
        '{"rejection": {"mood": 1}}',
    ],
)
def test_wrong_serving_settings_name_the_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(ModelError, match=r"serving\.json"):
        serving(tmp_path, text)
