"""Who is calling, as far as number and orders tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from logistics_client.vocabulary.orders import WorkOrder
from logistics_client.vocabulary.parcels import Bulletin, Parcel


class CallerClass(StrEnum):
    """Row of the who-may-hear table in ``config/``."""

    RECEIVER = "receiver"  # the order's own number, receiving side
    SENDER = "sender"
    VERIFIED = "verified"  # named waybill and tail correctly
    HELPER = "helper"  # calls for somebody else
    MERCHANT = "merchant"
    STAFF = "staff"
    SHARED = "shared"  # family or landline number with several receivers
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    LINE_TEST = "line_test"  # 拨测


@dataclass(frozen=True, slots=True)
class Party:
    """One person of an order: surname is spoken, the rest stays masked."""

    surname: str | None
    phone_tail: str | None


@dataclass(frozen=True, slots=True)
class CallerProfile:
    """All that is known when the phone rings; parcels are the most urgent first."""

    caller_class: CallerClass
    number: str | None
    parcels: tuple[Parcel, ...] = ()
    parcels_total: int = 0  # may exceed len(parcels): a merchant's list is cut to the most urgent
    orders: tuple[WorkOrder, ...] = ()  # running and recent orders of these parcels
    bulletins: tuple[Bulletin, ...] = ()
    merchant_name: str | None = None
    surname: str | None = None
    calls_24h: int = 0  # earlier calls about these parcels within 24 h
    dropped_call_id: str | None = None  # a call that broke off within the last 10 minutes
    dropped_state: dict[str, object] = field(default_factory=dict)
    fetched_at: datetime | None = None
    carrier_reachable: bool = True
