"""Whom a transfer is for."""

from __future__ import annotations

import pytest

from dialog.protocol import HandoverCard, Transfer
from voice.floor.routing_file import Trunk
from voice.floor.wish import Urgency, Wish, wish_of

HIDDEN = Trunk(privacy_uri="sip:{number}@hidden", privacy_ring_s=15)


def transfer(skill: str) -> Transfer:
    return Transfer("t", "human", skill, HandoverCard("问件"))


@pytest.mark.parametrize(
    ("skill", "trunk", "wish"),
    [
        ("complaint", HIDDEN, Wish("complaint", last_agent="a1", dropped=True)),
        ("", HIDDEN, Wish("general", last_agent="a1", dropped=True)),
        ("outlet:0571-5550", HIDDEN, Wish("outlet", uri="sip:05715550@hidden", label="outlet", ring_s=15)),
        ("courier:138", HIDDEN, Wish("courier", uri="sip:138@hidden", label="courier", ring_s=15)),
        ("outlet:05715550", Trunk("sip:{number}@open"), Wish("outlet", last_agent="a1", dropped=True)),
    ],
)
def test_groups_outlets_and_couriers(skill: str, trunk: Trunk, wish: Wish) -> None:
    assert wish_of(transfer(skill), Urgency(dropped=True, last_agent="a1"), trunk) == wish


def test_the_place_in_line_carries_the_urgency() -> None:
    urgency = Urgency(missed_promises=2, case_hours=30.0, fresh=True, elderly=True)
    place = Wish("general", agent_id="a2", dropped=True, tried=("a1",)).waiting("c", "p", 5.0, urgency, label="催")
    assert (place.call_id, place.owner, place.since, place.label) == ("c", "p", 5.0, "催")
    assert (place.missed_promises, place.case_hours, place.fresh, place.elderly) == (2, 30.0, True, True)
    assert (place.only_agent, place.tried, place.dropped) == ("a2", ("a1",), True)
