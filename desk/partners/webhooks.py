"""Webhooks: subscriptions, and a delivery row per event that is sent until it was taken or given up.

The rows are written behind a cursor of the ledger, so a restart, a slow receiver or a crash between two events loses
none; a receiver sees an event at least once and knows it by its id.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from desk.auth.roles import Account, Role
from desk.calls.masking import for_role
from desk.database import Clock, to_text
from desk.errors import BadRequest, NotFound
from desk.partners.address import checked
from desk.partners.signing import EVENT_HEADER, HEADER, signature
from desk.reading import Reader, Seen
from desk.schema import webhook_deliveries as deliveries
from desk.schema import webhooks
from ledger import EVENT_TYPES, Ledger

logger = logging.getLogger(__name__)

NEVER = frozenset({"dialogue.state", "vad"})
DEFAULT_TYPES = (
    *("call.started", "call.ended", "call.summary", "transfer.", "agent.offered", "agent.accepted"),
    *("agent.declined", "agent.no_answer", "work_order.", "promise.", "recording.ready"),
)
# Seconds to wait after each failed attempt; after the last the row is dead and stays in the log.
BACKOFF_S = (5, 30, 120, 600, 3600, 6 * 3600)
TIMEOUT_S = 5.0
CLAIM_S = 30
AT_ONCE = 50
LOOK_S = 2.0
PAUSE_S = 0.2  # events of one moment are taken together
KEPT = timedelta(days=30)
MAX_HOOKS = 50
_READER = Reader("webhooks", sorted(EVENT_TYPES - NEVER))
_MASKED = Account("webhook", "webhook", "webhook", Role.OPERATIONS)


class Webhooks:
    """Keeps subscriptions and delivers; any process may do it."""

    def __init__(self, engine: AsyncEngine, ledger: Ledger, clock: Clock, *, private: bool) -> None:
        self._engine = engine
        self._clock = clock
        self._private = private
        self._wake = asyncio.Event()
        self._end = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._http: httpx.AsyncClient | None = None
        ledger.subscribe(lambda _events: self._wake.set())

    async def start(self) -> None:
        """Begin where the last run ended."""
        async with self._engine.begin() as connection:
            old = to_text(self._clock() - KEPT)
            await connection.execute(delete(deliveries).where(deliveries.c.created_at < old))
        # Reading the certificates takes some 50 ms of a core; calls on the same loop must not feel it.
        context = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
        self._http = httpx.AsyncClient(verify=context, timeout=TIMEOUT_S, trust_env=False)
        self._task = asyncio.create_task(self._run(), name="desk-webhooks")

    async def close(self) -> None:
        """Stop; what is not delivered goes out after the next start."""
        self._end.set()
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._http is not None:
            await self._http.aclose()

    # --- subscriptions -----------------------------------------------------------------------------------------------

    async def create(self, url: str, types: Sequence[str], by: str, *, numbers: bool) -> tuple[str, str]:
        """Subscribe; returns id and secret, which is shown this once.

        Raises:
            BadRequest: an address that may not be used, an unknown type, or too many subscriptions.
        """
        for name in types:
            if name in NEVER or not any(known == name or _is_under(known, name) for known in EVENT_TYPES):
                raise BadRequest(f"没有事件类型 {name[:40]}。")
        await checked(url, private=self._private)
        row = {
            "webhook_id": f"w-{secrets.token_hex(6)}",
            "url": url,
            "secret": f"whsec_{secrets.token_urlsafe(32)}",
            "types": list(types) or list(DEFAULT_TYPES),
            "numbers": numbers,
            "active": True,
            "created_at": to_text(self._clock()),
            "created_by": by,
        }
        async with self._engine.begin() as connection:
            if int((await connection.execute(select(func.count()).select_from(webhooks))).scalar_one()) >= MAX_HOOKS:
                raise BadRequest(f"最多 {MAX_HOOKS} 个推送地址,请先删除不用的。")
            await _begin_if_first(connection)
            await connection.execute(insert(webhooks).values(row))
        return str(row["webhook_id"]), str(row["secret"])

    async def all(self) -> list[dict[str, Any]]:
        """Return every subscription without its secret."""
        shown = [column for column in webhooks.c if column.name != "secret"]
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(*shown).order_by(webhooks.c.created_at))).mappings()
            return [dict(row) for row in rows]

    async def set_active(self, webhook_id: str, *, active: bool) -> None:
        """Pause or resume; what happens meanwhile is not sent later.

        Raises:
            NotFound: no such subscription.
        """
        async with self._engine.begin() as connection:
            await _begin_if_first(connection)
        await self._touch(update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(active=active))

    async def remove(self, webhook_id: str) -> None:
        """End a subscription and drop its log.

        Raises:
            NotFound: no such subscription.
        """
        await self._touch(delete(webhooks).where(webhooks.c.webhook_id == webhook_id))
        async with self._engine.begin() as connection:
            await connection.execute(delete(deliveries).where(deliveries.c.webhook_id == webhook_id))

    async def log(self, webhook_id: str, limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest deliveries.

        Raises:
            NotFound: no such subscription.
        """
        await self._hook(webhook_id)
        query = select(deliveries).where(deliveries.c.webhook_id == webhook_id).order_by(deliveries.c.id.desc())
        async with self._engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(query.limit(limit))).mappings()]

    async def test(self, webhook_id: str) -> dict[str, Any]:
        """Send a made-up event now; returns how it went, and keeps it in the log.

        Raises:
            NotFound: no such subscription.
        """
        await self._hook(webhook_id)
        now, event_id = self._clock(), f"test-{secrets.token_hex(6)}"
        body = {"id": event_id, "time": now.isoformat(), "type": "test", "call_id": "", "version": 1, "data": {}}
        row = _row(webhook_id, event_id, "test", json.dumps(body), to_text(now)) | {"next_at": to_text(now + KEPT)}
        async with self._engine.begin() as connection:
            key = (await connection.execute(insert(deliveries).values(row))).inserted_primary_key
            assert key is not None
        await self._attempt(int(key[0]))
        async with self._engine.connect() as connection:
            done = (await connection.execute(select(deliveries).where(deliveries.c.id == key[0]))).mappings().one()
        if done["state"] == "pending":
            async with self._engine.begin() as connection:
                await connection.execute(update(deliveries).where(deliveries.c.id == key[0]).values(state="dead"))
        return {"ok": done["state"] == "sent", "status": done["status"], "error": done["error"]}

    async def retry(self, webhook_id: str, delivery_id: int) -> None:
        """Send a row once more, dead or not.

        Raises:
            NotFound: no such row.
        """
        mine = (deliveries.c.id == delivery_id) & (deliveries.c.webhook_id == webhook_id)
        values = {"state": "pending", "attempts": 0, "next_at": to_text(self._clock())}
        await self._touch(update(deliveries).where(mine).values(values))
        self._wake.set()

    # --- delivery ----------------------------------------------------------------------------------------------------

    async def once(self) -> int:
        """Write rows for what is new and send what is due; returns how many were tried."""
        await self._write_rows()
        due = await self._due()
        await asyncio.gather(*(self._in_order(ids) for ids in due.values()))
        return sum(map(len, due.values()))

    async def _run(self) -> None:
        while not self._end.is_set():
            self._wake.clear()
            try:
                while await self.once() and not self._end.is_set():
                    pass
            except (SQLAlchemyError, OSError) as error:
                logger.warning("webhooks wait for the database: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_S)
                await asyncio.wait_for(self._end.wait(), PAUSE_S)

    async def _write_rows(self) -> None:
        while True:
            async with self._engine.connect() as connection:
                if not await _has_active(connection) or not await _READER.is_behind(connection):
                    return
            async with self._engine.begin() as connection:
                hooks = (await connection.execute(select(webhooks).where(webhooks.c.active.is_(True)))).mappings().all()
                rows = [
                    _row(hook["webhook_id"], str(seen.id), seen.type, _body(seen, hook), to_text(self._clock()))
                    for seen in await _READER.batch(connection)
                    for hook in hooks
                    if seen.type not in NEVER and any(_is_under(seen.type, name) for name in hook["types"])
                ]
                if rows:
                    await _add(connection, rows)

    async def _due(self) -> dict[str, list[int]]:
        """What is due, by subscription: one slow receiver does not hold the others up."""
        query = (
            select(deliveries.c.id, deliveries.c.webhook_id)
            .where(deliveries.c.state == "pending", deliveries.c.next_at <= to_text(self._clock()))
            .order_by(deliveries.c.id)
            .limit(AT_ONCE)
        )
        due: dict[str, list[int]] = {}
        async with self._engine.connect() as connection:
            for delivery_id, webhook_id in await connection.execute(query):
                due.setdefault(webhook_id, []).append(delivery_id)
        return due

    async def _in_order(self, ids: list[int]) -> None:
        for delivery_id in ids:
            if await self._claim(delivery_id):
                await self._attempt(delivery_id)

    async def _claim(self, delivery_id: int) -> bool:
        """Take a row for this process; a process that dies with it leaves it due again a little later."""
        now = self._clock()
        mine = (
            update(deliveries)
            .where(deliveries.c.id == delivery_id, deliveries.c.state == "pending")
            .where(deliveries.c.next_at <= to_text(now))
            .values(next_at=to_text(now + timedelta(seconds=CLAIM_S)))
        )
        async with self._engine.begin() as connection:
            return bool((await connection.execute(mine)).rowcount)

    async def _attempt(self, delivery_id: int) -> None:
        query = select(deliveries, webhooks.c.url, webhooks.c.secret).join(
            webhooks, webhooks.c.webhook_id == deliveries.c.webhook_id
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query.where(deliveries.c.id == delivery_id))).mappings().first()
        if row is None:
            return  # unsubscribed meanwhile
        status, error = await self._post(row)
        now = self._clock()
        values: dict[str, Any] = {"attempts": row["attempts"] + 1, "status": status, "error": error}
        if error is None:
            values |= {"state": "sent", "sent_at": to_text(now)}
        elif row["attempts"] >= len(BACKOFF_S):
            values["state"] = "dead"
        else:
            values["next_at"] = to_text(now + timedelta(seconds=BACKOFF_S[row["attempts"]]))
        async with self._engine.begin() as connection:
            await connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(values))

    async def _post(self, row: Any) -> tuple[int | None, str | None]:
        """Send once; returns the HTTP status and, when it was not taken, why."""
        body = row["body"].encode()
        try:
            address = await checked(row["url"], private=self._private)
        except BadRequest as refusal:
            return None, refusal.sentence
        headers = {
            "Host": address.host,
            "Content-Type": "application/json",
            "User-Agent": "courier-hotline",
            EVENT_HEADER: row["event_id"],
            HEADER: signature(row["secret"], body, self._clock()),
        }
        assert self._http is not None  # opened by start
        try:
            request = self._http.build_request(
                "POST", address.url, content=body, headers=headers, extensions={"sni_hostname": address.name}
            )
            response = await self._http.send(request, stream=True)
            await response.aclose()  # the status is the answer; a large body is nobody's business
        except httpx.HTTPError as error:
            return None, type(error).__name__
        return response.status_code, None if response.is_success else f"HTTP {response.status_code}"

    async def _hook(self, webhook_id: str) -> None:
        async with self._engine.connect() as connection:
            query = select(webhooks.c.webhook_id).where(webhooks.c.webhook_id == webhook_id)
            if (await connection.execute(query)).first() is None:
                raise NotFound("没有这个推送地址。")

    async def _touch(self, statement: Any) -> None:
        async with self._engine.begin() as connection:
            if not (await connection.execute(statement)).rowcount:
                raise NotFound("没有这个推送地址或记录。")


