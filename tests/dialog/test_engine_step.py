"""The step itself: pure, noted, fast."""

from __future__ import annotations

import time
from dataclasses import replace

from dialog.engine import Dialogue
from dialog.protocol import (
    Heard,
    Note,
)
from logistics_client.vocabulary import CallerClass, CallerProfile
from tests.dialog.parcels import NOON, first_parcel
from tests.dialog.world import Call


def test_the_step_is_pure(dialogue: Dialogue) -> None:
    state = Call(dialogue, "13800138000").state
    event = Heard(NOON, "帮我催一下")
    assert dialogue.step(state, event) == dialogue.step(state, event)


def test_every_turn_notes_its_intents(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("我的快递到哪了")
    notes = [effect for effect in call.did(Note) if isinstance(effect, Note) and effect.type == "intent"]
    assert notes[0].data["intents"] == ["track"] and notes[0].data["turn"] == 1


def test_many_parcels_do_not_slow_a_step(dialogue: Dialogue) -> None:
    many = tuple(replace(first_parcel("13800138000"), waybill=f"YQ88500{n:08d}") for n in range(200))
    call = Call(dialogue, caller=CallerProfile(CallerClass.RECEIVER, "13800138000", many))
    started = time.process_time()
    call.says("我的快递到哪了")
    assert time.process_time() - started < 0.25
