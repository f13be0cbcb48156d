"""Ringing an outlet over the line that hides numbers: who is dialled, what is shown, and when the caller is back."""

from __future__ import annotations

import asyncio
from typing import Any

import fakeredis
import pytest

from bench.handover.people import Leg
from bench.handover.virtual_time import VirtualClock, run_virtual
from bench.handover.world import CARD, CallerCase, Process, World
from dialog.protocol import Transfer, TransferOutcome
from telephony.hub import Mode
from telephony.ports import DialFailed
from voice.floor.live import LiveCalls
from voice.floor.routing_file import Routing, Trunk

ENDS = (TransferOutcome.NO_ANSWER, TransferOutcome.ENDED, TransferOutcome.LOST, TransferOutcome.UNAVAILABLE)


class Line:
    """Notes what is dialled; picked up or not, and perhaps it breaks or is hung up later."""

    def __init__(self, answers: bool, ends: tuple[float, str] | None = None) -> None:
        self.answers, self.ends = answers, ends
        self.dialled: list[tuple[str, str | None]] = []
        self.rang = 0.0

    async def dial(self, uri: str, *, from_number: str | None = None, timeout: float = 0, **_rest: Any) -> Leg:
        self.dialled.append((uri, from_number))
        if self.answers:
            leg = Leg()
            if self.ends is not None:
                asyncio.get_running_loop().call_later(self.ends[0], leg.leave, self.ends[1])
            return leg
        self.rang = timeout
        await asyncio.sleep(timeout)
        raise DialFailed(408, "no_answer")


def ring(
    skill: str,
    *,
    answers: bool,
    privacy_uri: str = "sip:{number}@privacy.example",
    ends: tuple[float, str] | None = None,
) -> tuple[Line, list[TransferOutcome]]:
    line = Line(answers, ends)
    told: list[TransferOutcome] = []

    async def run() -> None:
        clock = VirtualClock(asyncio.get_running_loop())
        routing = Routing(trunk=Trunk(privacy_uri=privacy_uri))
        process = Process("p", fakeredis.FakeServer(), clock, list[LiveCalls](), routing)
        world: Any = World(1)
        world.telephones = line
        world.dice.random = lambda: 1.0
        await process.board.start()
        case = CallerCase(world, process, 1)
        reaching = asyncio.create_task(case.handover.reach(Transfer("t", "outside", skill, CARD)))
        await asyncio.sleep(25)
        told.extend(case.told)
        if told[-1] in ENDS:
            assert reaching.done() and case.hub.mode is Mode.BOT and not case.leg.closed.done()
        case.leg.leave()
        await asyncio.sleep(1)
        assert reaching.done()
        await process.board.close()

    run_virtual(run())
    return line, told


@pytest.mark.parametrize("skill", ["outlet:057155500051", "courier:057155500051"])
def test_the_number_is_dialled_without_the_customers(skill: str) -> None:
    line, told = ring(skill, answers=True)
    assert line.dialled == [("sip:057155500051@privacy.example", None)]
    assert told == [TransferOutcome.RINGING, TransferOutcome.BRIDGED]


def test_after_twenty_seconds_the_caller_is_back() -> None:
    line, told = ring("outlet:057155500051", answers=False)
    assert line.rang == 20.0
    assert told == [TransferOutcome.RINGING, TransferOutcome.NO_ANSWER]


def test_without_such_a_line_nobody_is_rung_and_the_dialogue_hears_so() -> None:
    line, told = ring("outlet:057155500051", answers=True, privacy_uri="")
    assert line.dialled == []
    assert told == [TransferOutcome.UNAVAILABLE]


@pytest.mark.parametrize("skill", ["outlet:057155500051", "courier:057155500051"])
@pytest.mark.parametrize(
    ("cause", "outcome"),
    [("media_timeout", "lost"), ("failed:no route", "lost"), ("remote_hangup", "ended")],
)
def test_a_line_that_breaks_in_mid_talk_brings_the_caller_back_to_the_bot(skill: str, cause: str, outcome: str) -> None:
    line, told = ring(skill, answers=True, ends=(8.0, cause))
    assert told == [TransferOutcome.RINGING, TransferOutcome.BRIDGED, TransferOutcome(outcome)]
    assert len(line.dialled) == 1  # nobody of the desk stands in for an outlet
