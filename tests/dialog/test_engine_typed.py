"""A number that nobody could hear: typed on a page that is texted to the calling phone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialog.engine import Dialogue, Phase
from dialog.protocol import LookUp, NoMatch, NumberTyped, SendLink, Transfer
from tests.dialog.parcels import profile
from tests.dialog.world import Call, World

STRANGER = "13900000001"


def unheard(dialogue: Dialogue, number: str | None = STRANGER, world: World | None = None) -> Call:
    """A call in which three sounds were no number."""
    caller = replace(profile(STRANGER), number=number)
    call = Call(dialogue, caller=caller, world=world)
    for _ in range(3):
        call.feed(NoMatch(call.now))
    return call


def test_three_sounds_that_are_no_number_bring_the_offer(dialogue: Dialogue) -> None:
    call = unheard(dialogue)
    assert call.question == "identify.offer_link" and call.did(Transfer) == []
    assert "尾号0001" in (call.state.last_say.text if call.state.last_say else "")


@pytest.mark.parametrize("number", [None, "02787654321", "17012340056-3679"], ids=["none", "landline", "virtual"])
def test_without_a_mobile_phone_there_is_nothing_to_offer(dialogue: Dialogue, number: str | None) -> None:
    assert len(unheard(dialogue, number).did(Transfer)) == 1


def test_it_is_offered_for_a_number_only(dialogue: Dialogue) -> None:
    call = Call(dialogue, STRANGER)
    call.says("Y Q 八八五零零二六九幺四四七零")
    assert call.question == "identify.proof"
    for _ in range(3):
        call.feed(NoMatch(call.now))
    assert len(call.did(Transfer)) == 1


def test_a_typed_number_is_looked_up_and_proves_nothing(dialogue: Dialogue) -> None:
    call = unheard(dialogue)
    call.says("好的")
    (link,) = call.did(SendLink)
    assert isinstance(link, SendLink) and (link.purpose, link.waybill) == ("number", "")
    call.feed(NumberTyped(call.now, "YQ8850026914470"))
    assert len(call.did(LookUp)) == 1 and call.question == "identify.proof"


def test_the_wish_that_needs_the_number_goes_on(dialogue: Dialogue) -> None:
    call = Call(dialogue, STRANGER)
    call.says("帮我催一下")
    for _ in range(3):
        call.feed(NoMatch(call.now))
    call.keys("1")
    call.feed(NumberTyped(call.now, "YQ8850026914470"))
    call.says("三六七九")
    assert "urge" in call.state.served


def test_a_number_may_be_said_all_the_same(dialogue: Dialogue) -> None:
    call = unheard(dialogue)
    call.keys("1")
    call.says("Y Q 八八五零零二六九幺四四七零")
    assert len(call.did(LookUp)) == 1


def test_no_link_no_number_then_a_person(dialogue: Dialogue) -> None:
    call = unheard(dialogue, world=World(links_work=False))
    assert "没有发出去" in call.says("好的")
    assert len(call.did(Transfer)) == 1


def test_silence_while_typing_is_patient_and_ends_at_a_person(dialogue: Dialogue) -> None:
    call = unheard(dialogue)
    call.says("好的")
    assert call.state.last_say is not None and call.state.last_say.expect.no_input_s == 45
    for _ in range(2):
        call.silent()
        assert call.state.phase is Phase.TALKING
    call.silent()
    assert len(call.did(Transfer)) == 1


def test_a_number_typed_while_a_person_is_called_is_on_the_card(dialogue: Dialogue) -> None:
    call = unheard(dialogue)
    call.says("好的")
    call.keys("*")
    call.feed(NumberTyped(call.now, "YQ8850026914470"))
    assert call.did(LookUp) == []
    assert any("YQ8850026914470" in line.text for line in dialogue.card(call.state, call.now).notes)
