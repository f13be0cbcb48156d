"""``config/promises.yaml``: the operator's promise clocks."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path

from logistics_client.config_lines import Entry, read_entries
from logistics_client.promises.deadline import PromiseBook, PromiseRule
from logistics_client.vocabulary import OrderKind


def read_promises(path: Path) -> PromiseBook:
    """Read the clocks.

    Raises:
        ConfigLineError: what is wrong, with file and line.
    """
    root = read_entries(path)
    found = root.fields("hours", "closed_days", "after_recovery", "kinds")
    if "kinds" not in found:
        root.fail("kinds is missing; list every kind of order with its clock")
    hours = found["hours"].fields("opens", "closes", "morning") if "hours" in found else {}
    opens = _wall(hours["opens"]) if "opens" in hours else time(8)
    closes = _wall(hours["closes"]) if "closes" in hours else time(20)
    if opens >= closes:
        found["hours"].fail("outlets close before they open; correct opens and closes")
    return PromiseBook(
        rules=_rules(found["kinds"]),
        opens=opens,
        closes=closes,
        morning=_wall(hours["morning"]) if "morning" in hours else time(10),
        closed_days=frozenset(_day(entry) for entry in found["closed_days"].items())
        if "closed_days" in found
        else frozenset(),
        after_recovery=found["after_recovery"].span() if "after_recovery" in found else timedelta(hours=2),
    )


def _rules(kinds: Entry) -> dict[OrderKind, PromiseRule]:
    rules: dict[OrderKind, PromiseRule] = {}
    known = [kind.value for kind in OrderKind]
    for name, entry in kinds.pairs():
        if name not in known:
            entry.fail(f"there is no kind of order {name}; use {', '.join(known)}")
        rules[OrderKind(name)] = _rule(entry)
    missing = [kind.value for kind in OrderKind if kind not in rules]
    if missing:
        kinds.fail(f"these kinds have no clock: {', '.join(missing)}; add them")
    return rules


def _rule(entry: Entry) -> PromiseRule:
    found = entry.fields("within", "what", "any_hour", "needs_road", "window")
    for needed in ("within", "what"):
        if needed not in found:
            entry.fail(f"{needed} is missing; add it")
    return PromiseRule(
        within=found["within"].span(),
        what=found["what"].text(),
        any_hour=found["any_hour"].flag() if "any_hour" in found else False,
        needs_road=found["needs_road"].flag() if "needs_road" in found else False,
        window=found["window"].span() if "window" in found else timedelta(hours=24),
    )


def _wall(entry: Entry) -> time:
    text = entry.text()
    if re.fullmatch(r"[0-9]{2}:[0-9]{2}", text) is None:
        entry.fail(f"{text!r} is no time of day; write for example '08:00' with quotes")
    try:
        return time.fromisoformat(text)
    except ValueError:
        entry.fail(f"{text!r} is no time of day; write for example '08:00' with quotes")


def _day(entry: Entry) -> date:
    try:
        return date.fromisoformat(entry.text())
    except ValueError:
        entry.fail(f"{entry.text()!r} is no date; write for example 2027-02-06")
