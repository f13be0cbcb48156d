"""A local server that speaks the protocol of Microsoft's read-aloud service, with every fault it can have."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from xml.etree import ElementTree

import aiohttp
import av
import numpy as np
from aiohttp import web

RATE = 24000
_TICKS = 10_000_000
_WORD_S = 0.2
_CHUNK = 720


@dataclass
class EdgeServer:
    """What the service does next, and what it was asked. ``fault`` is one of the names in ``_serve``."""

    fault: str = ""
    first_delay_s: float = 0.0
    asked: list[str] = field(default_factory=list)
    rates: list[str] = field(default_factory=list)
    connections: int = 0
    url: str = ""


@cache
def mp3(seconds: float) -> bytes:
    """Return a tone as the service's MP3: 24 kHz, 48 kbit/s, mono."""
    codec = av.CodecContext.create("libmp3lame", "w")
    codec.sample_rate, codec.layout, codec.format, codec.bit_rate = RATE, "mono", "s16p", 48000
    codec.time_base = Fraction(1, RATE)
    wave = (8000 * np.sin(2 * np.pi * 220 * np.arange(round(seconds * RATE)) / RATE)).astype(np.int16)
    data = b""
    size = codec.frame_size or 1152
    for start in range(0, len(wave), size):
        piece = wave[start : start + size]
        frame = av.AudioFrame.from_ndarray(np.pad(piece, (0, size - len(piece)))[None, :], format="s16p", layout="mono")
        frame.sample_rate, frame.pts = RATE, start
        data += b"".join(bytes(packet) for packet in codec.encode(frame))
    return data + b"".join(bytes(packet) for packet in codec.encode(None))


def _binary(data: bytes) -> bytes:
    head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
    return len(head).to_bytes(2, "big") + head + data


def _text(path: str, body: object = None) -> str:
    return f"X-RequestId:1\r\nContent-Type:application/json\r\nPath:{path}\r\n\r\n{json.dumps(body or {})}"


def _boundary(number: int, char: str) -> str:
    start, long = int(number * _WORD_S * _TICKS), int(_WORD_S * _TICKS)
    data = {"Offset": start, "Duration": long, "text": {"Text": char, "Length": 1, "BoundaryType": "WordBoundary"}}
    return _text("audio.metadata", {"Metadata": [{"Type": "WordBoundary", "Data": data}]})


async def _serve(state: EdgeServer, request: web.Request) -> web.StreamResponse:
    state.connections += 1
    if state.fault in {"403", "500", "503"}:
        return web.Response(status=int(state.fault))
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.receive_str()
    ssml = (await socket.receive_str()).partition("\r\n\r\n")[2]
    document = ElementTree.fromstring(ssml)
    text = "".join(document.itertext())
    state.rates += [element.attrib["rate"] for element in document.iter() if "rate" in element.attrib]
    state.asked.append(text)
    words = [char for char in text if char.isalnum()]
    await asyncio.sleep(state.first_delay_s)
    if state.fault == "hangs":
        await asyncio.sleep(30)
    if state.fault != "closes at once":
        await _speak(state, socket, words)
    await socket.close()
    return socket


async def _speak(state: EdgeServer, socket: web.WebSocketResponse, words: list[str]) -> None:
    await socket.send_str(_text("turn.start"))
    sound = mp3((0.5 if state.fault == "short sound" else 1.0) * len(words) * _WORD_S + 0.2)
    if state.fault == "garbage":
        sound = bytes(range(256)) * 40
    pieces = [sound[i : i + _CHUNK] for i in range(0, len(sound), _CHUNK)]
    kept = len(words) * (1 if state.fault != "words missing" else 0) or len(words) // 3
    if state.fault != "no sound":
        for number, piece in enumerate(pieces):
            await socket.send_bytes(_binary(piece))
            if number < kept:
                await socket.send_str(_boundary(number, words[number]))
            if number == len(pieces) // 2 and state.fault == "breaks off":
                return
            if number == len(pieces) // 2 and state.fault == "stalls":
                await asyncio.sleep(30)
        for number in range(len(pieces), kept):
            await socket.send_str(_boundary(number, words[number]))
    await socket.send_str(_text("turn.end"))


@contextlib.asynccontextmanager
async def edge_server() -> AsyncIterator[EdgeServer]:
    """Run the service on a free port."""
    state = EdgeServer()
    app = web.Application()

    async def handle(request: web.Request) -> web.StreamResponse:
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            return await _serve(state, request)
        return web.Response(status=500)

    app.router.add_get("/edge/v1", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    state.url = f"ws://127.0.0.1:{port}/edge/v1?TrustedClientToken=x"
    try:
        yield state
    finally:
        await runner.cleanup()
