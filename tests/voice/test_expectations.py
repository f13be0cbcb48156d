"""What a conversation file expects, read off a call's ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dialog.scripts import Script, parse_script
from ledger import Event, StoredEvent
from tests.dialog.test_scripts import CALLS
from voice.caller.expectations import TurnReport, needs_more_than_a_caller, unmet

HEAD = 'title: a call\nfrom: "13800138000"\nat: 2026-11-22T12:00:00+08:00\n'
AT = datetime(2026, 11, 22, tzinfo=UTC)


def script(body: str) -> Script:
    return parse_script((HEAD + body).encode(), "x.yaml")


def event(type_: str, **data: object) -> StoredEvent:
    return StoredEvent(1, 1, Event(type_, "c1", AT, data))


EVENTS = [
    event("turn.bot", text="您好", facts=["hotline.brand"]),
    event("turn.caller", text="催一下"),
    event("intent", intents=["urge_delivery"]),
    event("turn.bot", text="已经帮您催了", facts=["order.promise"]),
    event("work_order.opened", kind="urge_delivery"),
    event("call.ended", who="caller"),
]
TURNS = [TurnReport("", "您好", 1, True), TurnReport("催一下", "已经帮您催了", 1, True)]


def test_a_call_that_went_as_written_meets_everything() -> None:
    body = (
        "turns:\n  - {say: 催一下, intents: [urge_delivery], hear: [帮您催], facts: [order.promise]}\n"
        "expect: {orders: [urge_delivery], links: [], final: talking, facts: [hotline.brand]}\n"
    )
    assert unmet(script(body), TURNS, EVENTS) == []


@pytest.mark.parametrize(
    "body",
    [
        "turns:\n  - {say: 催一下, intents: [track]}\n",
        "turns:\n  - {say: 催一下, hear: [人工]}\n",
        "turns:\n  - {say: 催一下, not_hear: [帮您催]}\n",
        "turns:\n  - {say: 催一下, facts: [parcel.where]}\n",
        "opening: {hear: [断线]}\nturns: []\n",
        "turns: []\nexpect: {orders: []}\n",
        "turns: []\nexpect: {final: transferred}\n",
        "turns: []\nexpect: {links: [photo]}\n",
    ],
)
def test_each_expectation_can_fail(body: str) -> None:
    assert len(unmet(script(body), TURNS, EVENTS)) == 1


@pytest.mark.parametrize("body", ["turns:\n  - {drop: 3}\n", "person: false\nturns: []\n", "calls_24h: 1\nturns: []\n"])
def test_what_a_caller_alone_cannot_bring_about_is_refused(body: str) -> None:
    assert needs_more_than_a_caller(script(body))


def test_most_conversations_can_be_played_by_telephone() -> None:
    files = [parse_script(path.read_bytes(), path.name) for path in CALLS]
    assert sum(not needs_more_than_a_caller(each) for each in files) >= 70
