"""The phrase cache: whole sentences by content, in memory and on disk, shared by many processes.

An entry is a file named by the SHA-256 of voice, rate, speed and spoken text, written beside its place and moved into
it, with a checksum, so a reader sees all of it or nothing. The oldest unused go when the folder outgrows its bound.
A disk that is full or away costs hits, never a call.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import struct
import tempfile
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from tts.ports import SpokenText, Word
from tts.speech import Speech

logger = logging.getLogger(__name__)

_MAGIC = b"speech1\n"
_HEAD = struct.Struct(">II")
_SUFFIX = ".speech"
_TOUCH_S = 3600.0
_RETRY_S = 60.0


@dataclass(frozen=True)
class CacheKey:
    """What makes two sentences the same sound."""

    voice: str
    rate: int
    speed: float
    text: SpokenText

    def digest(self) -> str:
        """Return the name of the entry."""
        parts = f"{self.voice}|{self.rate}|{self.speed:.3f}|{self.text.text}"
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass
class CacheStats:
    """Counts since the start of this process."""

    memory_hits: int = 0
    disk_hits: int = 0
    misses: int = 0
    stored: int = 0
    evicted: int = 0
    damaged: int = 0
    write_errors: int = 0

    @property
    def hit_rate(self) -> float:
        """Share of look-ups that found their sentence; 0.0 before the first."""
        hits = self.memory_hits + self.disk_hits
        return hits / (hits + self.misses) if hits + self.misses else 0.0

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class PhraseCache:
    """Sentences by key. Sizes are bytes; ``folder=None`` keeps everything in memory.

    ``find`` and ``store`` read and write files: call them off the event loop unless ``remembered`` has the answer.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        memory_bytes: int = 48 << 20,
        disk_bytes: int = 512 << 20,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._memory_bytes, self._disk_bytes = memory_bytes, disk_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, Speech] = OrderedDict()
        self._in_memory = 0
        self._written = disk_bytes
        self._no_writing_before = 0.0
        self.stats = CacheStats()

    @property
    def on_disk(self) -> bool:
        """Whether there is a folder to look into."""
        return self._folder is not None

    def remembered(self, key: CacheKey) -> Speech | None:
        """Return the sentence if it is in memory. Counts a hit, not a miss."""
        digest = key.digest()
        with self._lock:
            speech = self._memory.get(digest)
            if speech is not None:
                self._memory.move_to_end(digest)
                self.stats.memory_hits += 1
            return speech

    def find(self, key: CacheKey) -> Speech | None:
        """Return the sentence from memory or disk, or None. Never raises."""
        speech = self.remembered(key)
        if speech is not None:
            return speech
        path = self._path(key.digest())
        speech = self._read(path) if path is not None else None
        with self._lock:
            if speech is None:
                self.stats.misses += 1
            else:
                self.stats.disk_hits += 1
                self._remember(key.digest(), speech)
        return speech

    def remember(self, key: CacheKey, speech: Speech) -> None:
        """Keep a sentence in memory only: private ones, and those a local voice speaks again in no time."""
        with self._lock:
            self._remember(key.digest(), speech)

    def store(self, key: CacheKey, speech: Speech) -> None:
        """Keep a sentence in memory and on disk. Never raises."""
        self.remember(key, speech)
        path = self._path(key.digest())
        if path is None or self._clock() < self._no_writing_before:
            return
        try:
            self._write(path, speech)
        except OSError as error:
            self._pause_writing(error)
        else:
            self.stats.stored += 1

    def _remember(self, digest: str, speech: Speech) -> None:
        old = self._memory.pop(digest, None)
        self._in_memory += len(speech.pcm) - (len(old.pcm) if old else 0)
        self._memory[digest] = speech
        while self._in_memory > self._memory_bytes and self._memory:
            _, dropped = self._memory.popitem(last=False)
            self._in_memory -= len(dropped.pcm)

    def _path(self, digest: str) -> Path | None:
        return self._folder / digest[:2] / f"{digest}{_SUFFIX}" if self._folder is not None else None

    def _read(self, path: Path) -> Speech | None:
        try:
            data = path.read_bytes()
        except OSError:
            return None
        try:
            speech = _decode(data)
        except ValueError:
            with self._lock:
                self.stats.damaged += 1
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            if self._clock() - path.stat().st_mtime > _TOUCH_S:
                os.utime(path, (self._clock(), self._clock()))
        return speech

    def _write(self, path: Path, speech: Speech) -> None:
        data = _encode(speech)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
        self._written += len(data)
        if self._written > self._disk_bytes // 20:
            self._written = 0
            self._evict()

    def _evict(self) -> None:
        """Remove the longest unused entries until the folder is at nine tenths of its bound."""
        assert self._folder is not None
        entries: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                if path.suffix == _SUFFIX or self._clock() - stat.st_mtime > _TOUCH_S:
                    entries.append((stat.st_mtime, stat.st_size, path))
        total = sum(size for _, size, _ in entries)
        if total <= self._disk_bytes:
            return
        for _, size, path in sorted(entries):
            if total <= self._disk_bytes * 9 // 10:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size
                self.stats.evicted += 1

    def _pause_writing(self, error: OSError) -> None:
        with self._lock:
            self.stats.write_errors += 1
        self._no_writing_before = self._clock() + _RETRY_S
        reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else str(error.strerror)
        logger.warning("phrases are not kept on disk for a minute: %s", reason)


def _encode(speech: Speech) -> bytes:
    words = json.dumps([[w.text, w.start_s, w.end_s] for w in speech.words], ensure_ascii=False).encode()
    body = _HEAD.pack(len(words), len(speech.pcm)) + words + speech.pcm
    return _MAGIC + struct.pack(">I", zlib.crc32(body)) + body


def _decode(data: bytes) -> Speech:
    """Read an entry; raises ``ValueError`` when it is not whole."""
    start = len(_MAGIC) + 4
    body = data[start:]
    if data[: len(_MAGIC)] != _MAGIC or len(body) < _HEAD.size:
        raise ValueError("not a phrase")
    if zlib.crc32(body) != int.from_bytes(data[len(_MAGIC) : start], "big"):
        raise ValueError("damaged phrase")
    size, _ = _HEAD.unpack_from(body)
    words = json.loads(body[_HEAD.size : _HEAD.size + size])
    return Speech(body[_HEAD.size + size :], tuple(Word(*word) for word in words))
