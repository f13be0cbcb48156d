"""What our own order table knows about a phone number and its orders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from logistics_client.vocabulary import CallerClass


class Role(StrEnum):
    """Side of an order that a phone number stands on."""

    RECEIVER = "receiver"
    SENDER = "sender"
    BOUND = "bound"  # a caller who named the parcel correctly once


@dataclass(frozen=True, slots=True)
class OrderRef:
    """One order found by phone: enough to ask the carrier for the parcel."""

    waybill: str
    carrier: str
    role: Role
    receiver_tail: str | None = None
    sender_tail: str | None = None
    receiver_surname: str | None = None
    sender_surname: str | None = None
    district: str | None = None
    order_no: str | None = None
    goods: str | None = None

    @property
    def phone_tail(self) -> str | None:
        """Tail that carriers accept as proof."""
        return self.receiver_tail or self.sender_tail


@dataclass(frozen=True, slots=True)
class NumberKnown:
    """Everything about one phone number: what the registry says and the newest orders."""

    caller_class: CallerClass | None = None  # None: the registry does not know the number
    name: str | None = None
    orders: tuple[OrderRef, ...] = ()
