"""Projections of the ledger: what lists, queues and cases are read from. All of it can be rebuilt at any time."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, String, Table, Text

from desk.schema import metadata

VERSION = 1
"""Counts up when a column's meaning changes; tables of another version are emptied and filled again."""

READER = f"calls-{VERSION}"

calls = Table(
    "desk_calls",
    metadata,
    Column("call_id", String(64), primary_key=True),
    Column("started_at", String(40), nullable=False, server_default=""),
    Column("ended_at", String(40)),
    Column("seconds", Float),
    Column("number", String(40)),
    Column("tail", String(4)),
    Column("place", String(40), nullable=False, server_default=""),
    Column("caller_class", String(16), nullable=False, server_default=""),
    Column("called", String(32), nullable=False, server_default=""),
    Column("hotline", String(64), nullable=False, server_default=""),
    Column("transport", String(16), nullable=False, server_default=""),
    Column("intent", String(32), nullable=False, server_default=""),
    Column("emotion", String(16), nullable=False, server_default=""),
    Column("outcome", String(16), nullable=False, server_default="live"),
    Column("cause", String(40), nullable=False, server_default=""),
    Column("who", String(16), nullable=False, server_default=""),
    Column("agent", String(64), nullable=False, server_default=""),  # who talked last
    Column("offered", String(64), nullable=False, server_default=""),  # whom it was offered to last
    Column("waybill", String(32), nullable=False, server_default=""),
    Column("requested_at", String(40)),  # the first time a person was asked for
    Column("bridged_at", String(40)),
    Column("solved", Boolean),  # the caller's own answer
    Column("called_back", Boolean, nullable=False, server_default="0"),  # a call-back or message was taken instead
    Column("recording_s", Float),
    Column("refused_recording", Boolean, nullable=False, server_default="0"),
    Column("summarised", Boolean, nullable=False, server_default="0"),
    Index("desk_calls_started", "started_at", "call_id"),
    Index("desk_calls_number", "number", "started_at"),
    Index("desk_calls_tail", "tail", "started_at"),
    Index("desk_calls_intent", "intent", "started_at"),
    Index("desk_calls_outcome", "outcome", "started_at"),
)

call_people = Table(
    "desk_call_people",
    metadata,
    Column("agent", String(64), primary_key=True),
    Column("call_id", String(64), primary_key=True),
    Index("desk_call_people_call", "call_id"),
)

call_parcels = Table(
    "desk_call_parcels",
    metadata,
    Column("waybill", String(32), primary_key=True),
    Column("call_id", String(64), primary_key=True),
)

orders = Table(
    "desk_orders",
    metadata,
    Column("order_id", String(40), primary_key=True),
    Column("call_id", String(64), nullable=False, server_default=""),
    Column("kind", String(32), nullable=False, server_default=""),
    Column("waybill", String(32), nullable=False, server_default=""),
    Column("status", String(16), nullable=False, server_default="opened"),
    Column("running", Boolean, nullable=False, server_default="1"),
    Column("opened_at", String(40), nullable=False, server_default=""),
    Column("due_at", String(40)),
    Column("owner", String(100), nullable=False, server_default=""),
    Column("outcome", Text),
    Index("desk_orders_kind", "kind", "running", "due_at"),
    Index("desk_orders_waybill", "waybill"),
)

promises = Table(
    "desk_promises",
    metadata,
    Column("promise_id", String(40), primary_key=True),
    Column("call_id", String(64), nullable=False, server_default=""),
    Column("agent", String(64), nullable=False, server_default=""),
    Column("waybill", String(32), nullable=False, server_default=""),
    Column("what", Text, nullable=False, server_default=""),
    Column("due_at", String(40)),
    Column("state", String(16), nullable=False, server_default="offered"),
    Column("claimed", BigInteger, nullable=False, server_default="0"),
    Index("desk_promises_agent", "agent", "state", "due_at"),
    Index("desk_promises_due", "state", "due_at"),
    Index("desk_promises_waybill", "waybill"),
)

PROJECTIONS = (calls, call_people, call_parcels, orders, promises)
