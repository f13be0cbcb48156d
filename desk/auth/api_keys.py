"""API keys for programs: shown once, kept as a hash, known by their prefix."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.roles import Account, Role
from desk.auth.sessions import hashed
from desk.database import Clock, from_text, to_text
from desk.errors import BadRequest, NotFound
from desk.schema import api_keys

_KEY = re.compile(r"(?P<prefix>hk_[0-9a-f]{8})_[A-Za-z0-9_-]{43}", re.ASCII)
TOUCH = timedelta(minutes=1)


class KeyBook:
    """Makes, finds and revokes keys of the form ``hk_<prefix>_<secret>``."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def create(self, name: str, role: Role) -> tuple[str, str]:
        """Return prefix and whole key; the key is never shown again.

        Raises:
            BadRequest: no usable name.
        """
        if not 1 <= len(name.strip()) <= 64:
            raise BadRequest("密钥名称需要 1 到 64 个字符。")
        prefix = f"hk_{secrets.token_hex(4)}"
        key = f"{prefix}_{secrets.token_urlsafe(32)}"
        row = {
            "prefix": prefix,
            "key_hash": hashed(key),
            "name": name.strip(),
            "role": role.value,
            "created_at": to_text(self._clock()),
        }
        async with self._engine.begin() as connection:
            await connection.execute(insert(api_keys).values(row))
        return prefix, key

    async def account(self, key: str) -> Account | None:
        """Return the program that a key belongs to, None when it is unknown or revoked."""
        match = _KEY.fullmatch(key)
        if match is None:
            return None
        query = select(api_keys).where(api_keys.c.prefix == match["prefix"], api_keys.c.revoked_at.is_(None))
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None or not hmac.compare_digest(row["key_hash"], hashed(key)):
            return None
        now = self._clock()
        if row["used_at"] is None or now - from_text(row["used_at"]) >= TOUCH:
            async with self._engine.begin() as connection:
                await connection.execute(
                    update(api_keys).where(api_keys.c.prefix == row["prefix"]).values(used_at=to_text(now))
                )
        return Account(row["prefix"], row["prefix"], row["name"], Role(row["role"]))

    async def all(self) -> Sequence[dict[str, object]]:
        """Return every key without its secret, newest first."""
        shown = [column for column in api_keys.c if column.name != "key_hash"]
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(*shown).order_by(api_keys.c.created_at.desc()))).mappings().all()
        return [dict(row) for row in rows]

    async def revoke(self, prefix: str) -> None:
        """End a key at once.

        Raises:
            NotFound: no such key.
        """
        values = {"revoked_at": to_text(self._clock())}
        async with self._engine.begin() as connection:
            done = await connection.execute(update(api_keys).where(api_keys.c.prefix == prefix).values(values))
        if not done.rowcount:
            raise NotFound("没有这个密钥。")
