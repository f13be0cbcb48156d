"""Our own bulletins (公告): written by one person, approved by another, live or withdrawn everywhere within seconds.

Which parcel a bulletin explains is decided in :mod:`logistics_client.bulletin_match`, how a running call sees them in
:mod:`logistics_client.bulletin_board`; this module keeps them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, String, Table, Text, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.clock import Clock, system_clock
from logistics_client.database import create_missing, from_text, metadata, to_text
from logistics_client.provinces import province_name, province_of
from logistics_client.vocabulary import Bulletin

MAX_CAUSE = 200

_bulletins = Table(
    "bulletins",
    metadata,
    Column("bulletin_id", String(16), primary_key=True),
    Column("cause", Text, nullable=False),
    Column("brand", String(40)),
    Column("province", String(20)),
    Column("hub", String(100)),
    Column("line", String(100)),
    Column("outlet", String(100)),
    Column("starts_at", String(40), nullable=False),
    Column("ends_at", String(40)),
    Column("recovers_at", String(40)),
    Column("author", String(100), nullable=False),
    Column("written_at", String(40), nullable=False),
    Column("approver", String(100)),
    Column("approved_at", String(40)),
    Column("withdrawn_by", String(100)),
    Column("withdrawn_at", String(40)),
    Index("bulletins_live", "withdrawn_at", "starts_at"),
)
_WORDS = ("cause", "brand", "province", "hub", "line", "outlet")
_PLACES = ("brand", "province", "hub", "line", "outlet")


class BulletinError(ValueError):
    """The bulletin cannot be kept or changed like this; the text says what to do.

    Args:
        message: one sentence.
        code: a short word for whoever words it anew.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class BulletinState(StrEnum):
    """Where a bulletin stands."""

    WRITTEN = "written"  # waits for its approval
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Kept:
    """A bulletin with its paper trail."""

    bulletin: Bulletin
    state: BulletinState
    written_at: datetime
    approved_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


