"""Scripted conversations: what a caller does, and what has to come of it, in virtual time.

A script is one YAML file of ``tests/calls``; ``play`` is a generator that yields every effect and is sent the answer of
the outside world for those that need one, so that the same files run against parcels in a test, against the sandbox
carrier (``hotline chat --script``) and as words for a real call (``hotline call --script``)::

    title: stuck at a hub, one parcel
    from: "13800138000"
    at: 2026-11-22T12:00:00+08:00
    turns:
      - say: 我的快递到哪了
        intents: [track]
        facts: [parcel.next_move]
    expect:
      final: talking
      orders: []
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from dialog.engine import Dialogue, DialogueState, Phase
from dialog.located_yaml import Located, read
from dialog.protocol import (
    CallOver,
    CallStarted,
    CodeChecked,
    CodeSent,
    Effect,
    EndCall,
    Event,
    Heard,
    HotlineProfile,
    KeyPressed,
    LinkDone,
    LookUp,
    LookupDone,
    NoInput,
    NoMatch,
    Note,
    NumberTyped,
    OpenOrder,
    OrderDone,
    RecogniserLost,
    Say,
    SendLink,
    SpeechEnded,
    Staffing,
    Transfer,
    TransferOutcome,
    TransferProgress,
)
from logistics_client.vocabulary import CallerProfile

_TURN = timedelta(seconds=8)  # virtual time that one exchange takes
_ROOT = (
    "title", "from", "at", "person", "contacts", "texts", "transfers", "calls_24h", "kind",
    "opening", "turns", "expect",
)  # fmt: skip
_ACTIONS = ("say", "keys", "silence", "noise", "deaf", "drop", "hang_up", "wait", "interrupt", "progress", "typed")
_CHECKS = ("intents", "facts", "no_facts", "hear", "not_hear", "orders", "links")
_EXPECTED = ("final", "orders", "links", "transfers", "question", "contained", "facts", "remarks", "emotion")


@dataclass(frozen=True, slots=True)
class Identify:
    """The first request of a call: who is calling; answered with a ``CallerProfile``."""

    number: str | None
    at: datetime


Request: TypeAlias = Identify | Effect
Reply: TypeAlias = CallerProfile | LookupDone | OrderDone | LinkDone | CodeSent | CodeChecked | None

TEXTED_CODE = "246810"
"""What every phone of a script receives: whoever plays one takes these digits for right."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the caller does, and what this turn must bring."""

    line: int
    action: str
    text: str
    checks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """One conversation."""

    title: str
    file: str
    number: str | None
    at: datetime
    turns: tuple[Line, ...]
    opening: Mapping[str, tuple[str, ...]]
    expect: Mapping[str, tuple[str, ...]]
    person: bool = True
    contacts: bool = False  # whether outlets and couriers can be rung
    texts: bool = False  # whether the caller says back what was texted: ``TEXTED_CODE``
    transfers: tuple[str, ...] = ()  # outcome of each transfer in order; bridged when none is left
    calls_24h: int = 0
    kind: str = "routine"  # routine, hard or must_transfer: how the figures count it


@dataclass
class Report:
    """What came of a script; ``failures`` is empty when everything was as expected."""

    script: Script
    state: DialogueState
    said: list[tuple[str, str]] = field(default_factory=list)  # ("caller" or "bot", text)
    orders: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    transfers: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    survey: bool | None = None
    failures: list[str] = field(default_factory=list)

    @property
    def final(self) -> str:
        """How the call stands at the end: ended (by us), hung_up (by the caller), transferred or talking."""
        phase = self.state.phase
        if phase in (Phase.TRANSFERRING, Phase.BRIDGED):
            return "transferred"
        return "hung_up" if self.state.over and phase is not Phase.ENDED else phase.value

    @property
    def contained(self) -> bool:
        """Ended by the bot without a person, and not keyed as unsolved."""
        return not self.transfers and self.survey is not False


def parse_script(data: bytes, file: str) -> Script:
    """Read one script.

    Raises:
        ConfigError: with its line.
    """
    root = read(data, file)
    root.only(*_ROOT)
    at = root.need("at")
    try:
        moment = datetime.fromisoformat(at.text())
    except ValueError:
        at.fail("this is no time; write 2026-11-22T12:00:00+08:00")
    if moment.tzinfo is None:
        at.fail("the time has no zone; add +08:00")
    number, person, transfers = root.get("from"), root.get("person"), root.get("transfers")
    calls, kind = root.get("calls_24h"), root.get("kind")
    opening, expect = root.get("opening"), root.get("expect")
    return Script(
        title=root.need("title").text(),
        file=file,
        number=None if number is None or number.text() == "anonymous" else number.text(),
        at=moment,
        turns=tuple(_line(node) for node in root.need("turns").sequence()),
        opening=_checks(opening, _CHECKS) if opening else {},
        expect=_checks(expect, _EXPECTED) if expect else {},
        person=person is None or person.text() != "false",
        contacts=_is_set(root, "contacts"),
        texts=_is_set(root, "texts"),
        transfers=tuple(node.text() for node in transfers.sequence()) if transfers else (),
        calls_24h=calls.whole() if calls else 0,
        kind=kind.text() if kind else "routine",
    )


