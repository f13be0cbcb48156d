"""Reading a reply's body without being filled up: the limit counts what arrives and what it unpacks to."""

from __future__ import annotations

import zlib

import httpx

from logistics_client.errors import BadReplyError


async def read_limited(response: httpx.Response, limit: int, *, carrier: str) -> bytes:
    """Read a streamed body of at most ``limit`` bytes, counted after unpacking.

    Raises:
        BadReplyError: larger than the limit, or packed in a way that we did not ask for.
    """
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit, carrier)
    unpack = _unpacker(response.headers.get("content-encoding", ""), limit, carrier)
    parts: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        part = unpack(chunk)
        size += len(part)
        if size > limit:
            raise _too_large(limit, carrier)
        parts.append(part)
    return b"".join(parts)


def _too_large(limit: int, carrier: str) -> BadReplyError:
    return BadReplyError(f"the carrier's reply is larger than {limit} bytes and was refused", carrier=carrier)


class _Gunzip:
    """Unpacks gzip chunk by chunk; one chunk never grows beyond the limit, however well it was packed."""

    def __init__(self, limit: int, carrier: str) -> None:
        self._inflate = zlib.decompressobj(wbits=31)
        self._limit = limit
        self._carrier = carrier

    def __call__(self, chunk: bytes) -> bytes:
        try:
            return self._inflate.decompress(chunk, self._limit + 1)
        except zlib.error as error:
            raise BadReplyError("the carrier's reply cannot be unpacked", carrier=self._carrier) from error


class _Plain:
    """Hands chunks on as they are."""

    def __call__(self, chunk: bytes) -> bytes:
        return chunk


def _unpacker(encoding: str, limit: int, carrier: str) -> _Gunzip | _Plain:
    if encoding.lower() in ("", "identity"):
        return _Plain()
    if encoding.lower() == "gzip":
        return _Gunzip(limit, carrier)
    raise BadReplyError("the carrier's reply is packed in a way that was not asked for", carrier=carrier)
