"""A turn that the caller continues: the dialogue returns to where it stood, unless something was done outside."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from dialog.engine import load_dialogue
from dialog.protocol import Heard, LookUp, LookupDone, NoInput, OpenOrder, Say, Sentence, SpeechEnded
from logistics_client.errors import UnavailableError
from logistics_client.vocabulary import OrderKind, Parcel
from voice.config import PROJECT
from voice.turns.ahead import FRESH_S, LookAhead
from voice.turns.mark import TurnMark

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def mark() -> TurnMark:
    return TurnMark(load_dialogue(PROJECT / "config").initial())


def fresh(mark: TurnMark) -> TurnMark:
    return TurnMark(mark.before)


def test_looking_up_and_answering_can_be_taken_back(mark: TurnMark) -> None:
    turn = fresh(mark)
    turn.caused(LookUp("r1", waybill_tail="6386"))
    turn.caused(Say("s1", (Sentence("您的快递在武汉。", "track.where@1"),)))
    turn.happened(LookupDone(AT, "r1"))
    turn.happened(SpeechEnded(AT, "s1", "您的", True))
    assert turn.revocable


@pytest.mark.parametrize("event", [NoInput(AT), LookupDone(AT, "r9"), SpeechEnded(AT, "s9", "", False)])
def test_what_did_not_follow_from_the_turn_keeps_it(mark: TurnMark, event: object) -> None:
    turn = fresh(mark)
    turn.happened(event)
    assert not turn.revocable


def test_an_order_that_was_begun_is_never_forgotten(mark: TurnMark) -> None:
    turn = fresh(mark)
    turn.caused(OpenOrder("r1", OrderKind.URGE_DELIVERY, "7310"))
    assert not turn.revocable


def test_ids_go_on_so_that_a_late_answer_to_the_forgotten_turn_matches_nothing(mark: TurnMark) -> None:
    dialogue = load_dialogue(PROJECT / "config")
    state = dialogue.initial()
    after, _ = dialogue.step(state, Heard(AT, "你好"))
    assert TurnMark(state).restored(after).serial == after.serial


class Carrier:
    """Counts look-ups; those of one parcel fail for a while."""

    def __init__(self, failures: int = 0) -> None:
        self.asked: list[dict[str, str | None]] = []
        self.failures = failures
        self.go = asyncio.Event()
        self.go.set()

    async def find(self, **fields: str | None) -> tuple[Parcel, ...]:
        self.asked.append(fields)
        await self.go.wait()
        if self.failures and fields.get("waybill_tail") == "6386":
            self.failures -= 1
            raise UnavailableError("away")
        return ()


def ahead_of(carrier: Carrier, clock: list[float]) -> LookAhead:
    return LookAhead(carrier, lambda: clock[0])  # type: ignore[arg-type]  # find is all that it calls


async def test_a_right_guess_is_asked_once() -> None:
    carrier, clock = Carrier(), [0.0]
    ahead = ahead_of(carrier, clock)
    ahead.begin(waybill_tail="6386", phone=None)
    assert ahead.begin(waybill_tail="6386") is not None
    assert await ahead.find(waybill_tail="6386", phone=None, surname=None) == ()
    assert (len(carrier.asked), ahead.used) == (1, 1)


async def test_a_wrong_guess_a_failed_one_and_a_stale_one_are_asked_again() -> None:
    carrier, clock = Carrier(failures=1), [0.0]
    ahead = ahead_of(carrier, clock)
    ahead.begin(waybill_tail="6386")
    await asyncio.sleep(0)
    await ahead.find(waybill_tail="3679")
    assert await ahead.find(waybill_tail="6386") == ()
    ahead.begin(waybill_tail="0001")
    await asyncio.sleep(0)
    clock[0] = FRESH_S
    await ahead.find(waybill_tail="0001")
    assert [fields["waybill_tail"] for fields in carrier.asked] == ["6386", "3679", "6386", "0001", "0001"]
    assert ahead.used == 0
    ahead.close()


async def test_guesses_do_not_flood_the_carrier() -> None:
    carrier = Carrier()
    carrier.go.clear()
    ahead = ahead_of(carrier, [0.0])
    begun = [ahead.begin(waybill_tail=str(number)) for number in range(5)]
    assert [task is not None for task in begun] == [True, True, False, False, False]
    ahead.close()