async def _has_active(connection: AsyncConnection) -> bool:
    query = select(webhooks.c.webhook_id).where(webhooks.c.active.is_(True)).limit(1)
    return (await connection.execute(query)).first() is not None


async def _begin_if_first(connection: AsyncConnection) -> None:
    """The first active subscription begins with what happens from now on; without one nothing is read at all."""
    if not await _has_active(connection):
        await _READER.begin(connection, at_end=True)


def _is_under(type_: str, name: str) -> bool:
    """Whether a type is named, or lies under a prefix such as ``work_order.``."""
    return type_ == name or (name.endswith(".") and type_.startswith(name))


def _row(webhook_id: str, event_id: str, type_: str, body: str, now: str) -> dict[str, Any]:
    fixed = {"state": "pending", "attempts": 0, "next_at": now, "created_at": now}
    return {"webhook_id": webhook_id, "event_id": event_id, "type": type_, "body": body, **fixed}


def _body(seen: Seen, hook: Any) -> str:
    data = seen.data if hook["numbers"] else for_role(seen.data, _MASKED)
    envelope = {
        "id": seen.id,
        "time": seen.at,
        "call_id": seen.call_id,
        "called": seen.called,
        "seq": seen.seq,
        "version": seen.version,
        "type": seen.type,
        "data": data,
    }
    return json.dumps(envelope, ensure_ascii=False)


async def _add(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    make: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    await connection.execute(make(deliveries).on_conflict_do_nothing(), rows)
