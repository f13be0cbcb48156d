"""Who may hear and do what: caller class by item, read from ``config/who_may_hear.yaml``.

A caller's number can be forged, so nothing that could harm the receiver is said aloud on its strength alone: what the
table marks ``send`` goes by SMS to the order's own phone, and ``confirm`` waits for that phone's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from logistics_client.vocabulary import CallerClass


class Item(StrEnum):
    """Column of the table."""

    STAGE = "stage"
    TRACE = "trace"
    PHOTO = "photo"
    PICKUP_CODE = "pickup_code"
    COURIER_PHONE = "courier_phone"
    CHANGE_ADDRESS = "change_address"
    INTERCEPT = "intercept"
    CLAIM = "claim"


class Leave(StrEnum):
    """Cell of the table."""

    YES = "yes"  # said or done at once
    SEND = "send"  # only by SMS to the order's phone
    CONFIRM = "confirm"  # done after the order's phone confirmed
    NO = "no"


@dataclass(frozen=True, slots=True)
class Rights:
    """The whole table."""

    table: Mapping[CallerClass, Mapping[Item, Leave]]

    def of(self, caller: CallerClass, item: Item) -> Leave:
        """Look one cell up; what the table does not name is not allowed."""
        return self.table.get(caller, {}).get(item, Leave.NO)

    def badge(self, caller: CallerClass) -> str:
        """Sum a row up for the agent: 可办理, 可告知 or 不可告知."""
        row = self.table.get(caller, {})
        if row.get(Item.CHANGE_ADDRESS, Leave.NO) is not Leave.NO:
            return "可办理"
        return "可告知" if row.get(Item.TRACE, Leave.NO) is Leave.YES else "不可告知"
