"""What is to be done: effects that the running call carries out for the dialogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from dialog.protocol.call import Expectation
from logistics_client.vocabulary import OrderKind


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
    expect: Expectation = field(default_factory=Expectation)
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
    """Send a signed link to the order's phone; that to type a ``number`` has no waybill and goes to the caller's."""

    request_id: str
    purpose: str  # photo | pod_photo | address | intercept | customs | merchant | number
    waybill: str


@dataclass(frozen=True, slots=True)
class SendCode:
    """Text a one-time code to the order's phone; it allows one order of this kind for this parcel."""

    request_id: str
    kind: OrderKind
    waybill: str


@dataclass(frozen=True, slots=True)
class CheckCode:
    """Ask whether these are the digits that were texted; ``said`` is a secret and is shown nowhere."""

    request_id: str
    kind: OrderKind
    waybill: str
    said: str = field(repr=False)


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
    Say
    | LookUp
    | OpenOrder
    | SendLink
    | SendCode
    | CheckCode
    | Remember
    | AskModel
    | Transfer
    | LeaveQueue
    | EndCall
    | StopRecording
    | Note
)
