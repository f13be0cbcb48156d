"""Links, what was handed in through them, and the photos' seals, in our own database."""

from __future__ import annotations

import contextlib
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.database import create_missing, from_text, metadata, to_text
from logistics_client.links.evidence import Evidence
from logistics_client.links.model import Link, Purpose, Use

links = Table(
    "links",
    metadata,
    Column("link_id", String(12), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("waybill", String(32), nullable=False),
    Column("phone", String(24), nullable=False),
    Column("call_id", String(64), nullable=False),
    Column("order_id", String(32)),
    Column("lines", JSON, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("sent_at", String(40)),
    Column("delivered_at", String(40)),
    Column("opened_at", String(40)),
    Column("used_at", String(40)),
    Column("call_wanted_at", String(40)),
    Index("links_waiting", "opened_at", "sent_at"),
    Index("links_waybill", "waybill"),
    Index("links_phone", "phone", "created_at"),
)
link_uses = Table(
    "link_uses",
    metadata,
    Column("use_id", String(24), primary_key=True),
    Column("link_id", String(12), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("photos", JSON, nullable=False),
    Column("once", String(12), unique=True),  # the link's id where only one use is taken
    Column("handed_over", Boolean, nullable=False),
)
link_evidence = Table(
    "link_evidence",
    metadata,
    Column("link_id", String(12), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("media_type", String(20), nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("seal", String(64), nullable=False),
)

_MOMENTS = ("created_at", "expires_at", "sent_at", "delivered_at", "opened_at", "used_at", "call_wanted_at")


class LinkStore:
    """The tables of the links.

    Args:
        engine: from ``logistics_client.database.open_engine``; the caller disposes of it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def start(self) -> None:
        """Create missing tables.

        Raises:
            UnavailableError: the database cannot be opened.
        """
        await create_missing(self._engine, "link database", links, link_uses, link_evidence)

    async def add(self, link: Link) -> None:
        """Store a new link."""
        row = {
            "link_id": link.link_id,
            "purpose": link.purpose.value,
            "waybill": link.waybill,
            "phone": link.phone,
            "call_id": link.call_id,
            "order_id": link.order_id,
            "lines": list(link.lines),
            "sends": link.sends,
            "created_at": to_text(link.created_at),
            "expires_at": to_text(link.expires_at),
        }
        async with self._engine.begin() as connection:
            await connection.execute(insert(links).values(row))

    async def get(self, link_id: str) -> Link | None:
        """Return one link."""
        async with self._engine.connect() as connection:
            found = await connection.execute(select(links).where(links.c.link_id == link_id))
            row = found.mappings().first()
        return _link(row) if row is not None else None

    async def of_waybill(self, waybill: str) -> tuple[Link, ...]:
        """Return the links of a parcel, newest first."""
        query = select(links).where(links.c.waybill == waybill).order_by(links.c.created_at.desc()).limit(100)
        async with self._engine.connect() as connection:
            return tuple(_link(row) for row in (await connection.execute(query)).mappings())

    async def sent_to(self, phone: str, purpose: Purpose, since: datetime) -> int:
        """Count the links of one purpose that were made for a phone since a moment."""
        made = (links.c.phone == phone) & (links.c.purpose == purpose.value) & (links.c.created_at > to_text(since))
        async with self._engine.connect() as connection:
            return int((await connection.execute(select(func.count()).where(made))).scalar_one())

    async def unopened(self, sent_before: datetime, now: datetime, limit: int = 500) -> tuple[Link, ...]:
        """Return links that were sent before a moment and not opened, the longest waiting first."""
        query = (
            select(links)
            .where(links.c.opened_at.is_(None), links.c.sent_at <= to_text(sent_before))
            .where(links.c.call_wanted_at.is_(None), links.c.expires_at > to_text(now))
            .order_by(links.c.sent_at)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return tuple(_link(row) for row in (await connection.execute(query)).mappings())

    async def claim_send(self, link_id: str, sends: int) -> bool:
        """Take the right to send the next text; of several processes one gets it."""
        return await self._changed(link_id, links.c.sends == sends, {"sends": sends + 1})

    async def note_sent(self, link_id: str, at: datetime) -> None:
        """Note the gateway's receipt."""
        await self._changed(link_id, links.c.link_id == link_id, {"sent_at": to_text(at)})

    async def mark(self, link_id: str, what: str, at: datetime) -> bool:
        """Note that something happened for the first time (``delivered_at``, ``opened_at`` ...); False if before."""
        return await self._changed(link_id, links.c[what].is_(None), {what: to_text(at)})

    async def add_use(self, use: Use, *, once: bool) -> bool:
        """Store what was handed in and mark the link used; False when only one use is taken and there was one."""
        row = {
            "use_id": use.use_id,
            "link_id": use.link.link_id,
            "at": to_text(use.at),
            "fields": dict(use.fields),
            "photos": list(use.photos),
            "once": use.link.link_id if once else None,
            "handed_over": False,
        }
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(link_uses).values(row))
                await connection.execute(
                    update(links)
                    .where(links.c.link_id == use.link.link_id, links.c.used_at.is_(None))
                    .values(used_at=to_text(use.at))
                )
        except IntegrityError:
            return False  # the unique column decides, also between two taps on the button
        return True

    async def uses(self, link_id: str) -> tuple[Use, ...]:
        """Return what was handed in through a link, oldest first."""
        return await self._uses(link_uses.c.link_id == link_id)

    async def not_handed_over(self, limit: int = 100) -> tuple[Use, ...]:
        """Return uses that did not reach their work order yet, oldest first."""
        return await self._uses(link_uses.c.handed_over.is_(False), limit)

    async def note_handed_over(self, use_id: str) -> None:
        """Note that a use is on its work order."""
        async with self._engine.begin() as connection:
            await connection.execute(update(link_uses).where(link_uses.c.use_id == use_id).values(handed_over=True))

    async def add_evidence(self, link_id: str, evidence: Evidence) -> None:
        """Store a photo's seal; the same photo twice keeps its first seal."""
        row = {
            "link_id": link_id,
            "sha256": evidence.sha256,
            "size": evidence.size,
            "media_type": evidence.media_type,
            "received_at": to_text(evidence.received_at),
            "seal": evidence.seal,
        }
        with contextlib.suppress(IntegrityError):
            async with self._engine.begin() as connection:
                await connection.execute(insert(link_evidence).values(row))

    async def evidence(self, link_id: str) -> tuple[Evidence, ...]:
        """Return the photos of a link in the order they came."""
        query = select(link_evidence).where(link_evidence.c.link_id == link_id).order_by(link_evidence.c.received_at)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(
            Evidence(row["sha256"], row["size"], row["media_type"], from_text(row["received_at"]), row["seal"])
            for row in rows
        )

    async def purge_links(self, before: datetime, limit: int = 1000) -> int:
        """Delete links of before a moment with what was handed in through them; return how many.

        What did not reach its work order yet stays, and so do the seals of photos.
        """
        waiting = select(link_uses.c.link_id).where(link_uses.c.handed_over.is_(False))
        old = select(links.c.link_id).where(links.c.created_at < to_text(before), links.c.link_id.not_in(waiting))
        async with self._engine.begin() as connection:
            names = list((await connection.execute(old.limit(limit))).scalars())
            await connection.execute(delete(link_uses).where(link_uses.c.link_id.in_(names)))
            await connection.execute(delete(links).where(links.c.link_id.in_(names)))
        return len(names)

    async def purge_evidence(self, before: datetime, limit: int = 1000) -> tuple[str, ...]:
        """Delete seals of before a moment; return the hashes of photos that nothing names any more."""
        table = link_evidence.c
        old = select(table.link_id, table.sha256).where(table.received_at < to_text(before)).limit(limit)
        async with self._engine.begin() as connection:
            rows = (await connection.execute(old)).all()
            for row in rows:
                one = (table.link_id == row.link_id) & (table.sha256 == row.sha256)
                await connection.execute(delete(link_evidence).where(one))
            hashes = {row.sha256 for row in rows}
            named = set((await connection.execute(select(table.sha256).where(table.sha256.in_(hashes)))).scalars())
        return tuple(sorted(hashes - named))

    async def _changed(self, link_id: str, condition: Any, values: dict[str, Any]) -> bool:
        async with self._engine.begin() as connection:
            done = await connection.execute(update(links).where(links.c.link_id == link_id, condition).values(values))
        return bool(done.rowcount == 1)

    async def _uses(self, condition: Any, limit: int = 100) -> tuple[Use, ...]:
        query = (
            select(link_uses, links)
            .join(links, links.c.link_id == link_uses.c.link_id)
            .where(condition)
            .order_by(link_uses.c.at)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(
            Use(row["use_id"], _link(row), from_text(row["at"]), dict(row["fields"]), tuple(row["photos"]))
            for row in rows
        )


def new_use_id() -> str:
    """Return an id that names one use everywhere it goes."""
    return secrets.token_hex(12)


def _link(row: Any) -> Link:
    moments = {name: from_text(row[name]) if row[name] else None for name in _MOMENTS}
    return Link(
        link_id=row["link_id"],
        purpose=Purpose(row["purpose"]),
        waybill=row["waybill"],
        phone=row["phone"],
        call_id=row["call_id"],
        order_id=row["order_id"],
        lines=tuple(row["lines"]),
        sends=row["sends"],
        **moments,  # type: ignore[arg-type]
    )
