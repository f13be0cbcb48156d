"""Facts: what has no source, or is not for this caller, is absent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialog.engine import Dialogue
from dialog.engine.turn import Turn
from dialog.facts import FACTS, View
from dialog.facts.of_parcel import clock_words
from dialog.facts.stages import STAGE_WORDS, where
from dialog.identity import Item
from dialog.wording import check
from logistics_client.vocabulary import CallerClass, Parcel, Stage
from tests.dialog.parcels import NOON, first_parcel
from tests.dialog.world import Call


def _view(dialogue: Dialogue, parcel: Parcel | None, caller: CallerClass = CallerClass.RECEIVER) -> View:
    view = Turn(dialogue, Call(dialogue).state).view()
    return replace(view, parcel=parcel, caller_class=caller, order=None, knowledge=None)


def test_a_bare_parcel_has_nothing_to_say_but_its_tail(dialogue: Dialogue) -> None:
    view = _view(dialogue, Parcel("YQ0000000001234", "yunque", Stage.UNKNOWN))
    spoken = {name for name, fact in FACTS.items() if name.startswith(("parcel.", "pickup.")) and fact.value(view)}
    assert spoken == {"parcel.tail"}


def test_without_a_parcel_no_fact_about_one_exists(dialogue: Dialogue) -> None:
    view = _view(dialogue, None)
    assert not [name for name, fact in FACTS.items() if name.startswith(("parcel.", "pickup.")) and fact.value(view)]


@pytest.mark.parametrize("caller", [CallerClass.UNKNOWN, CallerClass.SHARED, CallerClass.HELPER, CallerClass.LINE_TEST])
def test_strangers_hear_the_stage_and_nothing_of_the_trace(dialogue: Dialogue, caller: CallerClass) -> None:
    view = _view(dialogue, first_parcel("13800138001"), caller)
    traced = [name for name, fact in FACTS.items() if fact.item is Item.TRACE and fact.value(view)]
    assert traced == []
    assert FACTS["parcel.stage"].value(view) == "正在派送"
    assert FACTS["parcel.courier_phone"].value(view) is None


def test_a_planned_time_that_has_passed_is_no_plan(dialogue: Dialogue) -> None:
    parcel = replace(first_parcel("13800138001"), expected_by=NOON - timedelta(hours=1))
    view = _view(dialogue, parcel)
    assert FACTS["parcel.expected"].value(view) is None
    assert FACTS["parcel.late"].value(view) == "一小时"


def test_stale_readings_are_named_as_such(dialogue: Dialogue) -> None:
    parcel = first_parcel("13800138000")
    view = _view(dialogue, replace(parcel, stale=True, fetched_at=NOON - timedelta(hours=3)))
    assert FACTS["parcel.read_at"].value(view) == "今早九点"
    assert FACTS["parcel.read_at"].value(_view(dialogue, parcel)) is None


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.UNKNOWN])
def test_every_stage_has_words(stage: Stage) -> None:
    assert STAGE_WORDS[stage]
    assert where(Parcel("YQ0000000001234", "yunque", stage), NOON) == STAGE_WORDS[stage]


@pytest.mark.parametrize(
    ("text", "said"),
    [("08:00", "上午八点"), ("08:30", "上午八点半"), ("20:00", "晚上八点"), ("07:15", "早上七点十五分")],
)
def test_opening_times(text: str, said: str) -> None:
    assert clock_words(text) == said


def test_private_text_that_would_leave_the_machine_is_refused(dialogue: Dialogue) -> None:
    view = _view(dialogue, first_parcel("13800138001"))
    sentence = dialogue.wording["contact.courier_phone"].render(view, 0)
    assert sentence is not None and sentence.private
    assert check(sentence, dialogue.wording, view) is None
    assert "private" in (check(replace(sentence, private=False), dialogue.wording, view) or "")
    stranger = replace(view, caller_class=CallerClass.UNKNOWN)
    assert "may not hear" in (check(sentence, dialogue.wording, stranger) or "")


def test_no_amount_is_ever_a_fact() -> None:
    assert not [name for name in FACTS if "amount" in name or "value" in name or "price" in name]
