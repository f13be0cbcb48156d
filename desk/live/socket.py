"""``WS /api/v1/desk``: one connected page of one agent, as described in ``docs/desk.md``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

from desk.auth import Account, Gate, Role
from desk.calls.masking import for_role
from desk.calls.promises import PromiseBook
from desk.errors import DeskError, Forbidden
from desk.live.dialling import Dialling
from desk.live.feed import Feed
from desk.live.frames import BadFrame, read_frame
from desk.live.watching import Watching
from desk.partners.pop_up import PopUp
from desk.ports import AgentSeat, Floor
from ledger import LedgerUnavailable

logger = logging.getLogger(__name__)

# Close codes of our own (RFC 6455 section 7.4.2 leaves 4000-4999 to applications).
SESSION_OVER, FLOOR_GONE = 4401, 4503
RESTART = 1012
CHECK_SESSION_S = 10.0
REMIND_S = 20.0
AT_ONCE = 16

FAULT = "操作没有成功,通话不受影响,请再试一次。"
BUSY = "操作太快,请稍候。"
AWAY = "系统暂时无法处理,请再试一次。"


class DeskSocket:
    """Serves agents' pages."""

    def __init__(
        self, gate: Gate, floor: Floor, feed: Feed, promises: PromiseBook, dialling: Dialling, pop_up: PopUp
    ) -> None:
        self._gate = gate
        self._floor = floor
        self._feed = feed
        self._promises = promises
        self._dialling = dialling
        self._pop_up = pop_up

    def router(self) -> APIRouter:
        """Return the route."""
        router = APIRouter()
        router.add_api_websocket_route("/api/v1/desk", self.connect)
        return router

    async def connect(self, socket: WebSocket) -> None:
        """Let a page in, or refuse the handshake with one sentence."""
        try:
            account = await self._let_in(socket)
        except DeskError as refusal:
            answer = JSONResponse({"error": refusal.sentence, "code": refusal.code}, refusal.status)
            await socket.send_denial_response(answer)
            return
        await socket.accept()
        await _Page(self, socket, account).run()

    async def _let_in(self, socket: WebSocket) -> Account:
        account = await self._gate.account(socket)
        if not self._gate.origins.is_ours(socket):
            raise Forbidden("连接不是从本系统页面发出的,已拒绝。", code="foreign_origin")
        if account.is_program or not account.may(Role.AGENT, Role.SUPERVISOR):
            raise Forbidden("您的角色没有坐席工作台。", code="wrong_role")
        if account.must_change:
            raise Forbidden("请先修改初始密码。", code="must_change_password")
        return account

    # --- what a page needs of the desk --------------------------------------------------------------------------------

    @property
    def floor(self) -> Floor:
        """Presence and queue."""
        return self._floor

    @property
    def feed(self) -> Feed:
        """Committed events."""
        return self._feed

    @property
    def promises(self) -> PromiseBook:
        """Agents' promises."""
        return self._promises

    async def popped(self, message: Mapping[str, object], account: Account) -> Mapping[str, object]:
        """An offer with the page that the agent's browser opens beside it, where the hotline has one."""
        url = await self._pop_up.url(message, account)
        return {**message, "pop_url": url} if url is not None else message

    async def session_over(self, account: Account) -> None:
        """Return when the account's session is over."""
        await self._gate.sessions.ended(account.session, CHECK_SESSION_S)

    async def obey(self, account: Account, frame: Mapping[str, Any]) -> Mapping[str, object]:
        """Do what a page asks.

        Raises:
            DeskError: refused by the desk itself.
        """
        asked = {key: value for key, value in frame.items() if key != "request"}
        match frame["type"]:
            case "ping":
                return {"type": "done"}
            case "promise":
                told = await self._promises.decide(
                    frame["id"],
                    frame["decision"],
                    account,
                    what=frame.get("what", ""),
                    due_at=frame.get("due_at", ""),
                )
                return {"type": "done", "promise": told}
            case "supervise" if not account.leads:
                raise Forbidden("只有班长可以监听、耳语或插话。", code="wrong_role")
            case "dial":
                asked = await self._dialling.resolved(asked, account)
        return await self._floor.tell(account.account_id, asked)


