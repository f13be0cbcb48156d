"""Faults on demand: one request delayed, refused or answered with nonsense, so that clients are tested on sockets.

A test asks for a fault with the header ``X-Sandbox-Fault`` or queues one for the next request from elsewhere:
``delay=3``, ``status=503``, ``rate_limit``, ``garbage``, ``truncate``, ``huge``, ``hostile``, ``redirect=URL``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-sandbox-fault"
_HUGE_BYTES = 100 * 1024 * 1024
_CHUNK = b"x" * 65536
Sleep = Callable[[float], Awaitable[None]]


class Faults:
    """ASGI layer that spoils requests when asked to.

    Args:
        app: the healthy application.
        queued: faults for the next requests, shared with whoever asks for them.
        sleep: how a delay waits; tests of the layer pass their own.
    """

    def __init__(self, app: ASGIApp, queued: deque[str], sleep: Sleep = asyncio.sleep) -> None:
        self._app = app
        self._sleep = sleep
        self.queued = queued

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, spoiled or whole."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fault = Headers(scope=scope).get(HEADER)
        if fault is None and self.queued and scope["path"] != "/healthz":
            fault = self.queued.popleft()
        if fault is None:
            await self._app(scope, receive, send)
            return
        name, _, value = fault.partition("=")
        if name == "delay":
            await self._sleep(float(value))
            await self._app(scope, receive, send)
        elif name == "huge":
            await _huge(send)
        elif name == "truncate":
            await self._app(scope, receive, _cut(send))
        else:
            await _answer(name, value)(scope, receive, send)


def _answer(name: str, value: str) -> Response:
    if name == "status":
        return PlainTextResponse("fault on demand", status_code=int(value))
    if name == "rate_limit":
        body = b'{"error":{"code":"rate_limited","message":"slow down"}}'
        return Response(body, 429, {"Retry-After": "1"}, "application/json")
    if name == "garbage":
        return Response(b"\x00\xff<html>gateway</html>", media_type="application/json")
    if name == "hostile":
        deep = b'{"parcel":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        return Response(deep, media_type="application/json")
    if name == "redirect":
        return Response(b"", 302, {"Location": value})
    return PlainTextResponse(f"there is no fault {name}; see faults.py", status_code=400)


async def _huge(send: Send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"application/json")],
        }
    )
    for _ in range(_HUGE_BYTES // len(_CHUNK)):
        await send({"type": "http.response.body", "body": _CHUNK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _cut(send: Send) -> Send:
    """Let the head pass and only half of the body: an honest-looking 200 with broken JSON."""

    async def half(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [(k, v) for k, v in message["headers"] if k != b"content-length"]
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2]}
        await send(message)

    return half
