"""What an unopened link wants, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from logistics_client.links import (
    Link,
    LinkState,
    Purpose,
    Step,
    next_step,
)
from tests.logistics_client.links.desk import PHONE, WAYBILL, DeadGateway, Desk
from tests.logistics_client.moving_clock import NOON

SENT = Link(
    "AAAAbbbbCCCC", Purpose.PHOTO, WAYBILL, PHONE, "c1", NOON, NOON + timedelta(hours=72), sends=1, sent_at=NOON
)
HALF_AN_HOUR = NOON + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("link", "at", "step"),
    [
        (SENT, HALF_AN_HOUR - timedelta(seconds=1), Step.NOTHING),
        (SENT, HALF_AN_HOUR, Step.RESEND),
        (replace(SENT, delivered_at=NOON), HALF_AN_HOUR, Step.RESEND),
        (replace(SENT, opened_at=NOON), HALF_AN_HOUR, Step.NOTHING),
        (replace(SENT, used_at=NOON), HALF_AN_HOUR, Step.NOTHING),
        (replace(SENT, sent_at=None, sends=0), HALF_AN_HOUR, Step.NOTHING),
        (replace(SENT, sends=2), HALF_AN_HOUR, Step.CALL),
        (replace(SENT, sends=2, call_wanted_at=NOON), HALF_AN_HOUR, Step.NOTHING),
        (SENT, SENT.expires_at, Step.NOTHING),
    ],
)
def test_an_unopened_link_is_texted_once_more_then_wants_a_call(link: Link, at: Any, step: Step) -> None:
    assert next_step(link, at) is step


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"sent_at": None}, LinkState.CREATED),
        ({}, LinkState.SENT),
        ({"delivered_at": NOON}, LinkState.DELIVERED),
        ({"opened_at": NOON}, LinkState.OPENED),
        ({"opened_at": NOON, "delivered_at": NOON, "used_at": NOON}, LinkState.USED),
    ],
)
def test_the_furthest_state_counts(more: dict[str, Any], state: LinkState) -> None:
    assert replace(SENT, **more).state is state


async def test_unopened_is_texted_exactly_once_more_and_then_wants_a_call(desk: Desk) -> None:
    await desk.send(Purpose.PHOTO)
    for minutes, texts, calls in ((29, 1, 0), (1, 2, 0), (0, 2, 0), (29, 2, 0), (1, 2, 1), (60, 2, 1)):
        desk.clock.forward(minutes=minutes)
        await desk.links.tick()
        assert (len(desk.texts()), len(desk.outcomes.calls)) == (texts, calls)
    assert [text["message_id"].split(".")[1] for text in desk.texts()] == ["1", "2"]


async def test_an_opened_link_is_left_alone(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    await desk.web.get(path)
    desk.clock.forward(hours=2)
    await desk.links.tick()
    assert len(desk.texts()) == 1


async def test_a_call_that_could_not_be_arranged_is_asked_for_again(desk: Desk) -> None:
    await desk.send(Purpose.PHOTO)
    desk.clock.forward(minutes=30)
    await desk.links.tick()
    desk.clock.forward(minutes=30)
    desk.outcomes.away = True
    await desk.links.tick()
    desk.outcomes.away = False
    await desk.links.tick()
    assert len(desk.outcomes.calls) == 1


async def test_a_second_text_that_fails_asks_for_a_call_at_once(desk: Desk) -> None:
    await desk.send(Purpose.PHOTO)
    desk.clock.forward(minutes=30)
    desk.links._sms = DeadGateway()
    await desk.links.tick()
    assert desk.outcomes.calls == []
    await desk.links.tick()
    assert len(desk.outcomes.calls) == 1


async def test_two_processes_send_one_text(desk: Desk) -> None:
    link, _ = await desk.send(Purpose.PHOTO)
    assert await desk.links.store.claim_send(link.link_id, 1)
    assert not await desk.links.store.claim_send(link.link_id, 1)