class _Page:
    """One connection: what is told, what is asked, and its end."""

    def __init__(self, desk: DeskSocket, socket: WebSocket, account: Account) -> None:
        self._desk = desk
        self._socket = socket
        self._account = account
        self._sending = asyncio.Lock()
        self._asking: set[asyncio.Task[None]] = set()
        self._watching = Watching(account.account_id)

    async def run(self) -> None:
        """Stay until the page leaves, the session ends, or the floor lets the agent go."""
        parts = {
            asyncio.create_task(self._hear()): 0,
            asyncio.create_task(self._attend()): FLOOR_GONE,
            asyncio.create_task(self._forward()): RESTART,
            asyncio.create_task(self._remind()): FLOOR_GONE,
            asyncio.create_task(self._desk.session_over(self._account)): SESSION_OVER,
        }
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if (error := task.exception()) is not None and not isinstance(error, WebSocketDisconnect):
                    logger.error("a desk page failed", exc_info=error)
            code = max(parts[task] for task in done)
            if code:
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await self._socket.close(code)
        finally:
            rest = [*parts, *self._asking]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

    # --- to the page -------------------------------------------------------------------------------------------------

    async def _send(self, message: Mapping[str, object]) -> None:
        async with self._sending:
            await self._socket.send_json(for_role(message, self._account), mode="text")

    async def _attend(self) -> None:
        account = self._account
        seat = AgentSeat(account.account_id, account.display, account.skills, account.role.value, account.device)
        async with contextlib.aclosing(self._desk.floor.attend(seat)) as told:  # type: ignore[type-var]
            async for message in told:
                if message["type"] == "hello" and not message.get("promises"):
                    message = {**message, "promises": list(await self._desk.promises.of_agent(account.account_id))}
                if message["type"] == "offer":
                    message = await self._desk.popped(message, account)
                if not self._watching.is_repeated(message):
                    self._watching.told(message)
                    # Written before the next message is asked for: the floor rings after the card was sent.
                    await self._send(message)

    async def _forward(self) -> None:
        """Pass on the events of this agent's calls, and news of the agent's promises."""
        with self._desk.feed.listening() as events:
            while True:
                envelope = await events.get()
                if envelope is None:
                    return
                for message in self._watching.messages(envelope):
                    await self._send(message)

    async def _remind(self) -> None:
        while True:
            await asyncio.sleep(REMIND_S)
            with contextlib.suppress(LedgerUnavailable):
                for promise in await self._desk.promises.of_agent(self._account.account_id):
                    if promise["state"] in ("due_soon", "missed") and not self._watching.is_repeated(promise):
                        self._watching.told(promise)
                        await self._send(promise)

    # --- from the page -----------------------------------------------------------------------------------------------

    async def _hear(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            raw = message.get("text")
            if raw is None:
                raw = message.get("bytes") or b""
            try:
                frame = read_frame(raw)
            except BadFrame as bad:
                await self._send({"type": "error", "error": bad.sentence, "request": bad.request})
                continue
            if len(self._asking) >= AT_ONCE:
                await self._send({"type": "error", "error": BUSY, "request": frame["request"]})
                continue
            self._spawn(self._answer(frame))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        # Side by side, so that hanging up never waits behind a slow transfer; each begins in the order it came.
        task = asyncio.create_task(work)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _answer(self, frame: Mapping[str, Any]) -> None:
        request = frame["request"]
        try:
            told = await self._desk.obey(self._account, frame)
        except DeskError as refusal:
            told = {"type": "error", "error": refusal.sentence, "code": refusal.code}
        except LedgerUnavailable:
            told = {"type": "error", "error": AWAY}
        except Exception:
            logger.exception("a page's wish failed: %s", frame["type"])
            told = {"type": "error", "error": FAULT}
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await self._send({**told, "request": request, "asked": frame["type"]})