class BulletinStore:
    """The table of the bulletins.

    Args:
        engine: from ``logistics_client.database.open_engine``; the caller disposes of it.
        clock: our clock.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Clock = system_clock) -> None:
        self._engine = engine
        self._clock = clock

    async def start(self) -> None:
        """Create the missing table.

        Raises:
            UnavailableError: the database cannot be opened.
        """
        await create_missing(self._engine, "table of bulletins", _bulletins)

    async def write(self, bulletin: Bulletin, author: str) -> Bulletin:
        """Keep a new bulletin; nobody hears of it before somebody else approved it.

        Args:
            bulletin: what it says; its id, author and approver are given here.
            author: who wrote it.

        Raises:
            BulletinError: it says nothing, concerns nobody, or its times contradict each other.
        """
        checked = replace(_checked(bulletin), bulletin_id=secrets.token_hex(8), author=_name(author), approver=None)
        row = {name: getattr(checked, name) for name in ("bulletin_id", "author", *_WORDS)}
        moments = {
            "starts_at": to_text(checked.starts_at),
            "ends_at": to_text(checked.ends_at) if checked.ends_at else None,
            "recovers_at": to_text(checked.recovers_at) if checked.recovers_at else None,
            "written_at": to_text(self._clock()),
        }
        async with self._engine.begin() as connection:
            await connection.execute(insert(_bulletins).values({**row, **moments}))
        return checked

    async def approve(self, bulletin_id: str, approver: str) -> Bulletin:
        """Let a bulletin be heard.

        Raises:
            BulletinError: unknown, withdrawn, approved before, or approved by its own author.
        """
        kept = await self.get(bulletin_id)
        name = _name(approver)
        if name == kept.bulletin.author:
            raise BulletinError("somebody else than its author has to approve a bulletin", "own")
        where = (_bulletins.c.approved_at.is_(None)) & (_bulletins.c.withdrawn_at.is_(None))
        if not await self._change(bulletin_id, where, approver=name, approved_at=to_text(self._clock())):
            raise BulletinError("only a bulletin that waits for approval can be approved", "not_waiting")
        return replace(kept.bulletin, approver=name)

    async def withdraw(self, bulletin_id: str, by: str) -> None:
        """Take a bulletin back, whoever wrote it; a second time changes nothing.

        Raises:
            BulletinError: unknown.
        """
        await self.get(bulletin_id)
        where = _bulletins.c.withdrawn_at.is_(None)
        await self._change(bulletin_id, where, withdrawn_by=_name(by), withdrawn_at=to_text(self._clock()))

    async def live(self) -> tuple[Bulletin, ...]:
        """Return the bulletins that count now."""
        now = self._clock()
        where = (
            _bulletins.c.approved_at.is_not(None)
            & _bulletins.c.withdrawn_at.is_(None)
            & (_bulletins.c.starts_at <= to_text(now))
            & (_bulletins.c.ends_at.is_(None) | (_bulletins.c.ends_at > to_text(now)))
        )
        return tuple(kept.bulletin for kept in await self._select(where))

    async def all(self, limit: int = 500) -> tuple[Kept, ...]:
        """Return all bulletins with their paper trail, newest first."""
        return await self._select(_bulletins.c.bulletin_id.is_not(None), limit)

    async def get(self, bulletin_id: str) -> Kept:
        """Return one bulletin with its paper trail.

        Raises:
            BulletinError: unknown.
        """
        found = await self._select(_bulletins.c.bulletin_id == bulletin_id)
        if not found:
            raise BulletinError("no bulletin has this id", "unknown")
        return found[0]

    async def _select(self, where: Any, limit: int = 500) -> tuple[Kept, ...]:
        query = select(_bulletins).where(where).order_by(_bulletins.c.written_at.desc()).limit(limit)
        async with self._engine.connect() as connection:
            return tuple(_kept(row) for row in (await connection.execute(query)).mappings())

    async def _change(self, bulletin_id: str, where: Any, **values: str) -> bool:
        statement = update(_bulletins).where(_bulletins.c.bulletin_id == bulletin_id, where).values(values)
        async with self._engine.begin() as connection:
            return bool((await connection.execute(statement)).rowcount == 1)


def _checked(bulletin: Bulletin) -> Bulletin:
    words = {name: (getattr(bulletin, name) or "").strip() or None for name in _WORDS}
    cause = words["cause"]
    if cause is None or len(cause) > MAX_CAUSE:
        raise BulletinError(f"say the cause in at most {MAX_CAUSE} characters; callers hear it", "cause")
    if not any(words[name] for name in _PLACES):
        raise BulletinError(
            "name a brand, province, hub, line or outlet; a notice for everybody explains nothing", "no_place"
        )
    if words["province"] is not None:
        words["province"] = province_name(words["province"]) or province_of(words["province"])
        if words["province"] is None:
            raise BulletinError("this is no province; write 广东, 广东省 or 内蒙古自治区", "province")
    moments = (bulletin.starts_at, bulletin.ends_at, bulletin.recovers_at)
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        raise BulletinError("give times with their zone", "zone")
    if any(moment is not None and moment <= bulletin.starts_at for moment in moments[1:]):
        raise BulletinError("end and recovery have to come after the start", "times")
    return replace(bulletin, **{**words, "cause": cause})  # type: ignore[arg-type]


def _name(person: str) -> str:
    name = person.strip()
    if not name:
        raise BulletinError("name the person: a bulletin has an author and an approver", "nobody")
    return name[:100]


def _moment(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def _kept(row: Any) -> Kept:
    state = BulletinState.APPROVED if row["approved_at"] else BulletinState.WRITTEN
    bulletin = Bulletin(
        bulletin_id=row["bulletin_id"],
        starts_at=from_text(row["starts_at"]),
        ends_at=_moment(row["ends_at"]),
        recovers_at=_moment(row["recovers_at"]),
        author=row["author"],
        approver=row["approver"],
        **{name: row[name] for name in _WORDS},
    )
    return Kept(
        bulletin,
        BulletinState.WITHDRAWN if row["withdrawn_at"] else state,
        from_text(row["written_at"]),
        _moment(row["approved_at"]),
        row["withdrawn_by"],
        _moment(row["withdrawn_at"]),
    )
