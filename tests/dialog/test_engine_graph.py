"""The whole graph of the dialogue: every step is reached, a person is in reach everywhere, nothing is made up."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dialog.engine import Dialogue, DialogueState, Phase
from dialog.engine.turn import Turn
from dialog.identity import Item, Leave, Rights
from dialog.protocol import Heard, KeyPressed, Say, Transfer
from dialog.wording import check
from dialog.wording.lint import values
from logistics_client.vocabulary import CallerClass, Parcel
from tests.dialog.graph import Walk, closed_order, walk
from tests.dialog.parcels import NOON, every_parcel, profile, unknown_parcel

NUMBERS = ("00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13")

LIMIT = 20_000  # steps: all places are found long before; the rest only repeats them with other histories


@pytest.fixture(scope="module")
def found(dialogue: Dialogue) -> Walk:
    callers = tuple(profile(f"138001380{tail}") for tail in NUMBERS)
    with_result = replace(profile("13800138002"), orders=(closed_order(profile("13800138002").parcels[0].waybill),))
    notified = replace(profile("13800138007"), parcels=(unknown_parcel(NOON),))
    return walk(dialogue, (with_result, notified, *callers), limit=LIMIT)


@pytest.fixture(scope="module")
def open_handed(dialogue: Dialogue) -> Walk:
    """The same with a table that confirms nothing: an operator may choose so, and those steps must work too."""
    everything = {caller: dict.fromkeys(Item, Leave.YES) for caller in CallerClass}
    return walk(
        replace(dialogue, rights=Rights(everything)), (profile("13800138000"), profile("13800138007")), limit=3_000
    )


@pytest.fixture(scope="module")
def connected(dialogue: Dialogue) -> Walk:
    """With outlets and couriers that can be rung; one outlet is closed at this hour."""
    parcel = profile("13800138001").parcels[0]
    assert parcel.outlet is not None
    closed = replace(profile("13800138001"), parcels=(replace(parcel, outlet=replace(parcel.outlet, opens="14:00")),))
    rung = [
        walk(dialogue, (caller,), limit=limit, only=("courier_contact", "outlet_info"))
        for caller, limit in ((profile("13800138001"), 6_000), (closed, 1_500))
    ]
    rung[0].visited.update(rung[1].visited)
    return rung[0]


@pytest.fixture(scope="module")
def confirmed(dialogue: Dialogue) -> Walk:
    """What the order's phone has to confirm, as far as it goes."""
    caller = (profile("13800138000"),)
    moved, stopped = (
        walk(dialogue, caller, limit=5_000, only=(wish,)) for wish in ("change_address", "intercept_return")
    )
    moved.visited.update(stopped.visited)
    moved.situations.update(stopped.situations)
    return moved


def test_every_step_of_every_scene_is_reached(
    found: Walk, open_handed: Walk, connected: Walk, confirmed: Walk, dialogue: Dialogue
) -> None:
    written = {(scene.name, step) for scene in dialogue.scenes.values() for step in ("begin", *scene.steps)}
    assert written - found.visited - open_handed.visited - connected.visited - confirmed.visited == set()


def _reaches_a_person(state: DialogueState, effects: tuple[object, ...]) -> bool:
    """A person is called or queued for; or, honestly, none is there and call back or message are offered."""
    if any(isinstance(effect, Transfer) for effect in effects):
        return True
    return state.queued is not None or (state.question is not None and state.question.name.startswith("nobody.choice"))


def test_a_person_is_in_reach_by_word_in_every_situation(found: Walk) -> None:
    talking = [state for state in found.situations.values() if state.phase is Phase.TALKING and not state.after_say]
    assert len(talking) > 200
    for state in talking:
        after, effects = found.dialogue.step(state, Heard(NOON, "/human"))
        assert _reaches_a_person(after, effects), state.topics


@pytest.mark.parametrize("name", ["connected", "confirmed"])
def test_a_person_is_in_reach_also_deep_inside(name: str, request: pytest.FixtureRequest) -> None:
    walked: Walk = request.getfixturevalue(name)
    for state in walked.situations.values():
        if state.phase is Phase.TALKING and not state.after_say:
            assert _reaches_a_person(*walked.dialogue.step(state, Heard(NOON, "/human"))), state.topics


