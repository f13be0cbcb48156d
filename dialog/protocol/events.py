"""What happens: events that the running call gives to the dialogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from dialog.protocol.call import HotlineProfile, Staffing
from logistics_client.vocabulary import Bulletin, CallerProfile, CodeCheck, Parcel, WorkOrder


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The caller is on the line and the number was looked up (or could not be)."""

    at: datetime
    call_id: str
    caller: CallerProfile
    hotline: HotlineProfile
    staffing: Staffing


@dataclass(frozen=True, slots=True)
class HeardToken:
    """One recognised character with its confidence, 0..1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Heard:
    """One finished turn of the caller."""

    at: datetime
    text: str
    confidence: float = 1.0
    tokens: tuple[HeardToken, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """One DTMF key: 0-9, ``*`` or ``#``."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller said nothing for the time that the expectation allows."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Sound that was no speech we could read: noise, a rejected hypothesis."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """A ``Say`` was played out or stopped; ``heard`` is what really reached the caller."""

    at: datetime
    say_id: str
    heard: str
    interrupted: bool


@dataclass(frozen=True, slots=True)
class LookupDone:
    """Answer to ``LookUp``; ``error`` is the name of the logistics error, None when it worked."""

    at: datetime
    request_id: str
    parcels: tuple[Parcel, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class OrderDone:
    """Answer to ``OpenOrder``; ``new`` is False when a running order was found."""

    at: datetime
    request_id: str
    order: WorkOrder | None = None
    new: bool = True
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LinkDone:
    """Answer to ``SendLink``: only True means that the gateway gave its receipt."""

    at: datetime
    request_id: str
    sent: bool


@dataclass(frozen=True, slots=True)
class CodeSent:
    """Answer to ``SendCode``; ``phone_tail`` is where the gateway's receipt says it went, None without a receipt."""

    at: datetime
    request_id: str
    phone_tail: str | None = None


@dataclass(frozen=True, slots=True)
class CodeChecked:
    """Answer to ``CheckCode``; ``outcome`` None means that nobody can tell now."""

    at: datetime
    request_id: str
    outcome: CodeCheck | None


class TransferOutcome(StrEnum):
    """How one attempt to reach a person went."""

    QUEUED = "queued"  # nobody is free; the caller waits in the queue and the bot goes on working
    RINGING = "ringing"
    BRIDGED = "bridged"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    FAILED = "failed"
    ENDED = "ended"  # the person hung up first or gave the caller back
    UNAVAILABLE = "unavailable"
    LOST = "lost"  # the line to an outlet or a courier broke while both talked


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """News of a ``Transfer``; ``position`` (from 1) and ``estimate_s`` go with ``QUEUED``, None is unknown."""

    at: datetime
    request_id: str
    outcome: TransferOutcome
    position: int | None = None
    estimate_s: int | None = None


@dataclass(frozen=True, slots=True)
class NumberTyped:
    """The caller typed a waybill on the page of a ``number`` link; it proves no more than a spoken one."""

    at: datetime
    number: str


@dataclass(frozen=True, slots=True)
class ModelAnswered:
    """Answer to ``AskModel``; ``reply`` is what it wrote, None when it was late, away or not asked."""

    at: datetime
    request_id: str
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class BulletinsChanged:
    """Operations published or withdrew a notice during the call; what is in force now."""

    at: datetime
    bulletins: tuple[Bulletin, ...]


@dataclass(frozen=True, slots=True)
class RecogniserLost:
    """Hearing is away for a moment; keys still work."""

    at: datetime


@dataclass(frozen=True, slots=True)
class CallOver:
    """The caller hung up, or the line broke."""

    at: datetime


Event: TypeAlias = (
    CallStarted
    | Heard
    | KeyPressed
    | NoInput
    | NoMatch
    | SpeechEnded
    | LookupDone
    | OrderDone
    | LinkDone
    | CodeSent
    | CodeChecked
    | NumberTyped
    | TransferProgress
    | ModelAnswered
    | BulletinsChanged
    | RecogniserLost
    | CallOver
)
