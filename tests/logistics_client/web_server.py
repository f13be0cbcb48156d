"""Serves routes on a real socket for one test, with people who sign in by a header."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import APIRouter, FastAPI, Request

from logistics_client.sandbox.server import listen


class NotSignedIn(Exception):  # noqa: N818
    """A refusal of the kind that whoever signs people in raises."""

    status, code, sentence = 401, "not_signed_in", "请先登录。"


@dataclass(frozen=True)
class Somebody:
    """Who asks, as the header ``x-test-person: name role`` says."""

    name: str
    role: str

    @property
    def is_program(self) -> bool:
        return self.role == "program"


def require(*roles: str) -> Callable[[Request], Any]:
    """Stand in for the desk's gate."""

    async def dependency(request: Request) -> Somebody:
        name, _, role = request.headers.get("x-test-person", "").partition(" ")
        if not name or (roles and role not in (*roles, "program")):
            raise NotSignedIn
        return Somebody(name, role)

    return dependency


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def served(*routers: APIRouter) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the routers on a free port and yield a client of them."""
    app = FastAPI()
    for router in routers:
        app.include_router(router)
    listener = listen("127.0.0.1", 0)
    server = _Server(app)
    task = asyncio.create_task(server._serve(sockets=[listener]))
    await server.up.wait()
    port = listener.getsockname()[1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        await task
        listener.close()
