"""The ``Date`` header after the sandbox's own clock: in a moved world, clients see the time of that world."""

from __future__ import annotations

from email.utils import format_datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from logistics_client.clock import Clock


class ServiceTime:
    """ASGI layer that dates every answer; run the server with its own date header switched off.

    Args:
        app: the application.
        clock: the sandbox's clock.
    """

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and date its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["date"] = format_datetime(self._clock())
            await send(message)

        await self._app(scope, receive, dated)
