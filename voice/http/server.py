"""A uvicorn server inside our own event loop and under our own signal handling."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

GRACEFUL_S = 3


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the hotline drains calls before anything stops."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """Serves an ASGI application on an address; a taken port moves on to the next free one."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        self._socket = bind_next_free(host, port)
        self.host, self.port = host, int(self._socket.getsockname()[1])
        # No access log: the path of a caller's link is its key.
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACEFUL_S, lifespan="on"
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Address to print."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Listen; returns when requests are answered.

        Raises:
            RuntimeError: the application failed at start.
        """
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]), name=f"http-{self.port}")
        while not self._server.started:
            if self._task.done():
                raise RuntimeError(f"the web application on {self.url} did not start; see the log")
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Finish open requests, at most three seconds, and stop."""
        if self._task is not None:
            self._server.should_exit = True
            await self._task
            self._task = None


def bind_next_free(host: str, port: int, tries: int = 50) -> socket.socket:
    """Bind ``port`` or the next free one after it; port 0 lets the system choose.

    Raises:
        OSError: none of the ports is free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + (tries if port else 1)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
        except OSError:
            listener.close()
            continue
        return listener
    raise OSError(f"no free port from {port} to {port + tries - 1} on {host}; set HTTP_LISTEN to another address")
