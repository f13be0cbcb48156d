"""The state of one call: plain frozen values, written to JSON and back, so that a dropped call goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dialog.engine.codec import decode, encode
from dialog.protocol import CallStarted, Expectation, Heard, Say, Sentence
from logistics_client.vocabulary import CallerClass, Parcel, WorkOrder


class Phase(StrEnum):
    """Who leads the call."""

    NEW = "new"
    TALKING = "talking"
    TRANSFERRING = "transferring"
    BRIDGED = "bridged"  # a person speaks; the dialogue only listens
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a choice question: its name, its key and words that mean it."""

    name: str
    key: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question in the air; ``name`` is also the wording that asks it."""

    name: str
    step: str  # the topic's step that takes the answer
    expect: Expectation
    choices: tuple[Choice, ...] = ()
    free: bool = False  # any words are an answer
    sticky: bool = True  # asked again when the caller comes back from a digression
    tries: int = 0  # times it was asked again


@dataclass(frozen=True, slots=True)
class Topic:
    """One matter on the stack: a scene at work on one parcel."""

    scene: str
    turn: int = 0  # caller turn that opened it
    intent: str = ""
    waybill: str | None = None
    order_id: str | None = None
    memory: Mapping[str, str] = field(default_factory=dict)
    question: Question | None = None
    waiting: str | None = None  # request that has to be answered first
    then: str = ""  # step that takes the answer of that request
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A further wish from the same breath, served in order."""

    intent: str
    slots: Mapping[str, str]
    turn: int


@dataclass(frozen=True, slots=True)
class HeardTurn:
    """One caller turn as it was understood."""

    turn: int
    at: datetime
    text: str
    intents: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Queued:
    """A place in the queue for a person; ``told_at`` is when the caller last heard of it."""

    request_id: str
    position: int | None = None  # from 1
    estimate_s: int | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An utterance below the line that a language model is asked about."""

    request_id: str
    heard: Heard


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the caller added (补充信息), or said and was not confirmed (未确认项)."""

    turn: int
    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Deed:
    """A process that this call started or found running."""

    order_id: str
    turn: int
    new: bool


# Classes that a parcel's owner does not change.
_SAME_TO_ALL = (CallerClass.STAFF, CallerClass.BLOCKED, CallerClass.LINE_TEST, CallerClass.SHARED)


@dataclass(frozen=True)
class DialogueState:
    """Everything the dialogue remembers of a call."""

    phase: Phase = Phase.NEW
    now: datetime | None = None
    started: CallStarted | None = None
    serial: int = 0  # source of say and request ids
    turn: int = 0
    topics: tuple[Topic, ...] = ()
    queue: tuple[Wanted, ...] = ()
    backlog: tuple[Sentence, ...] = ()  # rendered, waiting for a look-up or an order
    parcels: tuple[Parcel, ...] = ()
    classes: Mapping[str, CallerClass] = field(default_factory=dict)  # by waybill, where it differs from the caller's
    orders: tuple[WorkOrder, ...] = ()
    focus: str | None = None
    passed: tuple[str, ...] = ()  # waybills the caller said no to
    heard: tuple[HeardTurn, ...] = ()
    remarks: tuple[Remark, ...] = ()
    unconfirmed: tuple[Remark, ...] = ()
    deeds: tuple[Deed, ...] = ()
    links: tuple[str, ...] = ()
    served: tuple[str, ...] = ()  # scenes begun, oldest first
    said: Mapping[str, int] = field(default_factory=dict)
    misses: int = 0  # turns in a row without sense
    trouble: int = 0  # all turns without sense or sound
    active: bool = False  # the caller spoke or pressed a key
    insults: int = 0
    emotion: str = "neutral"
    slow: bool = False
    keyed: str = ""  # digits pressed so far
    pieces: tuple[Heard, ...] = ()  # turns in which a number was spoken so far
    asking: Asked | None = None
    last_say: Say | None = None
    unheard: tuple[Sentence, ...] = ()
    after_say: str | None = None  # say id whose end starts the opening
    attempts: int = 0  # transfers tried
    transfer_reason: str = ""
    queued: Queued | None = None  # waits for a person while the dialogue goes on
    helper: bool = False
    recording: bool = True
    proven: tuple[str, ...] = ()  # what the order's phone confirmed: "intercept:<waybill>"; not kept for a redial
    over: bool = False  # the line is gone; the phase stays, so that a redial goes on there

    @property
    def topic(self) -> Topic | None:
        """The matter being talked about."""
        return self.topics[-1] if self.topics else None

    @property
    def question(self) -> Question | None:
        """The question in the air."""
        return self.topic.question if self.topic else None

    @property
    def own_waybills(self) -> frozenset[str]:
        """Parcels that belong to the calling number."""
        return frozenset(parcel.waybill for parcel in self.started.caller.parcels) if self.started else frozenset()

    def parcel(self, waybill: str | None) -> Parcel | None:
        """Find a known parcel."""
        return next((parcel for parcel in self.parcels if parcel.waybill == waybill), None)

    def order(self, order_id: str | None) -> WorkOrder | None:
        """Find a known work order."""
        return next((order for order in self.orders if order.order_id == order_id), None)

    def evolve(self, **values: object) -> DialogueState:
        """Return a copy with some fields replaced.

        A step changes the state some twenty times; ``dataclasses.replace`` reads all forty fields each time, which
        was half of a step's cost.
        """
        unknown = values.keys() - self.__dict__.keys()
        if unknown:
            raise TypeError(f"the state has no {', '.join(sorted(unknown))}")
        copy = object.__new__(DialogueState)
        copy.__dict__.update(self.__dict__)
        copy.__dict__.update(values)
        return copy

    def class_towards(self, waybill: str | None) -> CallerClass:
        """The caller's row in the who-may-hear table towards a parcel.

        The number proves something about its own parcels only: a receiver is a stranger to everybody else's.
        """
        known = self.started.caller.caller_class if self.started else CallerClass.UNKNOWN
        if self.helper:
            return CallerClass.HELPER
        if waybill is None or waybill in self.own_waybills:
            return known
        stranger = known if known in _SAME_TO_ALL else CallerClass.UNKNOWN
        return self.classes.get(waybill, stranger)

    def to_json(self) -> dict[str, object]:
        """Write the state as JSON values, without what must not outlive the call: proofs, and a code half said."""
        question = self.question
        secret = question is not None and question.expect.secret
        return dict(encode(self.evolve(proven=(), **({"keyed": "", "pieces": ()} if secret else {}))))

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> DialogueState:
        """Read a state back.

        Raises:
            ValueError: this is no stored state.
        """
        return decode(cls, dict(data))