def test_a_person_is_in_reach_by_key_in_every_situation(found: Walk) -> None:
    for state in found.situations.values():
        if state.phase is not Phase.TALKING or state.question is None:
            continue
        key = "*" if state.question.expect.keys == "digits" else "0"
        after, effects = found.dialogue.step(state, KeyPressed(NOON, key))
        assert _reaches_a_person(after, effects), state.question.name


def test_every_turn_of_talk_ends_with_a_question_or_waits(found: Walk) -> None:
    for state in found.situations.values():
        if state.phase is Phase.TALKING and not state.after_say:
            assert state.question is not None or (state.topic is not None and state.topic.waiting), state.topics


def _without_facts(say: Say) -> str:
    """The words that are left when every typed fact is taken out of a reply."""
    words = ""
    for sentence in say.sentences:
        text = sentence.text
        for fact in sorted(sentence.facts, key=lambda fact: len(fact.value), reverse=True):
            assert fact.value in text
            text = text.replace(fact.value, "\0")
        words += text
    return words


def _known(parcel: Parcel) -> set[str]:
    """Everything a parcel knows that could be heard as a place, a name or a number."""
    events = [value for event in parcel.events for value in (event.site, event.city, event.next_site)]
    people = [parcel.courier.name, parcel.courier.phone] if parcel.courier else []
    outlet = [parcel.outlet.name, parcel.outlet.phone] if parcel.outlet else []
    pickup = [parcel.pickup.name, parcel.pickup.code] if parcel.pickup else []
    others = [parcel.waybill, parcel.tail, parcel.dest_city, parcel.receiver_phone_tail, parcel.address_note]
    return {value for value in (*events, *people, *outlet, *pickup, *others) if value}


def test_every_time_place_name_and_number_spoken_is_a_typed_fact(found: Walk) -> None:
    known = set().union(*(_known(parcel) for parcel in every_parcel(NOON)))
    assert len(found.says) > 5_000
    for left in {_without_facts(say) for _, say in found.says}:
        assert values(left) == [], left
        assert not [value for value in known if value in left], left


def test_every_sentence_carries_its_wording_and_version(found: Walk) -> None:
    for _, say in found.says:
        for sentence in say.sentences:
            assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+@\d+", sentence.wording)
            assert found.dialogue.wording.by_mark(sentence.wording) is not None


def test_private_facts_are_marked_private(found: Walk) -> None:
    phones = {parcel.courier.phone for parcel in every_parcel(NOON) if parcel.courier}
    with_phone = [
        s for _, say in found.says for s in say.sentences if any(phone in s.text for phone in phones if phone)
    ]
    assert with_phone
    assert all(sentence.private for sentence in with_phone)


def test_the_pick_up_code_is_never_spoken(found: Walk) -> None:
    codes = [parcel.pickup.code for parcel in every_parcel(NOON) if parcel.pickup and parcel.pickup.code]
    assert len(codes) >= 2
    assert not [say for _, say in found.says for code in codes if code in say.text]


def test_states_survive_json(found: Walk) -> None:
    for state in list(found.situations.values())[::7]:
        secret = state.question is not None and state.question.expect.secret
        kept = state.evolve(keyed="") if secret else state
        assert DialogueState.from_json(state.to_json()) == kept


def test_a_sentence_made_up_by_a_scene_is_refused(found: Walk) -> None:
    """The checker itself: words, facts and version are compared with their sources."""
    state, say = next(
        (state, say)
        for state, say in found.says
        if any(s.facts for s in say.sentences) and state.phase is Phase.TALKING
    )

    view = Turn(found.dialogue, state).view()
    sentence = next(s for s in say.sentences if s.facts)
    wording = found.dialogue.wording
    assert "words" in (check(replace(sentence, text=sentence.text + "马上到。"), wording, view) or "")
    lie = replace(sentence.facts[0], value="不存在的地方")
    assert "does not say so" in (check(replace(sentence, facts=(lie,)), wording, view) or "")
    assert "not in the wording" in (check(replace(sentence, wording="made.up@1"), wording, view) or "")


def test_every_situation_has_a_card_that_an_agent_can_use(found: Walk) -> None:
    for state in found.situations.values():
        card = found.dialogue.card(state, NOON)
        lines = (*card.processes, *card.notes, *card.trace, *card.promises, *card.unconfirmed)
        assert card.request and card.identity in ("可办理", "可告知", "不可告知")
        assert len(card.whisper) <= 20
        assert all(line.text and 0 <= line.turn <= state.turn and 0 <= line.confidence <= 1 for line in lines)
