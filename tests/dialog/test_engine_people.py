"""Reaching a person, and what is offered when there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialog.engine import Dialogue
from dialog.protocol import (
    OpenOrder,
    Staffing,
    Transfer,
    TransferOutcome,
    TransferProgress,
)
from tests.dialog.parcels import NOON
from tests.dialog.world import Call


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "declined", "failed", "unavailable"])
def test_a_failed_transfer_gives_a_real_choice(dialogue: Dialogue, outcome: str) -> None:
    call = Call(dialogue, "13800138000")
    call.says("转人工")
    (transfer,) = call.did(Transfer)
    assert isinstance(transfer, Transfer)
    words = call.feed(TransferProgress(NOON, transfer.request_id, TransferOutcome(outcome)))
    assert all(word in words for word in ("等", "回电", "留言"))
    call.says("给我回电吧")
    (order,) = call.did(OpenOrder)
    assert isinstance(order, OpenOrder) and order.kind.value == "call_back"


def test_nobody_there_is_said_with_the_opening_hour(dialogue: Dialogue) -> None:
    staffing = Staffing(False, False, None, NOON + timedelta(hours=20))
    call = Call(dialogue, "13800138000", staffing=staffing)
    words = call.says("转人工")
    assert "明早八点上班" in words
    assert call.did(Transfer) == []


def test_the_wait_is_an_honest_estimate(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000", staffing=Staffing(True, True, 170))
    assert "大约要等五分钟" in call.says("转人工")
    assert "大约" not in Call(dialogue, "13800138000", staffing=Staffing(True, True, None)).says("转人工")


def test_nothing_is_said_while_a_person_speaks(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("转人工")
    call.feed(TransferProgress(NOON, "t", TransferOutcome.BRIDGED))
    assert call.says("喂你好") == ""
    assert call.silent() == ""


def test_while_ringing_the_caller_is_not_left_in_silence(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("转人工")
    assert call.silent() != ""
