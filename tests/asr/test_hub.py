from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from asr.errors import ModelError
from asr.hub import find_model


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("config.yaml", "model.pt"):
        (folder / name).write_bytes(b"")
    return folder


def closed_port() -> tuple[str, int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return "127.0.0.1", port


def test_a_hub_name_without_a_network_is_one_sentence_within_a_second() -> None:
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"paraformer-zh-streaming is not on this machine.*ASR_MODEL"):
        find_model("paraformer-zh-streaming", hub=closed_port())
    assert time.monotonic() - began < 1.0


def test_a_hub_that_swallows_packets_is_given_up_too() -> None:
    began = time.monotonic()
    with pytest.raises(ModelError, match="cannot be reached"):
        find_model("paraformer-zh-streaming", patience_s=0.05, hub=("192.0.2.1", 443))
    assert time.monotonic() - began < 1.0


def test_a_reachable_hub_gets_the_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hub:
        assert find_model("someone/some-model", hub=hub.getsockname()) == "someone/some-model"


def test_a_model_already_downloaded_needs_no_network(empty_cache: Path) -> None:
    folder = model(empty_cache / "models" / "iic" / "speech_paraformer-large_asr_nat-zh-cn-16k-common-vocab8404-online")
    assert find_model("paraformer-zh-streaming", hub=closed_port()) == str(folder)


def test_a_directory_is_taken_as_it_is_or_its_missing_file_is_named(tmp_path: Path) -> None:
    folder = model(tmp_path / "mine")
    assert find_model(str(folder)) == str(folder)
    (folder / "model.pt").unlink()
    with pytest.raises(ModelError, match=r"mine/model\.pt"):
        find_model(str(folder))
    with pytest.raises(ModelError, match="no model directory"):
        find_model(str(tmp_path / "nowhere"))
