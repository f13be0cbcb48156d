"""The ledger's tables, on SQLite (WAL) and PostgreSQL alike: events, live calls, and commands to live calls."""

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

# Which process runs a call now: a row lives as long as the call, or until its process is found dead.
live_calls = Table(
    "live_calls",
    metadata,
    Column("call_id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("since", String(40), nullable=False),
)

commands = Table(
    "commands",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("call_id", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("issued_by", String(64), nullable=False),
    Column("verb", String(24), nullable=False),
    Column("arguments", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    Column("issued_at", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("finished_at", String(40)),
    Column("result", JSON().with_variant(JSONB(), "postgresql")),
    Index("commands_owner_state", "owner", "state"),
    Index("commands_call", "call_id"),
)

# Who called when, and where the talk stood: for redials and repeat calls. Personal data of at most two days.
calls = Table(
    "calls",
    metadata,
    Column("call_id", String(64), primary_key=True),
    Column("caller", String(32), nullable=False),
    Column("writer", String(64), nullable=False),
    Column("waybill", String(64), nullable=False, server_default=""),
    Column("started_at", String(40), nullable=False),
    Column("kept_at", String(40), nullable=False),
    Column("ended_at", String(40)),
    Column("cause", String(64), nullable=False, server_default=""),
    Column("state", JSON().with_variant(JSONB(), "postgresql")),
    Index("calls_caller_started", "caller", "started_at"),
    Index("calls_started", "started_at"),
)
