"""What goes into the dialogue and what comes out: ``step(state, event) -> (state, effects)``.

The running call (``voice``) turns sound, keys and look-ups into events, and runs the effects. Nothing here knows how.
All times are zone-aware; ``request_id`` ties an answer to the effect that asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from logistics_client.vocabulary import Bulletin, CallerProfile, OrderKind, Parcel, WorkOrder


@dataclass(frozen=True, slots=True)
class HotlineProfile:
    """The hotline that the called number chose (``config/hotlines.yaml``)."""

    name: str
    brand: str
    called: str
    greeting: str
    skills: tuple[str, ...] = ("general",)
    agent_name: str = "人工客服"


@dataclass(frozen=True, slots=True)
class Staffing:
    """Whether a person can be reached now, and what to say when not."""

    open_now: bool
    person_reachable: bool
    wait_s: int | None = None  # honest estimate; None when unknown
    opens_at: datetime | None = None
    contacts: bool = False  # whether outlets and couriers can be rung through a line that hides both numbers


class ExpectKind(StrEnum):
    """What kind of answer the last question asks for; turn-taking and understanding both depend on it."""

    NOTHING = "nothing"
    OPEN = "open"
    YES_NO = "yes_no"
    CHOICE = "choice"
    DIGITS = "digits"  # a short number: tail, code, key answer
    NUMBER = "number"  # a waybill or phone number, in pieces


@dataclass(frozen=True, slots=True)
class Expectation:
    """The question in the air.

    ``candidates`` are the numbers that would make sense (the caller's own parcels), used to bias hearing.
    While ``keys`` is "digits", 0 is a digit and ``*`` is a person; else 0 is a person.
    """

    kind: ExpectKind = ExpectKind.OPEN
    name: str = ""  # the question's own name, e.g. "confirm_parcel"
    min_digits: int = 0
    max_digits: int = 0
    candidates: tuple[str, ...] = ()
    keys: str = "menu"
    no_input_s: float = 8.0


# --- events -----------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """News of a ``Transfer``; ``position`` (from 1) and ``estimate_s`` go with ``QUEUED``, None is unknown."""

    at: datetime
    request_id: str
    outcome: TransferOutcome
    position: int | None = None
    estimate_s: int | None = None


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
    | TransferProgress
    | ModelAnswered
    | BulletinsChanged
    | RecogniserLost
    | CallOver
)

# --- effects ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """One spoken value and where it comes from (``parcel.stage``, ``order.promise``, ``config.hours`` ...)."""

    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence to speak; ``private`` text never leaves the machine (names, addresses, full numbers)."""

    text: str
    wording: str  # "track.where@3": id and version in the wording files
    facts: tuple[Fact, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Speak, then wait for the answer that ``expect`` names; it follows what is being said, only callers interrupt."""

    say_id: str
    sentences: tuple[Sentence, ...]
    expect: Expectation = Expectation()
    interruptible: bool = True
    slow: bool = False

    @property
    def text(self) -> str:
        """The sentences as one text."""
        return "".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find parcels; exactly the fields that the caller gave are set."""

    request_id: str
    waybill: str | None = None
    waybill_tail: str | None = None
    phone: str | None = None
    phone_tail: str | None = None
    order_no: str | None = None
    surname: str | None = None


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """Start a process; runs outside the cancellable turn and is idempotent."""

    request_id: str
    kind: OrderKind
    waybill: str | None
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendLink:
    """Send a signed link to the order's phone."""

    request_id: str
    purpose: str  # photo | pod_photo | address | customs | merchant
    waybill: str


@dataclass(frozen=True, slots=True)
class Remember:
    """The caller proved to know this parcel: the calling number is bound to it from now on; no answer."""

    waybill: str


@dataclass(frozen=True, slots=True)
class AskModel:
    """Ask the language model what an utterance below the line means; ``offered`` are the intents it may choose."""

    request_id: str
    text: str
    offered: tuple[str, ...]
    question: str = ""


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of the hand-over card; ``turn`` is the caller turn it came from (0: known before the call)."""

    label: str
    text: str
    turn: int = 0
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class HandoverCard:
    """What the agent sees before the phone rings."""

    request: str  # 用户诉求
    processes: tuple[CardLine, ...] = ()  # 已触发流程
    notes: tuple[CardLine, ...] = ()  # 补充信息
    trace: tuple[CardLine, ...] = ()  # 轨迹
    promises: tuple[CardLine, ...] = ()  # 已承诺
    emotion: str = "neutral"  # 情绪
    unconfirmed: tuple[CardLine, ...] = ()  # 未确认项
    next_steps: tuple[str, ...] = ()  # 建议下一步
    identity: str = "unknown"  # 可告知 / 不可告知 / 可办理 badge
    intent: str = ""
    waybill: str | None = None
    whisper: str = ""  # at most about 20 characters, spoken to the agent


@dataclass(frozen=True, slots=True)
class Transfer:
    """Reach a person; the card is pushed before the phone rings."""

    request_id: str
    reason: str
    skill: str
    card: HandoverCard


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """The caller does not wait for the person any longer; ``request_id`` is that of the ``Transfer``."""

    request_id: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up after what is being said has been played."""

    cause: str


@dataclass(frozen=True, slots=True)
class StopRecording:
    """The caller refused recording: stop and purge; service goes on."""


@dataclass(frozen=True, slots=True)
class Note:
    """An event for the ledger, e.g. ``intent`` or ``no_match``."""

    type: str
    data: dict[str, object] = field(default_factory=dict)


Effect: TypeAlias = (
    Say | LookUp | OpenOrder | SendLink | Remember | AskModel | Transfer | LeaveQueue | EndCall | StopRecording | Note
)
