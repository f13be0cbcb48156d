"""One step under construction: what scenes read, say, ask and start.

A ``Turn`` lives within a single call of ``step``; what leaves it is a frozen state and a tuple of effects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dialog.engine.questions import OPEN
from dialog.engine.state import Asked, Choice, DialogueState, Phase, Question, Remark, Topic
from dialog.facts import View
from dialog.identity import Item, Leave
from dialog.protocol import (
    AskModel,
    CallStarted,
    CheckCode,
    CodeChecked,
    CodeSent,
    Effect,
    EndCall,
    Expectation,
    ExpectKind,
    Heard,
    LinkDone,
    LookUp,
    LookupDone,
    Note,
    OpenOrder,
    OrderDone,
    Remember,
    Say,
    SendCode,
    SendLink,
    Sentence,
    StopRecording,
)
from dialog.wording import check
from logistics_client.vocabulary import CallerClass, OrderKind, Parcel, WorkOrder

if TYPE_CHECKING:
    from dialog.engine.dialogue import Dialogue


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller answered; only what fits the question is set."""

    text: str = ""
    yes: bool | None = None
    choice: str | None = None
    digits: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False  # a number that is not whole yet; the question stays in the air


class Turn:
    """Reads and writes one step of one call.

    Args:
        dialogue: the configuration of the hotline.
        state: the state before the step.
    """

    def __init__(self, dialogue: Dialogue, state: DialogueState) -> None:
        self.dialogue = dialogue
        self.state = state
        self.answer = Answer()
        self.found: LookupDone | None = None
        self.ordered: OrderDone | None = None
        self.link: LinkDone | None = None
        self.code_sent: CodeSent | None = None
        self.code_checked: CodeChecked | None = None
        self.asked = False
        self.hold = True  # words wait for the answer of a request
        self.interruptible = True
        self.chain = False  # the end of these words starts the opening
        self.patience: float | None = None  # seconds of silence allowed, when not the question's own
        self._notes: list[Note] = []
        self._requests: list[Effect] = []
        self._sentences: list[Sentence] = []
        self._last: list[Effect] = []

    # --- reading ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Time of the event."""
        assert self.state.now is not None  # set before the first scene runs
        return self.state.now

    @property
    def call(self) -> CallStarted:
        """How the call began: caller, hotline, staffing."""
        assert self.state.started is not None  # set before the first scene runs
        return self.state.started

    @property
    def topic(self) -> Topic:
        """The matter at work."""
        assert self.state.topic is not None  # scenes run only as the top of the stack
        return self.state.topic

    @property
    def memory(self) -> Mapping[str, str]:
        """What this matter remembers."""
        return self.topic.memory

    @property
    def parcel(self) -> Parcel | None:
        """The parcel of this matter."""
        return self.state.parcel(self.waybill)

    @property
    def own_parcel(self) -> Parcel:
        """The parcel of this matter, in a scene that needs one: it is begun with its parcel only."""
        parcel = self.parcel
        assert parcel is not None  # see ``flow``: without one the scene ``identify`` comes first
        return parcel

    @property
    def waybill(self) -> str | None:
        """Waybill of this matter, else the one in focus."""
        topic = self.state.topic
        return (topic.waybill if topic is not None else None) or self.state.focus

    @property
    def caller_class(self) -> CallerClass:
        """The caller's row in the who-may-hear table towards this parcel."""
        return self.class_for(self.waybill)

    def class_for(self, waybill: str | None) -> CallerClass:
        """The caller's row in the who-may-hear table towards a parcel."""
        return self.state.class_towards(waybill)

    def may(self, item: Item) -> Leave:
        """What the caller may hear or do about this parcel."""
        return self.dialogue.rights.of(self.caller_class, item)

    def running(self, *kinds: OrderKind) -> WorkOrder | None:
        """The newest running order of this parcel, of these kinds (any kind when none is named)."""
        orders = [order for order in self.orders() if order.status.is_running and (not kinds or order.kind in kinds)]
        return max(orders, key=lambda order: order.opened_at, default=None)

    def orders(self) -> tuple[WorkOrder, ...]:
        """All known orders of this parcel."""
        waybill = self.waybill
        return tuple(order for order in self.state.orders if waybill is None or order.waybill == waybill)

    def view(self, order: WorkOrder | None = None, waybill: str | None = None) -> View:
        """What sentences are about now."""
        topic, call = self.state.topic, self.call
        about = waybill or self.waybill
        order = order or self.state.order(topic.order_id if topic else None)
        return View(
            now=self.now,
            hotline=call.hotline,
            staffing=call.staffing,
            caller=call.caller,
            caller_class=self.class_for(about),
            rights=self.dialogue.rights,
            settings=self.dialogue.settings,
            parcel=self.state.parcel(about),
            order=order,
            parcels=self.state.parcels,
            bulletins=call.caller.bulletins,
            memory=topic.memory if topic else {},
            queued=self.state.queued,
            knowledge=self.dialogue.knowledge.answer(topic.memory.get("knowledge")) if topic else None,
        )

    def knows(self, wording: str) -> bool:
        """Whether a sentence could be said with what is known and allowed."""
        return self.dialogue.wording[wording].render(self.view(), 0) is not None

    # --- saying -------------------------------------------------------------------------------------------------

    def say(self, name: str, *, order: WorkOrder | None = None, waybill: str | None = None) -> bool:
        """Add a sentence; False when a fact it needs has no source or is not for this caller."""
        view = self.view(order, waybill)
        said = dict(self.state.said)
        sentence = self.dialogue.wording[name].render(view, said.get(name, 0))
        if sentence is None:
            return False
        refused = check(sentence, self.dialogue.wording, view)
        if refused is not None:
            self.note("fact_refused", wording=name, reason=refused)
            return False
        said[name] = said.get(name, 0) + 1
        self.change(said=said)
        self._sentences.append(sentence)
        return True

    def say_first(self, *names: str, order: WorkOrder | None = None) -> bool:
        """Say the first of these sentences that can be said."""
        return any(self.say(name, order=order) for name in names)

    def say_once(self, name: str) -> bool:
        """Say a sentence unless it was said before in this call."""
        return name not in self.state.said and self.say(name)

    def say_again(self, sentences: tuple[Sentence, ...]) -> None:
        """Repeat sentences that were rendered before."""
        self._sentences.extend(sentences)

    def has_said(self, prefix: str) -> bool:
        """Whether a sentence of this kind is among the words of this step."""
        return any(sentence.wording.startswith(prefix) for sentence in (*self.state.backlog, *self._sentences))

    @property
    def has_words(self) -> bool:
        """Whether something will be said in this step."""
        return bool(self._sentences or self.state.backlog)

    def ask(
        self,
        name: str,
        step: str,
        expect: Expectation = OPEN,
        *,
        choices: tuple[Choice, ...] = (),
        free: bool = False,
        sticky: bool = True,
    ) -> None:
        """Ask a question; the topic's ``step`` takes the answer."""
        expect = replace(expect, name=name, no_input_s=expect.no_input_s or self.dialogue.settings.no_input_s)
        self.put(Question(name, step, expect, choices, free, sticky))

    def put(self, question: Question, wording: str | None = None) -> None:
        """Put a question, in its own words or in others."""
        if not self.say(wording or question.name):
            self.say("ask.fallback")
        self.keep_asking(question)

    def keep_asking(self, question: Question) -> None:
        """Leave a question in the air without saying its words."""
        self.update(question=question)
        self.asked = True

    # --- doing --------------------------------------------------------------------------------------------------

    def look_up(self, then: str, **fields: str | None) -> None:
        """Find parcels; the topic goes on at ``then``."""
        request_id = self._wait(then)
        self._requests.append(LookUp(request_id, **fields))

    def open_order(self, kind: OrderKind, then: str, **details: str) -> None:
        """Start a process for this parcel; the topic goes on at ``then``."""
        request_id = self._wait(then)
        self._requests.append(OpenOrder(request_id, kind, self.waybill, details))

    def send_link(self, purpose: str, then: str) -> None:
        """Send a link to the order's phone; the topic goes on at ``then``."""
        request_id = self._wait(then)
        self._requests.append(SendLink(request_id, purpose, self.waybill or ""))

    def send_number_link(self, then: str) -> None:
        """Send the calling phone a page to type a number on; the topic goes on at ``then``."""
        self._requests.append(SendLink(self._wait(then), "number", ""))

    def send_code(self, kind: OrderKind, then: str) -> None:
        """Text a code to the order's phone, which allows one order of this kind; the topic goes on at ``then``."""
        request_id = self._wait(then)
        self._requests.append(SendCode(request_id, kind, self.waybill or ""))

    def check_code(self, kind: OrderKind, said: str, then: str) -> None:
        """Have six digits compared with the code that was texted; the topic goes on at ``then``."""
        request_id = self._wait(then)
        self._requests.append(CheckCode(request_id, kind, self.waybill or "", said))

    def bind_number(self, waybill: str) -> None:
        """The caller proved to know this parcel; the next call from this number is greeted with it."""
        self._requests.append(Remember(waybill))

    def ask_model(self, event: Heard, offered: tuple[str, ...]) -> None:
        """Have a language model choose what an utterance below the line means; the step goes on with its answer."""
        asked = Asked(self.new_id("m"), event)
        self.change(asking=asked)
        last = self.state.last_say
        self._requests.append(AskModel(asked.request_id, event.text, offered, last.text if last else ""))

    def _wait(self, then: str) -> str:
        request_id = self.new_id("r")
        self.update(waiting=request_id, then=then)
        return request_id

    def stop_recording(self) -> None:
        """The caller refuses recording."""
        self._requests.append(StopRecording())
        self.change(recording=False)

    def last(self, effect: Effect) -> None:
        """Add an effect that comes after all words: a transfer or the end."""
        self._last.append(effect)

    def end(self, cause: str) -> None:
        """Hang up after the words."""
        self.last(EndCall(cause))
        self.change(phase=Phase.ENDED)

    def note(self, type_: str, **data: object) -> None:
        """Write an event for the ledger."""
        self._notes.append(Note(type_, {"turn": self.state.turn, **data}))

    def remark(self, text: str, confidence: float = 1.0) -> None:
        """Keep what the caller added, for the card."""
        if not any(text in remark.text for remark in self.state.remarks):
            kept = tuple(remark for remark in self.state.remarks if remark.text not in text)
            self.change(remarks=(*kept, Remark(self.state.turn, text, confidence)))

    # --- the stack ----------------------------------------------------------------------------------------------

    def change(self, **values: Any) -> None:
        """Replace fields of the state."""
        self.state = self.state.evolve(**values)

    def update(self, **values: Any) -> None:
        """Replace fields of the matter at work."""
        self.change(topics=(*self.state.topics[:-1], replace(self.topic, **values)))

    def remember(self, **values: str) -> None:
        """Add to what the matter remembers."""
        self.update(memory={**self.memory, **values})

    def begin(self, scene: str, *, intent: str = "", **memory: str) -> None:
        """Put another matter on top; a scene that is on the stack already starts anew there.

        Whatever begins takes the place of the opening that would have followed the greeting.
        """
        kept = tuple(topic for topic in self.state.topics if topic.scene != scene)
        topic = Topic(scene=scene, turn=self.state.turn, intent=intent, memory=memory)
        self.change(topics=(*kept, topic), after_say=None)

    def drop(self) -> None:
        """Forget the matter at work."""
        self.change(topics=self.state.topics[:-1])

    def new_id(self, prefix: str) -> str:
        """A fresh id within the call."""
        self.change(serial=self.state.serial + 1)
        return f"{prefix}{self.state.serial}"

    # --- the result ---------------------------------------------------------------------------------------------

    def finish(self) -> tuple[DialogueState, tuple[Effect, ...]]:
        """Close the step: words that must wait for a look-up are kept back, all else goes out."""
        words = (*self.state.backlog, *self._sentences)
        waits = self.state.topic is not None and self.state.topic.waiting is not None
        if waits and self.hold and not self.asked and not self._last and self.state.phase is Phase.TALKING:
            self.change(backlog=words)
            return self.state, (*self._notes, *self._requests)
        self.change(backlog=())
        speech: tuple[Effect, ...] = ()
        if words:
            say = Say(self.new_id("s"), words, self.expectation(), self.interruptible, self.state.slow)
            self.change(last_say=say, unheard=(), after_say=say.say_id if self.chain else self.state.after_say)
            speech = (say,)
        return self.state, (*self._notes, *self._requests, *speech, *self._last)

    def expectation(self) -> Expectation:
        """What the caller's next turn should be."""
        question = self.state.question
        if self.state.phase is not Phase.TALKING or self.chain:
            return Expectation(kind=ExpectKind.NOTHING)
        if question is None:
            return replace(OPEN, no_input_s=self.dialogue.settings.no_input_s)
        expect = replace(question.expect, candidates=self.candidates())
        return replace(expect, no_input_s=self.patience) if self.patience else expect

    def candidates(self) -> tuple[str, ...]:
        """Numbers that would make sense now: the caller's own parcels."""
        return tuple(parcel.waybill for parcel in self.state.parcels[:20])
