"""Tables that turn a phone number into waybills, on SQLite and PostgreSQL alike.

One row per order and per phone on it: a look-up by number is one descent into one index, whatever the size.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from logistics_client.database import metadata

customer_orders = Table(
    "customer_orders",
    metadata,
    Column("waybill", String(32), primary_key=True),
    Column("carrier", String(16), nullable=False),
    Column("waybill_tail", String(4), nullable=False),
    Column("receiver_phone", String(32)),
    Column("receiver_tail", String(4)),
    Column("receiver_surname", String(8)),
    Column("sender_phone", String(32)),
    Column("sender_tail", String(4)),
    Column("sender_surname", String(8)),
    Column("district", String(40)),
    Column("order_no", String(40)),
    Column("goods", String(40)),
    Column("merchant", String(40)),
    Column("ordered_at", String(40), nullable=False),
    Index("customer_orders_receiver", "receiver_phone", "ordered_at"),
    Index("customer_orders_sender", "sender_phone", "ordered_at"),
    # Four digits are shared by a thousand of ten million parcels: the other words are weighed inside the index, without
    # fetching a thousand rows.
    Index(
        "customer_orders_waybill_tail", "waybill_tail", "ordered_at", "receiver_tail", "receiver_surname", "district"
    ),
    Index("customer_orders_receiver_tail", "receiver_tail", "ordered_at", "receiver_surname", "district"),
    Index("customer_orders_order_no", "order_no"),
)

# A caller who named a parcel correctly once is known by number until the binding expires.
number_bindings = Table(
    "number_bindings",
    metadata,
    Column("phone", String(32), primary_key=True),
    Column("waybill", String(32), primary_key=True),
    Column("expires_at", String(40), nullable=False),
)

# Staff, outlets, merchants, shared family numbers, block list and line test.
known_numbers = Table(
    "known_numbers",
    metadata,
    Column("phone", String(32), primary_key=True),
    Column("caller_class", String(16), nullable=False),
    Column("name", String(60)),
)
