"""The same conversations against the sandbox carrier over HTTP: the small world of the tests does not flatter."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import pytest

from dialog.engine import Dialogue
from dialog.protocol import LinkDone, LookUp, LookupDone, OpenOrder, OrderDone, SendLink
from dialog.scripts import Identify, Reply, Report, Request, Script, parse_script, play
from logistics_client.assembly import Plan, open_logistics
from logistics_client.errors import LogisticsError
from logistics_client.ports import Logistics
from logistics_client.vocabulary import Parcel
from tests.dialog.test_scripts import CALLS
from tests.dialog.world import CONFIG

pytestmark = pytest.mark.long


class Answers:
    """Answers a script's requests from the real room; links are taken for sent, their service is tested by itself."""

    def __init__(self, logistics: Logistics, number: str | None) -> None:
        self._logistics, self._number = logistics, number
        self._parcels: dict[str, Parcel] = {}

    async def reply(self, request: Request, now: datetime) -> Reply:
        match request:
            case Identify(number=number):
                profile = await self._logistics.identify(number)
                self._learn(profile.parcels)
                return profile
            case LookUp():
                return await self._look_up(request, now)
            case OpenOrder(request_id=request_id, kind=kind, waybill=waybill, details=details):
                parcel = self._parcels.get(waybill or "")
                order, new = await self._logistics.open_order(kind, parcel, call_id="script", details=details)
                return OrderDone(now, request_id, order, new)
            case SendLink(request_id=request_id):
                return LinkDone(now, request_id, True)
            case _:
                return None

    def _learn(self, parcels: tuple[Parcel, ...]) -> None:
        self._parcels.update({parcel.waybill: parcel for parcel in parcels})

    async def _look_up(self, request: LookUp, now: datetime) -> LookupDone:
        try:
            parcels = await self._logistics.find(
                waybill=request.waybill,
                waybill_tail=request.waybill_tail,
                phone=request.phone,
                phone_tail=request.phone_tail,
                order_no=request.order_no,
                number=self._number,
            )
        except LogisticsError as error:
            return LookupDone(now, request.request_id, (), type(error).__name__)
        self._learn(parcels)
        return LookupDone(now, request.request_id, parcels)


async def _run(player: Generator[Request, Reply, Report], answers: Answers, now: list[datetime]) -> Report:
    reply: Reply = None
    while True:
        try:
            request = player.send(reply)
        except StopIteration as done:
            report: Report = done.value
            return report
        if isinstance(request, Identify):
            now[0] = request.at
        reply = await answers.reply(request, now[0])


@pytest.fixture(params=CALLS, ids=[path.stem for path in CALLS])
def script(request: pytest.FixtureRequest) -> Script:
    path: Path = request.param
    return parse_script(path.read_bytes(), path.name)


async def test_conversation_against_the_sandbox(script: Script, dialogue: Dialogue, tmp_path: Path) -> None:
    now = [script.at]
    async with AsyncExitStack() as stack:
        plan = Plan(data_dir=tmp_path, promises=CONFIG / "promises.yaml")
        logistics = await stack.enter_async_context(open_logistics(plan, clock=lambda: now[0]))
        report = await _run(play(dialogue, script), Answers(logistics, script.number), now)
    talk = "\n".join(f"{who}: {text}" for who, text in report.said)
    assert not report.failures, "\n".join([*report.failures, talk])