def _is_set(root: Located, name: str) -> bool:
    node = root.get(name)
    return node is not None and node.text() == "true"


def _line(node: Located) -> Line:
    node.only(*_ACTIONS, *_CHECKS)
    actions = [(key, value.text()) for key, value in node.items() if key in _ACTIONS]
    if len(actions) != 1:
        node.fail(f"a turn is one of {', '.join(_ACTIONS)}; write exactly one")
    action, text = actions[0]
    rest = _checks(node, (*_CHECKS, *_ACTIONS))
    return Line(node.line, action, text, {key: value for key, value in rest.items() if key in _CHECKS})


def _checks(node: Located, allowed: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    node.only(*allowed)
    found: dict[str, tuple[str, ...]] = {}
    for key, value in node.items():
        is_list = hasattr(value.node, "value") and isinstance(value.node.value, list)
        found[key] = tuple(entry.text() for entry in value.sequence()) if is_list else (value.text(),)
    return found


class Player:
    """Plays one script; ``run`` yields requests and is sent replies.

    Args:
        dialogue: the dialogue under test.
        script: the conversation.
        ear: what becomes of the caller's words on their way; None: they arrive as written.
        repeats: how often a caller says a line again that was not understood.
    """

    def __init__(
        self, dialogue: Dialogue, script: Script, *, ear: Callable[[Heard], Heard] | None = None, repeats: int = 0
    ) -> None:
        self._dialogue = dialogue
        self._script = script
        self._now = script.at
        self._report = Report(script, dialogue.initial())
        self._turn: dict[str, list[str]] = {}
        self._ear = ear
        self._repeats = repeats
        self._outcomes = list(script.transfers)
        self._transfer = ""

    def run(self) -> Generator[Request, Reply, Report]:
        """Play from ringing to the end."""
        yield from self._start({})
        self._check("opening", self._script.opening)
        for line in self._script.turns:
            self._turn = {}
            yield from self._act(line)
            self._check(f"line {line.line}", line.checks)
            self._now += _TURN
        self._check_end()
        return self._report

    def _start(self, dropped: dict[str, object]) -> Generator[Request, Reply, None]:
        profile = yield Identify(self._script.number, self._now)
        assert isinstance(profile, CallerProfile)  # the contract of Identify
        profile = replace(profile, dropped_state=dropped, calls_24h=profile.calls_24h or self._script.calls_24h)
        person = self._script.person
        staffing = Staffing(person, person, None, None if person else self._now + timedelta(hours=9))
        staffing = replace(staffing, contacts=self._script.contacts)
        hotline = HotlineProfile("main", "云雀快递", "95000", "")
        yield from self._feed(CallStarted(self._now, "script", profile, hotline, staffing))

    def _act(self, line: Line) -> Generator[Request, Reply, None]:
        now, text = self._now, line.text
        if line.action == "say":
            yield from self._say(text)
        elif line.action == "keys":
            self._report.said.append(("caller", f"[{text}]"))
            for key in text:
                yield from self._feed(KeyPressed(now, key))
        elif line.action == "drop":
            dropped = self._report.state.to_json()
            self._now += timedelta(minutes=int(text))
            self._report.state = self._dialogue.initial()
            yield from self._start(dropped)
        elif line.action == "progress":
            yield from self._feed(self._progress(text))
        elif line.action == "typed":
            yield from self._feed(NumberTyped(now, text))
        elif line.action == "wait":
            self._now += timedelta(minutes=int(text))
        elif line.action == "interrupt":
            last = self._report.state.last_say
            if last is not None:
                yield from self._feed(SpeechEnded(now, last.say_id, last.text[: int(text)], True))
        else:
            for event in self._silent_events(line):
                yield from self._feed(event)

    def _say(self, text: str) -> Generator[Request, Reply, None]:
        """Say a line; when it was not understood, say it again, as callers do."""
        for _ in range(1 + self._repeats):
            event = Heard(self._now, text)
            event = self._ear(event) if self._ear is not None else event
            self._report.said.append(("caller", event.text))
            self._turn.pop("missed", None)
            yield from self._feed(event)
            if "missed" not in self._turn:
                return

    def _silent_events(self, line: Line) -> list[Event]:
        now = self._now
        if line.action == "hang_up":
            return [CallOver(now)]
        if line.action == "deaf":
            return [RecogniserLost(now)]
        times = int(line.text)
        return [NoInput(now) if line.action == "silence" else NoMatch(now) for _ in range(times)]

    def _feed(self, event: Event) -> Generator[Request, Reply, None]:
        """One event and everything that follows from it."""
        waiting: list[Event] = [event]
        while waiting:
            self._report.state, effects = self._dialogue.step(self._report.state, waiting.pop(0))
            for effect in effects:
                reply = yield effect
                self._note(effect)
                if isinstance(reply, LookupDone | OrderDone | LinkDone | CodeSent | CodeChecked):
                    waiting.append(replace(reply, at=self._now))
                elif isinstance(effect, Say) and not effect.interruptible:
                    waiting.append(SpeechEnded(self._now, effect.say_id, effect.text, False))
                elif isinstance(effect, Transfer):
                    outcome = self._outcomes.pop(0) if self._outcomes else "bridged"
                    self._transfer = effect.request_id
                    waiting += [self._progress(name) for name in outcome.split("+")]

    def _progress(self, text: str) -> TransferProgress:
        """News of the last transfer: an outcome, with ``queued`` a position and an estimate in seconds."""
        outcome, *numbers = text.split()
        place = [int(number) for number in numbers] + [None, None]
        return TransferProgress(self._now, self._transfer, TransferOutcome(outcome), place[0], place[1])

    def _note(self, effect: Effect) -> None:
        report, turn = self._report, self._turn
        match effect:
            case Say():
                report.said.append(("bot", effect.text))
                turn.setdefault("hear", []).append(effect.text)
                names = [fact.source for sentence in effect.sentences for fact in sentence.facts]
                report.facts += names
                turn.setdefault("facts", []).extend(names)
            case OpenOrder(kind=kind):
                report.orders.append(kind.value)
                turn.setdefault("orders", []).append(kind.value)
            case SendLink(purpose=purpose):
                report.links.append(purpose)
                turn.setdefault("links", []).append(purpose)
            case Transfer(reason=reason):
                report.transfers.append(reason)
            case Note(type="intent", data=data):
                intents = data["intents"]
                turn["intents"] = list(intents) if isinstance(intents, list) else []
            case Note(type="no_match"):
                turn["missed"] = ["yes"]
            case Note(type="survey", data=data):
                report.survey = bool(data["solved"])
            case Note(type="fact_refused", data=data):
                report.failures.append(f"a sentence was refused: {data}")
            case EndCall() | LookUp() | _:
                pass

    def _check(self, where: str, checks: Mapping[str, tuple[str, ...]]) -> None:
        heard = "".join(self._turn.get("hear", []))
        for name, wanted in checks.items():
            got = self._turn.get(name.removeprefix("no_"), [])
            if name == "hear":
                bad = [text for text in wanted if text not in heard]
            elif name == "not_hear":
                bad = [text for text in wanted if text in heard]
            elif name == "no_facts":
                bad = [text for text in wanted if text in got]
            elif name == "facts":
                bad = [text for text in wanted if text not in got]
            else:
                bad = [] if list(wanted) == got else [f"{list(wanted)} instead of {got}"]
            if bad:
                self._report.failures.append(f"{where}: {name} {bad}; heard 「{heard}」")

    def _check_end(self) -> None:
        report, state = self._report, self._report.state
        got: dict[str, list[str]] = {
            "final": [report.final],
            "orders": report.orders,
            "links": report.links,
            "transfers": report.transfers,
            "question": [state.question.name if state.question else ""],
            "contained": ["true" if report.contained else "false"],
            "emotion": [state.emotion],
        }
        for name, wanted in self._script.expect.items():
            if name == "facts":
                bad = [fact for fact in wanted if fact not in report.facts]
            elif name == "remarks":
                spoken = "".join(remark.text for remark in state.remarks)
                bad = [text for text in wanted if text not in spoken]
            else:
                bad = [] if list(wanted) == got[name] else [f"{list(wanted)} instead of {got[name]}"]
            if bad:
                report.failures.append(f"end: {name} {bad}")


def play(
    dialogue: Dialogue, script: Script, *, ear: Callable[[Heard], Heard] | None = None, repeats: int = 0
) -> Generator[Request, Reply, Report]:
    """Play a script: yields ``Identify`` and effects, is sent the replies of those that have one."""
    return Player(dialogue, script, ear=ear, repeats=repeats).run()
