"""A carrier on a real local socket whose answers, good and evil, are written by the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class CarrierServer:
    answer: Answer
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    sent: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                method, path, _ = lines[0].split(" ", 2)
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                asked = Asked(method, path, headers, body)
                self.asked.append(asked)
                await self.answer(asked, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def carrier_server(answer: Answer) -> AsyncIterator[CarrierServer]:
    carrier = CarrierServer(answer)
    server = await asyncio.start_server(carrier.serve, "127.0.0.1", 0)
    carrier.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield carrier


def http(body: bytes, status: str = "200 OK", *, head: str = "", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\ncontent-length: {size}\r\n{head}\r\n".encode() + body


def always(reply: bytes) -> Answer:
    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)

    return answer


def in_turn(*replies: bytes | None) -> Answer:
    """Give these replies one after the other, then the last for ever; None breaks the line."""
    left = list(replies)

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        reply = left.pop(0) if len(left) > 1 else left[0]
        if reply is None:
            writer.transport.abort()
        else:
            writer.write(reply)

    return answer


def json_reply(value: object, **more: Any) -> bytes:
    return http(json.dumps(value, ensure_ascii=False).encode(), **more)
