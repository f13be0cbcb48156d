"""Running the sandbox carrier: alone (``hotline carrier``) or embedded in the hotline's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from logistics_client.clock import Clock, system_clock
from logistics_client.sandbox.app import SANDBOX_SECRET, build_app

DEFAULT_DB = Path("data/carrier.sqlite3")


def _config(db_path: Path | str, clock: Clock, secret: str) -> uvicorn.Config:
    app = build_app(db_path, clock, secret=secret)
    # No access log: it would hold nothing but noise, and paths must never tempt anybody to put numbers there.
    return uvicorn.Config(app, log_level="warning", access_log=False, date_header=False, lifespan="on")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound and answers without delay; port 0 is a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's delay off only on sockets that name TCP; without it every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


@asynccontextmanager
async def embedded_carrier(
    db_path: Path | str = DEFAULT_DB,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Clock = system_clock,
    secret: str = SANDBOX_SECRET,
) -> AsyncIterator[str]:
    """Serve the sandbox on this loop while the context lasts.

    Args:
        db_path: its SQLite file.
        host: address to listen on.
        port: port, 0 for a free one.
        clock: the moment every answer refers to.
        secret: of the only client.

    Yields:
        The base URL, once requests are answered.

    Raises:
        OSError: the port is taken.
    """
    listener = listen(host, port)
    server = uvicorn.Server(_config(db_path, clock, secret))
    # The hotline owns the signals of its process; an embedded server must not take them over.
    task = asyncio.create_task(server._serve(sockets=[listener]), name="sandbox-carrier")
    try:
        while not server.started:
            if task.done():
                task.result()
                raise RuntimeError("the sandbox carrier stopped while starting; see the log above")
            await asyncio.sleep(0.01)
        bound = listener.getsockname()
        yield f"http://{bound[0]}:{bound[1]}"
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task
        listener.close()


def run_carrier(
    listener: socket.socket,
    *,
    db_path: Path | str = DEFAULT_DB,
    clock: Clock = system_clock,
    secret: str = SANDBOX_SECRET,
) -> None:
    """Serve the sandbox on a socket from :func:`listen` until it is interrupted; blocks."""
    try:
        uvicorn.Server(_config(db_path, clock, secret)).run(sockets=[listener])
    finally:
        listener.close()
