"""Who is on a call now, read from its events: only those may act on it."""

from __future__ import annotations

from collections.abc import Mapping

from desk.calls.book import people
from ledger import Event, StoredEvent
from tests.desk.parcels import NOW


def events(*told: tuple[str, Mapping[str, object]]) -> list[StoredEvent]:
    return [
        StoredEvent(number, number, Event(type_, "c-1", NOW, data))
        for number, (type_, data) in enumerate(told, start=1)
    ]


OFFERED, ACCEPTED = ("agent.offered", {"agent": "a"}), ("agent.accepted", {"agent": "a"})


def test_an_offer_is_open_until_it_is_answered() -> None:
    assert people(events(OFFERED)).offered == "a"
    for end in ("agent.declined", "agent.no_answer", "agent.accepted"):
        assert people(events(OFFERED, (end, {"agent": "a"}))).offered == ""


def test_who_declined_has_no_call_and_is_still_known() -> None:
    now = people(events(OFFERED, ("agent.declined", {"agent": "a"}), ("agent.offered", {"agent": "b"})))
    assert now.offered == "b" and not now.talking and now.known == {"a", "b"}


def test_a_call_handed_on_belongs_to_the_next_person() -> None:
    now = people(
        events(
            OFFERED,
            ACCEPTED,
            ("transfer.bridged", {"agent": "a"}),
            ("hold", {"state": "agent_left", "agent": "a"}),
            ("transfer.bridged", {"agent": "b", "how": "handed_on"}),
        )
    )
    assert now.talking == {"b"}


def test_holding_is_not_leaving() -> None:
    assert people(events(OFFERED, ACCEPTED, ("hold", {"state": "on", "agent": "a"}))).talking == {"a"}


def test_nobody_is_on_a_call_that_is_over() -> None:
    now = people(events(OFFERED, ACCEPTED, ("call.ended", {"cause": "done"})))
    assert now.over and not now.talking and now.known == {"a"}
