"""What a conversation file expects, checked against the ledger of a real call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialog.scripts import Line, Script
from ledger import StoredEvent

_BY_CALLER = ("say", "keys", "silence", "hang_up")


@dataclass(frozen=True, slots=True)
class TurnReport:
    """One exchange: ``heard`` is what the ledger says was spoken in it; the greeting has an empty ``said``."""

    said: str
    heard: str
    gap_ms: int | None
    audio_ok: bool


def needs_more_than_a_caller(script: Script) -> str:
    """Why a telephone call cannot play this file; empty when it can."""
    other = sorted({line.action for line in script.turns} - set(_BY_CALLER))
    if other:
        return f"it plays {', '.join(other)}"
    if not script.person or script.transfers:
        return "it decides who answers a hand-over"
    if script.texts:
        return "it needs the code that was texted"
    if script.contacts:
        return "it needs a line to outlets"
    return "it needs earlier calls" if script.calls_24h else ""


def unmet(script: Script, turns: Sequence[TurnReport], events: Sequence[StoredEvent]) -> list[str]:
    """Every expectation that the call did not meet, as sentences; the time of day is the call's, not the file's."""
    found = [*_check("opening", script.opening, turns[0].heard if turns else "", [], _facts(events, 0))]
    intents = _intents(events)
    spoken = 0
    for number, line in enumerate(script.turns, start=1):
        heard = turns[number].heard if number < len(turns) else ""
        read = intents[spoken] if line.action == "say" and spoken < len(intents) else []
        spoken += line.action == "say"
        found += _check(_where(line), line.checks, heard, read, _facts(events, None))
    return found + _check_end(script, events)


def _where(line: Line) -> str:
    return f"line {line.line}"


def _check(
    where: str, checks: Mapping[str, tuple[str, ...]], heard: str, intents: Sequence[str], facts: Sequence[str]
) -> list[str]:
    bad: list[str] = []
    for name, wanted in checks.items():
        if name == "hear":
            bad += [f"{where}: 「{text}」 was not heard" for text in wanted if text not in heard]
        elif name == "not_hear":
            bad += [f"{where}: 「{text}」 was heard" for text in wanted if text in heard]
        elif name == "intents" and list(wanted) != list(intents):
            bad.append(f"{where}: understood as {list(intents)}, not {list(wanted)}")
        elif name == "facts":
            bad += [f"{where}: {fact} was not spoken" for fact in wanted if fact not in facts]
    return bad


def _check_end(script: Script, events: Sequence[StoredEvent]) -> list[str]:
    types = [stored.event.type for stored in events]
    orders = [str(x.event.data.get("kind")) for x in events if x.event.type == "work_order.opened"]
    links = [str(x.event.data.get("purpose")) for x in events if x.event.type == "link.sent"]
    ended = next((str(x.event.data.get("who")) for x in reversed(events) if x.event.type == "call.ended"), "")
    final = "transferred" if "transfer.bridged" in types else "ended" if ended == "hotline" else "talking"
    got = {"orders": orders, "links": links, "final": [final]}
    bad = [
        f"end: {name} {got[name]}, not {list(wanted)}"
        for name, wanted in script.expect.items()
        if name in got and list(wanted) != got[name]
    ]
    facts = _facts(events, None)
    return bad + [f"end: {fact} was not spoken" for fact in script.expect.get("facts", ()) if fact not in facts]


def _intents(events: Sequence[StoredEvent]) -> list[list[str]]:
    found = [stored.event.data.get("intents") for stored in events if stored.event.type == "intent"]
    return [[str(name) for name in names] if isinstance(names, list) else [] for names in found]


def _facts(events: Sequence[StoredEvent], before: int | None) -> list[str]:
    """Facts spoken in the call; with ``before`` 0 only those before the caller's first word."""
    names: list[str] = []
    for stored in events:
        if before == 0 and stored.event.type == "turn.caller":
            break
        facts = stored.event.data.get("facts") if stored.event.type == "turn.bot" else None
        names += [str(name) for name in facts] if isinstance(facts, list) else []
    return names
