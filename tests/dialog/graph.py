"""Walks the whole dialogue: every event in every situation, until no new situation turns up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias

from dialog.engine import Dialogue, DialogueState, Phase
from dialog.engine.ports import Captured
from dialog.engine.scene import Scene, Step
from dialog.engine.turn import Turn
from dialog.protocol import (
    CallStarted,
    CheckCode,
    CodeChecked,
    CodeSent,
    Effect,
    Event,
    Expectation,
    Heard,
    HotlineProfile,
    KeyPressed,
    LinkDone,
    LookUp,
    LookupDone,
    NoInput,
    NoMatch,
    NumberTyped,
    OpenOrder,
    OrderDone,
    RecogniserLost,
    Say,
    SendCode,
    SendLink,
    SpeechEnded,
    Staffing,
    TransferOutcome,
    TransferProgress,
)
from dialog.understanding import ALL_INTENTS, IntentScore, Understanding
from logistics_client.vocabulary import CallerProfile, CodeCheck, OrderKind, OrderStatus, WorkOrder
from tests.dialog.parcels import NOON, unknown_parcel
from tests.dialog.world import World

Asking: TypeAlias = LookUp | OpenOrder | SendLink | SendCode | CheckCode
_ANSWERS = ("affirm", "deny", "bye")
_MANNERS = ("backchannel", "repeat", "slower", "hold", "abuse", "no_recording", "out_of_domain")
_WISHES = tuple(intent for intent in ALL_INTENTS if intent not in (*_ANSWERS, *_MANNERS))
_NUMBERS = ("8850026914470", "3679", "13900000000", "9999", "246810")


def understand(text: str, expect: Expectation, *, candidates: object = (), confidence: float = 1.0) -> Understanding:
    """Read ``/intent`` as that intent; all else means nothing."""
    if text.startswith("/?"):
        ranked = tuple(IntentScore(name, 0.4) for name in text[2:].split("|"))
        return Understanding(text, (), ranked, {}, "neutral", 0.4)
    if text.startswith("/") and len(text) > 1:
        scores = (IntentScore(text[1:], 0.99),)
        return Understanding(text, scores, scores, {}, "neutral", 0.99)
    return Understanding(text)


@dataclass(frozen=True)
class Digits:
    digits: str
    complete: bool
    unsure: bool = False


def hear_number(pieces: tuple[Heard, ...], expect: Expectation) -> Captured:
    digits = "".join(char for piece in pieces for char in piece.text if char.isdigit())
    return Digits(digits, bool(digits))


@dataclass
class Walk:
    """What a walk found."""

    dialogue: Dialogue
    visited: set[tuple[str, str]] = field(default_factory=set)
    situations: dict[object, DialogueState] = field(default_factory=dict)
    says: list[tuple[DialogueState, Say]] = field(default_factory=list)
    met: set[str] = field(default_factory=set)  # questions at which manners were tried
    steps: int = 0

    def step(self, state: DialogueState, event: Event) -> tuple[DialogueState, tuple[Effect, ...]]:
        self.steps += 1
        after, effects = self.dialogue.step(state, event)
        self.says += [(after, effect) for effect in effects if isinstance(effect, Say)]
        return after, effects


def situation(state: DialogueState) -> object:
    """What makes two states the same place of the graph: matters, question, trouble, and who can be reached."""
    staffing = state.started.staffing if state.started else None
    top, parcel = state.topic, state.parcel(state.focus)
    matter = (top.scene, top.question.name if top.question else "", top.then, top.waiting is not None) if top else ()
    reachable = staffing.person_reachable if staffing else None
    stage = parcel.stage if parcel else None
    queued = state.queued is not None
    return state.phase, matter, min(state.misses, 2), state.attempts, reachable, stage, queued


def watched(dialogue: Dialogue, visited: set[tuple[str, str]]) -> Dialogue:
    """The same dialogue, noting which steps run."""

    def note(scene: str, name: str, step: Step) -> Step:
        def run(t: Turn) -> None:
            visited.add((scene, name))
            step(t)

        return run

    def watch(scene: Scene) -> Scene:
        steps = {name: note(scene.name, name, step) for name, step in scene.steps.items()}
        return replace(scene, begin=note(scene.name, "begin", scene.begin), steps=steps)

    scenes = {name: watch(scene) for name, scene in dialogue.scenes.items()}
    return replace(dialogue, scenes=scenes, understand=understand, hear_number=hear_number)


def walk(dialogue: Dialogue, callers: tuple[CallerProfile, ...], *, limit: int, only: tuple[str, ...] = ()) -> Walk:
    """Explore from every given caller, with people and without.

    With ``only`` these are the callers' only wishes, and outlets and couriers can be rung.
    """
    visited: set[tuple[str, str]] = set()
    found = Walk(watched(dialogue, visited), visited)
    queue: deque[DialogueState] = deque()
    for caller in callers:
        for person in (True, False):
            state, _ = found.step(found.dialogue.initial(), _ringing(caller, person, bool(only)))
            queue.append(state)
    while queue and found.steps < limit:
        state = queue.popleft()
        for event in _events(found, state, only or _WISHES):
            after, effects = found.step(state, event)
            for settled in _answered(found, after, effects):
                key = situation(settled)
                if key not in found.situations:
                    found.situations[key] = settled
                    queue.append(settled)
    return found


def _ringing(caller: CallerProfile, person: bool, contacts: bool) -> CallStarted:
    opens = None if person else NOON + timedelta(hours=20)
    hotline = HotlineProfile("main", "云雀快递", "95000", "")
    return CallStarted(NOON, "c1", caller, hotline, Staffing(person, person, 30 if person else None, opens, contacts))


def _events(found: Walk, state: DialogueState, wishes: tuple[str, ...]) -> Iterator[Event]:
    now = NOON
    if state.phase is Phase.ENDED:
        return
    if state.after_say is not None:
        yield SpeechEnded(now, state.after_say, "", False)
        yield from (NoInput(now), NoMatch(now), RecogniserLost(now), Heard(now, "/human"))
        yield from (KeyPressed(now, key) for key in "01*#")
        return
    if state.phase in (Phase.TRANSFERRING, Phase.BRIDGED):
        yield from (TransferProgress(now, "t", outcome) for outcome in TransferOutcome)
        yield TransferProgress(now, "t", TransferOutcome.QUEUED, 4, 600)
    question = state.question
    yield from (Heard(now, f"/{intent}") for intent in ("human", *_ANSWERS))
    yield from (NoInput(now), NoMatch(now))
    name = question.name if question else ""
    if name not in found.met:
        found.met.add(name)
        yield RecogniserLost(now)
        yield from (Heard(now, f"/{intent}") for intent in _MANNERS)
        yield from (Heard(now, word) for word in ("/?track|urge_delivery", "只是说说"))
        yield from (KeyPressed(now, key) for key in "01*#")
    if name == "identify.typing":
        yield from (NumberTyped(now, number) for number in _NUMBERS)
    if question is not None and not question.sticky:
        yield from (Heard(now, f"/{intent}") for intent in wishes)
    if question is not None and question.expect.keys == "digits":
        yield from (Heard(now, number) for number in _NUMBERS)
    if question is not None and question.free:
        yield from (Heard(now, words) for words in ("江夏区光谷大道旁边", "246810"))
    if question is not None:
        yield from (KeyPressed(now, choice.key) for choice in question.choices)


def _answered(found: Walk, state: DialogueState, effects: tuple[Effect, ...]) -> Iterator[DialogueState]:
    """Every way in which the outside world may answer the requests of a step."""
    request = next((e for e in effects if isinstance(e, Asking)), None)
    if request is None:
        yield state
        return
    for reply in _replies(request):
        after, more = found.step(state, reply)
        yield from _answered(found, after, more)


def _replies(request: Asking) -> Iterator[Event]:
    now, request_id = NOON, request.request_id
    match request:
        case LookUp():
            one = unknown_parcel(now)
            two = replace(one, waybill="YQ8850026914471")
            three = replace(one, waybill="YQ8850036914470")
            yield LookupDone(now, request_id, (one,))
            yield LookupDone(now, request_id, (one, two))
            yield LookupDone(now, request_id, (one, three))
            yield LookupDone(now, request_id, (one, two, three))
            yield LookupDone(now, request_id, ())
            for error in ("NeedsPhoneTailError", "UnavailableError", "BadNumberError"):
                yield LookupDone(now, request_id, (), error)
        case OpenOrder():
            world = World()
            reply = world.reply(request, now)
            assert isinstance(reply, OrderDone)
            yield reply
            yield replace(reply, new=False)
            yield OrderDone(now, request_id, None, False, "UnavailableError")
        case SendCode():
            yield CodeSent(now, request_id, "8000")
            yield CodeSent(now, request_id)
        case CheckCode():
            yield from (CodeChecked(now, request_id, outcome) for outcome in (*CodeCheck, None))
        case SendLink():
            yield LinkDone(now, request_id, True)
            yield LinkDone(now, request_id, False)


def closed_order(waybill: str) -> WorkOrder:
    """An order with its result, for the follow-up scene."""
    return WorkOrder(
        "W9",
        OrderKind.OUTLET_CHECK,
        waybill,
        NOON - timedelta(hours=5),
        OrderStatus.RESULTED,
        outcome="快递员放在了门卫处",
    )
