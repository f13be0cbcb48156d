"""A page to type a waybill on: for the calling phone, without a parcel, and back into the call."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.errors import RateLimitedError
from logistics_client.finder import Finder
from logistics_client.http_client import HttpCarrier
from logistics_client.links import LinkEvent, LinkPlan, Purpose, open_links
from logistics_client.links.model import UNOPENED, Step, next_step
from logistics_client.links.on_orders import ParcelLinks
from logistics_client.service import LogisticsService
from logistics_client.work_orders import WorkOrderBook
from tests.logistics_client.links.desk import PHONE, Desk
from tests.logistics_client.links.test_on_orders import PROMISES
from tests.logistics_client.moving_clock import MovingClock


async def sent(desk: Desk) -> str:
    await ParcelLinks(desk.links, clock=desk.clock).send_for_number(PHONE, call_id="c1")
    text = desk.texts()[-1]
    assert text["phone"] == PHONE and "尾号" not in text["text"]
    return "/u/" + text["text"].partition("/u/")[2].split(" ")[0]


async def test_what_is_typed_is_handed_over_each_time(desk: Desk) -> None:
    path = await sent(desk)
    page = (await desk.web.get(path)).text
    assert 'name="number"' in page and "快件尾号" not in page
    for typed in ("yq 8850-0269 14470", "YQ8850026914471"):
        reply = await desk.web.post(f"{path}/number", data={"number": typed})
        assert reply.status_code == 200 and "收到了" in reply.text
    assert [use.fields["number"] for use in desk.outcomes.uses] == ["YQ8850026914470", "YQ8850026914471"]
    assert desk.outcomes.names == ["link.sent", "link.opened"]


@pytest.mark.parametrize("typed", ["", "1234567", "我的快递", "<b>12345678</b>", "9" * 40])
async def test_what_is_no_number_is_named(desk: Desk, typed: str) -> None:
    path = await sent(desk)
    reply = await desk.web.post(f"{path}/number", data={"number": typed})
    assert reply.status_code == 400 and "面单" in reply.text
    assert desk.outcomes.uses == []


async def test_other_pages_take_no_number(desk: Desk) -> None:
    _, path = await desk.send(Purpose.ADDRESS)
    assert (await desk.web.post(f"{path}/number", data={"number": "YQ8850026914470"})).status_code == 404
    assert (await desk.web.post(f"{await sent(desk)}/intercept")).status_code == 404


async def test_a_forged_number_cannot_be_flooded(desk: Desk) -> None:
    for _ in range(3):
        await sent(desk)
    with pytest.raises(RateLimitedError):
        await sent(desk)
    desk.clock.forward(minutes=16)
    assert await sent(desk)


async def test_nobody_is_reminded_of_it(desk: Desk) -> None:
    link = await desk.links.send(Purpose.NUMBER, "", phone=PHONE, call_id="c1")
    stored = await desk.links.store.get(link.link_id)
    assert stored is not None and stored.sent_at is not None
    assert next_step(stored, desk.clock() + UNOPENED + timedelta(minutes=1)) is Step.NOTHING


async def test_the_call_reads_the_number_in_its_ledger(
    engine: AsyncEngine, carrier: HttpCarrier, tmp_path: Path, clock: MovingClock
) -> None:
    told: list[LinkEvent] = []

    async def tell(event: LinkEvent) -> None:
        told.append(event)

    book = WorkOrderBook(engine)
    service = LogisticsService(Finder(platform=carrier, clock=clock), book, PROMISES, clock=clock)
    await service.start()
    assert not await service.send_number_link(PHONE, call_id="c1")
    plan = LinkPlan("https://hotline.example", "KEY", "云雀快递", data_dir=tmp_path)
    async with open_links(plan, service, engine, tell, clock=clock) as links:
        assert await service.send_number_link(f"+86{PHONE}", call_id="c1")
        for nobody in ("", "02787654321", "17012340056-3679"):
            assert not await service.send_number_link(nobody, call_id="c1")
        link = told[-1].link
        await links.take_fields(link, {"number": "YQ8850026914470"})
    assert [event.name for event in told] == ["link.sent", "link.used"]
    assert (told[-1].link.call_id, told[-1].link.waybill) == ("c1", "YQ8850026914470")
    assert await book.running() == ()
    await service.close()
