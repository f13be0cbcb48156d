"""A real desk on a real server: uvicorn on a free port, a ledger on SQLite, argon2 with the smallest cost."""

from __future__ import annotations

import asyncio
import json
import os
import wave
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import fakeredis
import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from websockets.asyncio.client import ClientConnection, connect

from desk.assembly import Desk, DeskParts, open_desk
from desk.auth.passwords import Passwords
from desk.auth.roles import Role
from desk.database import open_engine
from desk.schema import metadata as desk_tables
from ledger import Event, Ledger
from ledger.commands import Command, CommandBook, CommandResult
from ledger.schema import metadata as ledger_tables
from tests.desk.floor import SmallFloor
from tests.desk.parcels import NOW, SmallLogistics

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "")
_BEGAN: set[Path] = set()  # folders whose database was emptied
FAST = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
PASSWORD = "correct-horse-7"


class SmallRecordings:
    """One second of two tones per call that a test names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, call_id: str) -> None:
        with wave.open(str(self.folder / f"{call_id}.wav"), "wb") as sound:
            sound.setnchannels(2)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(bytes(range(256)) * 125)

    def wav(self, call_id: str) -> Path | None:
        path = self.folder / f"{call_id}.wav"
        return path if path.exists() else None

    def peaks(self, call_id: str, buckets: int) -> dict[str, object] | None:
        if self.wav(call_id) is None:
            return None
        return {"rate": 8000, "seconds": 1.0, "caller": [0.5] * buckets, "heard": [0.25] * buckets}


@dataclass
class RunningDesk:
    """The desk under test and everything around it."""

    url: str
    desk: Desk
    ledger: Ledger
    floor: SmallFloor
    logistics: SmallLogistics
    recordings: SmallRecordings
    commands: list[Command]
    printed: list[str]
    clock: SettableClock
    refuse: list[str]
    book: CommandBook

    async def own(self, call_id: str) -> None:
        """Say that a live process runs the call, so that commands reach it."""
        await self.book.own(call_id)

    async def person(self, name: str, role: Role = Role.AGENT, skills: tuple[str, ...] = ("general",)) -> Browser:
        """Create an account and sign it in, past its one-time password."""
        account, password = await self.desk.accounts.create(name, display=f"{name}的名字", role=role, skills=skills)
        browser = Browser(self.url, account.account_id)
        assert (await browser.sign_in(name, password)).status_code == 200
        answer = await browser.post("/api/v1/session/password", {"old": password, "new": PASSWORD})
        assert answer.status_code == 200, answer.text
        return browser

    async def event(self, type_: str, call_id: str, data: Mapping[str, object] | None = None) -> int:
        return (await self.ledger.append(Event(type_, call_id, self.clock(), data or {}))).id

    async def call(self, call_id: str = "c-1", number: str | None = "13800138000", **started: object) -> str:
        data = {"caller": number, "called": "95000", "hotline": "main", "caller_class": "receiver"}
        await self.event("call.started", call_id, data | started)
        return call_id


class SettableClock:
    """Wall time that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def go(self, **length: float) -> None:
        self.now += timedelta(**length)


class Browser:
    """A browser on our own pages: keeps cookies and says where it comes from."""

    def __init__(self, url: str, account_id: str = "") -> None:
        self.url, self.account_id = url, account_id
        self.http = httpx.AsyncClient(
            base_url=url, headers={"Origin": url, "Sec-Fetch-Site": "same-origin"}, verify=False
        )

    async def sign_in(self, name: str, password: str) -> httpx.Response:
        return await self.post("/api/v1/session", {"name": name, "password": password})

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=headers)

    async def json(self, path: str) -> Any:
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: object = None) -> httpx.Response:
        return await self.http.post(path, json=body or {})

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    @asynccontextmanager
    async def desk(self, *, origin: str = "") -> AsyncIterator[Page]:
        address = self.url.replace("http", "ws", 1) + "/api/v1/desk"
        headers = {"Cookie": self.cookie}
        async with connect(address, additional_headers=headers, origin=origin or self.url) as socket:  # type: ignore[arg-type]
            yield Page(socket)


class Page:
    """One open desk."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.messages: list[dict[str, Any]] = []

    async def until(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read on until a message fits."""
        async with asyncio.timeout(5):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                self.messages.append(message)
                if fits(message):
                    return message

    async def next(self, type_: str) -> dict[str, Any]:
        return await self.until(lambda message: message["type"] == type_)

    async def ask(self, **frame: object) -> dict[str, Any]:
        request = len(self.messages) + 1000
        await self.socket.send(json.dumps(frame | {"request": request}))
        return await self.until(lambda message: message.get("request") == request)


async def database(folder: Path) -> str:
    """SQLite in the test's folder, or the PostgreSQL of ``TEST_DATABASE_URL``, emptied when a folder first uses it."""
    if not POSTGRESQL:
        return f"sqlite+aiosqlite:///{folder / 'hotline.db'}"
    if folder not in _BEGAN:
        _BEGAN.add(folder)
        engine = open_engine(POSTGRESQL)
        async with engine.begin() as connection:
            for tables in (desk_tables, ledger_tables):
                await connection.run_sync(tables.drop_all)
        await engine.dispose()
    return POSTGRESQL.replace("postgresql://", "postgresql+asyncpg://", 1)


@asynccontextmanager
async def running(tmp_path: Path, **options: Any) -> AsyncIterator[RunningDesk]:
    """Start everything; ``options`` go to ``DeskParts``."""
    clock = SettableClock()
    async with AsyncExitStack() as stack:
        ledger = Ledger(await database(tmp_path), writer="test")
        await ledger.start()
        stack.push_async_callback(ledger.close)
        redis = fakeredis.FakeAsyncRedis()
        stack.push_async_callback(redis.aclose)
        commands = CommandBook(ledger, redis, owner="test", now=clock)
        await commands.start()
        stack.push_async_callback(commands.close)
        taken: list[Command] = []
        refuse: list[str] = []

        async def run(command: Command) -> CommandResult:
            taken.append(command)
            return CommandResult(command.verb not in refuse, "" if command.verb not in refuse else "现在不能转接。")

        commands.serve(run)
        printed: list[str] = []
        floor, logistics, recordings = SmallFloor(), SmallLogistics(), SmallRecordings(tmp_path)
        parts = DeskParts(
            ledger=ledger,
            floor=floor,
            commands=commands,
            recordings=recordings,
            logistics=logistics,
            redis=None,
            clock=clock,
            passwords=Passwords(FAST),
            say=printed.append,
            **options,
        )
        desk = await stack.enter_async_context(open_desk(parts))
        app = FastAPI()
        for router in desk.routers:
            app.include_router(router)
        url = await stack.enter_async_context(serving(app))
        yield RunningDesk(url, desk, ledger, floor, logistics, recordings, taken, printed, clock, refuse, commands)


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Serve an application on a free port."""
    config = uvicorn.Config(app, port=0, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def hotline(tmp_path: Path) -> AsyncIterator[RunningDesk]:
    async with running(tmp_path) as desk:
        yield desk
