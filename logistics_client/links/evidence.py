"""Photos as evidence: the original is sealed as it came, people see a copy without its hidden data.

The original keeps every byte, so that its sha256 stays proof of what the caller sent; it is never shown. The display
copy is re-encoded, turned upright, made small and holds no EXIF, so no page tells where somebody lives.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import os
import struct
import tempfile
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from PIL import Image, ImageOps

from logistics_client.database import to_text

MAX_BYTES = 12_000_000
MAX_PIXELS = 60_000_000
DISPLAY_EDGE = 1600  # pixels of the longer side
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


class Refusal(StrEnum):
    """Why a photo was not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_PHOTO = "not_a_photo"


class PhotoRefusedError(Exception):
    """The file is not taken as evidence; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(f"the photo was refused ({reason.value}); send a JPEG, PNG or WebP of at most 12 MB")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sealed photo; ``seal`` binds its bytes to the time and parcel it was received for."""

    sha256: str
    size: int
    media_type: str
    received_at: datetime
    seal: str


class EvidenceVault:
    """Keeps originals and display copies under one folder, named by sha256.

    Args:
        root: the folder, readable by its owner only.
        key: secret of the seals.
    """

    def __init__(self, root: Path, key: str) -> None:
        self._root = root
        self._key = hashlib.sha256(b"hotline-evidence\0" + key.encode()).digest()
        self._decoders = asyncio.Semaphore(2)  # decoding is memory and CPU: a flood of uploads waits in line

    async def seal(self, data: bytes, *, waybill: str, now: datetime) -> Evidence:
        """Check, store and seal a photo; both files are on disk when this returns.

        Raises:
            PhotoRefusedError: empty, too large, or no photo.
        """
        async with self._decoders:
            return await asyncio.to_thread(self._seal, data, waybill, now)

    async def cleaned(self, data: bytes) -> bytes:
        """Return the display copy of a photo that is not ours to keep.

        Raises:
            PhotoRefusedError: empty, too large, or no photo.
        """
        async with self._decoders:
            return (await asyncio.to_thread(checked_photo, data))[1]

    async def display(self, sha256: str) -> bytes:
        """Return the display copy, a JPEG.

        Raises:
            FileNotFoundError: no such photo.
        """
        return await asyncio.to_thread(self._path(sha256, ".jpg").read_bytes)

    async def forget(self, sha256: str) -> None:
        """Delete original and display copy; what is gone already is gone."""
        for suffix in (".orig", ".jpg"):
            await asyncio.to_thread(self._path(sha256, suffix).unlink, missing_ok=True)

    def is_intact(self, evidence: Evidence, waybill: str) -> bool:
        """Whether the original still has its hash, and time and parcel are those that were sealed."""
        try:
            data = self._path(evidence.sha256, ".orig").read_bytes()
        except FileNotFoundError:
            return False
        same_bytes = hashlib.sha256(data).hexdigest() == evidence.sha256
        seal = self._mac(evidence.sha256, waybill, evidence.received_at)
        return same_bytes and hmac.compare_digest(seal, evidence.seal)

    def _seal(self, data: bytes, waybill: str, now: datetime) -> Evidence:
        media_type, copy = checked_photo(data)
        sha256 = hashlib.sha256(data).hexdigest()
        self._write(self._path(sha256, ".orig"), data)
        self._write(self._path(sha256, ".jpg"), copy)
        return Evidence(sha256, len(data), media_type, now, self._mac(sha256, waybill, now))

    def _mac(self, sha256: str, waybill: str, at: datetime) -> str:
        sealed = f"{sha256}\n{waybill}\n{to_text(at)}".encode()
        return hmac.new(self._key, sealed, hashlib.sha256).hexdigest()

    def _path(self, sha256: str, suffix: str) -> Path:
        if len(sha256) != 64 or not all(char in "0123456789abcdef" for char in sha256):
            raise FileNotFoundError("no photo has such a name")
        return self._root / sha256[:2] / f"{sha256}{suffix}"

    def _write(self, path: Path, data: bytes) -> None:
        """Write once: a name is its content's hash, so what is there is never written again."""
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o400)
            Path(temporary).rename(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def checked_photo(data: bytes) -> tuple[str, bytes]:
    """Return a photo's media type and its display copy.

    The type is read from the content, never from the name; size in pixels is checked before anything is unpacked.

    Raises:
        PhotoRefusedError: empty, too large, or no photo.
    """
    if not data:
        raise PhotoRefusedError(Refusal.EMPTY)
    if len(data) > MAX_BYTES:
        raise PhotoRefusedError(Refusal.TOO_LARGE)
    try:
        with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PhotoRefusedError(Refusal.TOO_LARGE)
            media_type = _FORMATS[image.format or ""]
            return media_type, _display_copy(image)
    except Image.DecompressionBombError as error:
        raise PhotoRefusedError(Refusal.TOO_LARGE) from error
    except (OSError, ValueError, SyntaxError, KeyError, IndexError, struct.error, EOFError) as error:
        raise PhotoRefusedError(Refusal.NOT_A_PHOTO) from error


def _display_copy(image: Image.Image) -> bytes:
    image.draft("RGB", (DISPLAY_EDGE * 2, DISPLAY_EDGE * 2))
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((DISPLAY_EDGE, DISPLAY_EDGE))
    copy = upright.convert("RGB")
    copy.info.clear()  # Pillow would carry comment and XMP over to the new file
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
