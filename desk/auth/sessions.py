"""Server-side sessions: the browser holds a random key only, the row can be revoked at any time."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.accounts import account_of
from desk.auth.roles import Account
from desk.database import Clock, from_text, to_text
from desk.schema import accounts, sessions

LIFE = timedelta(hours=12)  # one shift with its overtime
IDLE = timedelta(hours=2)
# A row is touched at most this often: reading a page does not become a write.
TOUCH = timedelta(minutes=1)
KEPT = timedelta(days=30)


class SessionBook:
    """Opens, finds and ends sessions."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._watchers: dict[str, set[asyncio.Event]] = defaultdict(set)

    async def open(self, account: Account, *, address: str, browser: str) -> str:
        """Open a session and return its key, which only the cookie keeps."""
        key, now = secrets.token_urlsafe(32), self._clock()
        row = {
            "key_hash": hashed(key),
            "account_id": account.account_id,
            "created_at": to_text(now),
            "seen_at": to_text(now),
            "expires_at": to_text(now + LIFE),
            "address": address[:64],
            "browser": browser[:200],
        }
        async with self._engine.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.expires_at < to_text(now - KEPT)))
            await connection.execute(insert(sessions).values(row))
        return key

    async def account(self, key: str) -> Account | None:
        """Return whose session it is, None when it is unknown, over, revoked, or its account is disabled."""
        return await self.check(hashed(key))

    async def check(self, session: str) -> Account | None:
        """As ``account``, by the hash that names the row."""
        now = self._clock()
        query = (
            select(accounts, sessions.c.seen_at, sessions.c.expires_at)
            .join(sessions, sessions.c.account_id == accounts.c.account_id)
            .where(sessions.c.key_hash == session, sessions.c.revoked_at.is_(None), accounts.c.disabled.is_(False))
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None or from_text(row["expires_at"]) <= now or from_text(row["seen_at"]) + IDLE <= now:
            return None
        if now - from_text(row["seen_at"]) >= TOUCH:
            await self._touch(session, now)
        return account_of(row, session)

    async def end(self, session: str) -> None:
        """Revoke one session."""
        await self._revoke(sessions.c.key_hash == session)

    async def end_all(self, account_id: str, *, but: str = "") -> int:
        """Revoke every session of an account, except ``but``; returns how many."""
        return await self._revoke((sessions.c.account_id == account_id) & (sessions.c.key_hash != but))

    async def ended(self, session: str, every_s: float) -> None:
        """Return when a session is over: at once for this process, within ``every_s`` seconds for the others."""
        event = asyncio.Event()
        self._watchers[session].add(event)
        try:
            while await self.check(session) is not None:
                try:
                    await asyncio.wait_for(event.wait(), every_s)
                except TimeoutError:
                    continue
        finally:
            self._watchers[session].discard(event)
            if not self._watchers[session]:
                del self._watchers[session]

    async def _touch(self, session: str, now: datetime) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(
                update(sessions).where(sessions.c.key_hash == session).values(seen_at=to_text(now))
            )

    async def _revoke(self, condition: object) -> int:
        statement = (
            update(sessions)
            .where(condition, sessions.c.revoked_at.is_(None))  # type: ignore[arg-type]
            .values(revoked_at=to_text(self._clock()))
            .returning(sessions.c.key_hash)
        )
        async with self._engine.begin() as connection:
            ended = list((await connection.execute(statement)).scalars())
        for session in ended:
            for watcher in self._watchers.get(session, ()):
                watcher.set()
        return len(ended)


def hashed(key: str) -> str:
    """The name of a row: what is random enough needs no salt."""
    return hashlib.sha256(key.encode()).hexdigest()
