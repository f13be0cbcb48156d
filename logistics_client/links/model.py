"""A link and its life: sent, delivered, opened, used; and when it is worth sending once more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LIFE = timedelta(hours=72)
UNOPENED = timedelta(minutes=30)


class Purpose(StrEnum):
    """What the page is for."""

    PHOTO = "photo"  # upload photos of receipt or damage
    POD_PHOTO = "pod_photo"  # see the delivery photo
    ADDRESS = "address"  # fill in a new address
    INTERCEPT = "intercept"  # confirm on the order's own phone that the parcel is to be stopped
    CUSTOMS = "customs"  # where documents are handed in: only the official app
    MERCHANT = "merchant"  # a list that is too long to be spoken
    NUMBER = "number"  # type the waybill that could not be heard; the only link without a parcel


class LinkState(StrEnum):
    """How far a link has come; it never goes back."""

    CREATED = "created"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    USED = "used"


class Step(StrEnum):
    """What a link wants now."""

    NOTHING = "nothing"
    RESEND = "resend"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Link:
    """One link; every moment is None until it happened.

    ``phone`` is the order's own number; of ``NUMBER``, which has no ``waybill``, the calling one.
    """

    link_id: str
    purpose: Purpose
    waybill: str
    phone: str
    call_id: str
    created_at: datetime
    expires_at: datetime
    order_id: str | None = None
    lines: tuple[str, ...] = ()
    sends: int = 0  # texts that were handed to the gateway
    sent_at: datetime | None = None  # the gateway's last receipt
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    used_at: datetime | None = None
    call_wanted_at: datetime | None = None

    @property
    def state(self) -> LinkState:
        """The furthest state that was reached; reports may come in any order."""
        if self.used_at is not None:
            return LinkState.USED
        if self.opened_at is not None:
            return LinkState.OPENED
        if self.delivered_at is not None:
            return LinkState.DELIVERED
        return LinkState.SENT if self.sent_at is not None else LinkState.CREATED

    def is_open_to(self, now: datetime) -> bool:
        """Whether the page may still be used."""
        return now < self.expires_at


@dataclass(frozen=True, slots=True)
class Use:
    """What a caller handed in: fields of a form, or photos by their sha256."""

    use_id: str
    link: Link
    at: datetime
    fields: dict[str, str] = field(default_factory=dict)
    photos: tuple[str, ...] = ()


def next_step(link: Link, now: datetime, *, unopened: timedelta = UNOPENED) -> Step:
    """Decide what an unopened link wants: one more text after a while, then a call.

    Args:
        link: the link.
        now: the present moment.
        unopened: how long to wait after each text.
    """
    if link.purpose is Purpose.NUMBER:
        return Step.NOTHING  # it helps the call it was sent from, or nobody
    if link.sent_at is None or link.opened_at or link.used_at or link.call_wanted_at or not link.is_open_to(now):
        return Step.NOTHING
    if now - link.sent_at < unopened:
        return Step.NOTHING
    return Step.RESEND if link.sends <= 1 else Step.CALL
