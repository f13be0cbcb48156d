from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tts.cache import CacheKey, PhraseCache
from tts.ports import SpokenText, Word
from tts.speech import Speech

_ROOT = Path(__file__).parents[2]


class _Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def _key(text: str, **changes: object) -> CacheKey:
    parts: dict[str, object] = {"voice": "espeak:f2", "rate": 8000, "speed": 1.0} | changes
    return CacheKey(text=SpokenText(text), **parts)  # type: ignore[arg-type]


def _speech(size: int = 1000) -> Speech:
    return Speech(os.urandom(size), (Word("您好，", 0.0, 0.25), Word("请讲。", 0.25, 0.5)))


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("??/*.speech"))


def test_what_was_stored_is_found_with_its_words(tmp_path: Path) -> None:
    speech = _speech()
    PhraseCache(tmp_path).store(_key("您好"), speech)
    again = PhraseCache(tmp_path)
    assert again.find(_key("您好")) == speech
    assert again.stats.disk_hits == 1
    assert again.find(_key("您好")) == speech
    assert again.stats.memory_hits == 1


@pytest.mark.parametrize("change", [{"voice": "edge:x"}, {"rate": 16000}, {"speed": 0.82}])
def test_another_voice_rate_or_speed_is_another_phrase(tmp_path: Path, change: dict[str, object]) -> None:
    cache = PhraseCache(tmp_path)
    cache.store(_key("您好"), _speech())
    assert cache.find(_key("您好", **change)) is None
    assert cache.stats.misses == 1


def test_remembered_phrases_never_reach_the_disk(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path)
    cache.remember(_key("张先生"), _speech())
    assert cache.find(_key("张先生")) is not None
    assert _entries(tmp_path) == []


@pytest.mark.parametrize("damage", [b"", b"speech1\n", b"speech1\n" + bytes(40), b"something else entirely"])
def test_a_damaged_entry_is_a_miss_and_removed(tmp_path: Path, damage: bytes) -> None:
    PhraseCache(tmp_path).store(_key("您好"), _speech())
    (path,) = _entries(tmp_path)
    path.write_bytes(damage)
    cache = PhraseCache(tmp_path)
    assert cache.find(_key("您好")) is None
    assert cache.stats.damaged == 1
    assert not path.exists()


def test_a_cut_entry_is_a_miss_at_every_length(tmp_path: Path) -> None:
    PhraseCache(tmp_path).store(_key("您好"), _speech(50))
    (path,) = _entries(tmp_path)
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        assert PhraseCache(tmp_path).find(_key("您好")) is None


def test_memory_forgets_the_longest_unused_first() -> None:
    cache = PhraseCache(None, memory_bytes=2500)
    for text in "甲乙":
        cache.store(_key(text), _speech())
    assert cache.find(_key("甲")) is not None
    cache.store(_key("丙"), _speech())
    assert cache.find(_key("乙")) is None
    assert cache.find(_key("甲")) is not None


def test_the_folder_stays_within_its_bound_and_keeps_what_is_used(tmp_path: Path) -> None:
    clock = _Clock()
    cache = PhraseCache(tmp_path, disk_bytes=20_000, memory_bytes=0, clock=clock)
    cache.store(_key("常用"), _speech())
    for number in range(60):
        clock.now += 4000
        for path in _entries(tmp_path):
            if path.stat().st_mtime > clock.now:
                os.utime(path, (clock.now, clock.now))
        cache.store(_key(f"句{number}"), _speech())
        assert cache.find(_key("常用")) is not None
    assert sum(path.stat().st_size for path in _entries(tmp_path)) <= 22_000
    assert cache.stats.evicted > 0


def test_a_full_disk_costs_no_call_and_is_tried_again_after_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = _Clock()
    cache = PhraseCache(tmp_path, clock=clock)

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("tts.cache.tempfile.mkstemp", full)
        cache.store(_key("您好"), _speech())
        cache.store(_key("再见"), _speech())
    assert cache.find(_key("您好")) is not None
    assert cache.stats.write_errors == 1
    cache.store(_key("还在歇"), _speech())
    assert _entries(tmp_path) == []
    clock.now += 61
    cache.store(_key("好了"), _speech())
    assert len(_entries(tmp_path)) == 1


def test_a_folder_that_cannot_be_made_costs_no_call(tmp_path: Path) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("a file where the folder should be")
    cache = PhraseCache(blocked)
    cache.store(_key("您好"), _speech())
    assert cache.find(_key("您好")) is not None
    assert cache.stats.write_errors == 1


_WRITER = """
import sys
from pathlib import Path
from tests.tts.test_cache import _key
from tts.cache import PhraseCache
from tts.ports import Word
from tts.speech import Speech
cache = PhraseCache(Path(sys.argv[1]), memory_bytes=0, disk_bytes=60_000)
me = int(sys.argv[2])
for turn in range(150):
    number = (turn * 7 + me) % 40
    speech = Speech(bytes([number]) * 3000, (Word(str(number), 0.0, 0.1),))
    cache.store(_key(f"句{number}"), speech)
    found = cache.find(_key(f"句{(turn * 3) % 40}"))
    assert found is None or found.pcm == bytes([int(found.words[0].text)]) * 3000
assert cache.stats.damaged == 0 and cache.stats.write_errors == 0, cache.stats
"""


def test_many_processes_share_one_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), str(number)], env=environment)
        for number in range(3)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert not list(tmp_path.glob("??/*.part"))
