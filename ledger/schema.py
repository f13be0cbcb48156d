"""The ``events`` table, on SQLite (WAL) and PostgreSQL alike."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, String, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

# Times are stored as ISO text in UTC: SQLite has no zone, and text sorts and compares alike in both databases.
events = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("call_id", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("called", String(32), nullable=False, server_default=""),
    Column("at", String(40), nullable=False),
    Column("type", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("writer", String(64), nullable=False),
    Column("data", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    UniqueConstraint("call_id", "seq", name="events_call_seq"),
    Index("events_type_at", "type", "at"),
    Index("events_writer_id", "writer", "id"),
)
