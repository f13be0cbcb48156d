"""The error tree of the room, by what a call can do about it.

::

    LogisticsError
    ├── NoDataYetError          the carrier knows no event (not picked up yet, or a wrong number)
    ├── NeedsPhoneTailError     the carrier wants the last four digits of the order's phone
    ├── BadNumberError          this can be no waybill of this carrier
    ├── NeedsMoreError          several parcels fit what was said; another word is needed
    ├── CarrierRefusedError     the carrier answered and said no (not allowed for this parcel or account)
    └── CarrierAwayError        nothing is known because we could not ask
        ├── RateLimitedError        our own bucket or the carrier's; try later
        ├── MisconfiguredError      key, digest, permission or balance: an operator has to act
        └── UnavailableError        time-out, 5xx, broken line, open circuit
            └── BadReplyError           a reply that cannot be trusted (truncated, hostile, too large)

Every error carries ``advice``: what the dialogue should do. It is a class attribute, so a scene decides by
the error's type and never by its text. The text is one sentence for operators; callers never hear it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Advice(StrEnum):
    """What the dialogue should do after an error."""

    SAY_NO_DATA = "say_no_data"  # 暂时查不到: re-check the number, offer to follow it up
    ASK_PHONE_TAIL = "ask_phone_tail"  # ask for the last four digits of the order's phone
    ASK_MORE = "ask_more"  # several parcels fit: ask for surname, district or the full number
    ASK_WAYBILL_AGAIN = "ask_waybill_again"  # the number was misheard or mistyped
    OFFER_ORDER = "offer_order"  # the carrier cannot do it by itself: open our own work order
    OFFER_PERSON = "offer_person"  # say so, offer a person or a call back; last known data may be used


class LogisticsError(Exception):
    """Base of all errors of this room.

    Args:
        message: one sentence that says what to do.
        carrier: our name of the carrier that was asked, when there was one.
        raw_code: the carrier's own code, kept for the ledger.
    """

    advice: ClassVar[Advice] = Advice.OFFER_PERSON
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, carrier: str | None = None, raw_code: str | None = None) -> None:
        super().__init__(message)
        self.carrier = carrier
        self.raw_code = raw_code


class NoDataYetError(LogisticsError):
    """The carrier has no event for this waybill: not picked up yet, or not its number."""

    advice = Advice.SAY_NO_DATA


class NeedsPhoneTailError(LogisticsError):
    """The carrier answers only with the last four digits of the sender's or receiver's phone."""

    advice = Advice.ASK_PHONE_TAIL


class BadNumberError(LogisticsError):
    """The number cannot be a waybill of this carrier."""

    advice = Advice.ASK_WAYBILL_AGAIN


class NeedsMoreError(LogisticsError):
    """Too many parcels fit what the caller said; naming them all would tell strangers' business."""

    advice = Advice.ASK_MORE


class CarrierRefusedError(LogisticsError):
    """The carrier answered and refused: unsupported, not our account, too late in the parcel's life."""

    advice = Advice.OFFER_ORDER


class CarrierAwayError(LogisticsError):
    """Nothing is known because the carrier could not be asked."""


class RateLimitedError(CarrierAwayError):
    """Too many requests, by our own token bucket or by the carrier.

    Args:
        message: one sentence that says what to do.
        retry_after_s: seconds until another request has a chance, when known.
        carrier: our name of the carrier.
        raw_code: the carrier's own code.
    """

    retryable = True

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        carrier: str | None = None,
        raw_code: str | None = None,
    ) -> None:
        super().__init__(message, carrier=carrier, raw_code=raw_code)
        self.retry_after_s = retry_after_s


class MisconfiguredError(CarrierAwayError):
    """Key, digest, permission, balance or clock is wrong; an operator has to act."""


class UnavailableError(CarrierAwayError):
    """Time-out, server error, broken connection or open circuit."""

    retryable = True


class BadReplyError(UnavailableError):
    """The reply cannot be trusted: truncated, not what was asked for, hostile or too large."""

    retryable = False
