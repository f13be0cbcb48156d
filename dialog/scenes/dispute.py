"""Sender against receiver: what one side has ordered is not undone by the other; the sender's right comes first."""

from __future__ import annotations

from dialog.engine.turn import Turn
from logistics_client.vocabulary import CallerClass, OrderKind


def role(t: Turn) -> str:
    """Which side of the parcel is calling."""
    return "sender" if t.caller_class in (CallerClass.SENDER, CallerClass.MERCHANT) else "receiver"


def frozen(t: Turn) -> bool:
    """Stop when the other side has an order running on where the parcel goes; a person decides."""
    order = t.running(OrderKind.INTERCEPT, OrderKind.CHANGE_ADDRESS)
    if order is None or order.details.get("role", role(t)) == role(t):
        return False
    t.say("dispute.frozen", order=order)
    t.begin("person", intent="dispute")
    return True
