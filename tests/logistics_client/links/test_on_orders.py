"""What callers hand in reaches their work order, with the real order book and the sandbox carrier behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.carriers.factory import kuaidi100_orders
from logistics_client.carriers.kuaidi100_orders import Kuaidi100OrderAccount, Kuaidi100Orders
from logistics_client.errors import LogisticsError, MisconfiguredError
from logistics_client.finder import Finder
from logistics_client.http_client import HttpCarrier
from logistics_client.links import Link, LinkEvent, LinkPlan, OrderOutcomes, Purpose, Use, open_links
from logistics_client.links.delivery_photo import kuaidi100_photos, no_photo, platform_photos
from logistics_client.links.evidence import checked_photo
from logistics_client.orders_table import OrdersTable
from logistics_client.promises import read_promises
from logistics_client.service import LogisticsService
from logistics_client.transport import CarrierHttp
from logistics_client.vocabulary import CodeCheck, OrderKind, OrderStatus, Parcel, Stage
from logistics_client.work_orders import WorkOrderBook
from logistics_client.work_orders.schema import order_outbox
from tests.logistics_client.carrier_server import Asked, carrier_server, http, json_reply
from tests.logistics_client.moving_clock import NOON, MovingClock
from tests.logistics_client.orders_table.test_table import row

PROMISES = read_promises(Path(__file__).parents[3] / "config" / "promises.yaml")
SHA = "ab" * 32


@dataclass
class Room:
    service: LogisticsService
    book: WorkOrderBook
    engine: AsyncEngine
    outcomes: OrderOutcomes
    told: list[LinkEvent]
    parcel: Parcel

    def use(self, purpose: Purpose, **more: object) -> Use:
        link = Link("AAAAbbbbCCCC", purpose, self.parcel.waybill, "13800138000", "c1", NOON, NOON)
        return replace(Use("0123456789abcdef01234567", link, NOON), **more)  # type: ignore[arg-type]

    async def deliveries(self, order_id: str) -> list[str]:
        query = select(order_outbox.c.action).where(order_outbox.c.order_id == order_id).order_by(order_outbox.c.id)
        async with self.engine.connect() as connection:
            return [row[0] for row in await connection.execute(query)]


@pytest.fixture
async def room(engine: AsyncEngine, carrier: HttpCarrier, clock: MovingClock) -> AsyncIterator[Room]:
    book, told = WorkOrderBook(engine), list[LinkEvent]()
    service = LogisticsService(Finder(platform=carrier, clock=clock), book, PROMISES, clock=clock)
    await service.start()

    async def tell(event: LinkEvent) -> None:
        told.append(event)

    (parcel,) = (await service.identify("13800138000")).parcels
    yield Room(service, book, engine, OrderOutcomes(service, engine, tell, clock=clock), told, parcel)
    await service.close()


async def test_photos_go_onto_the_running_claim_once(room: Room) -> None:
    said = {"issue_desc": "碎了"}
    claim, _ = await room.service.open_order(OrderKind.DAMAGE, room.parcel, call_id="c1", details=said)
    use = room.use(Purpose.PHOTO, photos=(SHA,))
    for _ in range(2):
        await room.outcomes.handed_in(use)
    order = await room.book.get(claim.order_id)
    assert order is not None
    assert order.evidence == (f"photo:{SHA}",)
    assert order.details == said
    assert await room.deliveries(claim.order_id) == ["open", "use:0123456789ab"]


async def test_photos_without_an_order_open_a_message(room: Room) -> None:
    await room.outcomes.handed_in(room.use(Purpose.PHOTO, photos=(SHA,)))
    (order,) = await room.service.orders_for(room.parcel.waybill)
    assert (order.kind, order.evidence) == (OrderKind.MESSAGE, (f"photo:{SHA}",))


async def test_a_new_address_opens_its_order_with_what_was_filled_in(room: Room) -> None:
    fields = {"receiver": "李四", "contact_phone": "13900001111", "new_address": "湖北省武汉市江夏区藏龙岛1号"}
    await room.outcomes.handed_in(room.use(Purpose.ADDRESS, fields=fields))
    (order,) = await room.service.orders_for(room.parcel.waybill)
    assert (order.kind, order.details) == (OrderKind.CHANGE_ADDRESS, fields)
    assert order.promise is not None


async def test_the_order_that_the_link_names_is_the_one(room: Room) -> None:
    first, _ = await room.service.open_order(OrderKind.COMPLAINT, room.parcel, call_id="c1")
    await room.service.open_order(OrderKind.DAMAGE, room.parcel, call_id="c1")
    use = room.use(Purpose.PHOTO, photos=(SHA,))
    await room.outcomes.handed_in(replace(use, link=replace(use.link, order_id=first.order_id)))
    order = await room.book.get(first.order_id)
    assert order is not None
    assert order.evidence == (f"photo:{SHA}",)


async def test_a_closed_order_is_not_touched(room: Room) -> None:
    closed, _ = await room.service.open_order(OrderKind.DAMAGE, room.parcel, call_id="c1")
    await room.book.change(closed.order_id, OrderStatus.CLOSED, NOON)
    await room.outcomes.handed_in(room.use(Purpose.PHOTO, photos=(SHA,)))
    orders = {order.kind: order for order in await room.service.orders_for(room.parcel.waybill)}
    assert orders[OrderKind.DAMAGE].evidence == ()
    assert orders[OrderKind.MESSAGE].evidence == (f"photo:{SHA}",)


async def test_an_order_of_the_carrier_gets_a_message_of_ours(room: Room) -> None:
    use = room.use(Purpose.PHOTO, photos=(SHA,))
    await room.outcomes.handed_in(replace(use, link=replace(use.link, order_id="carriers-own")))
    (order,) = await room.service.orders_for(room.parcel.waybill)
    assert (order.kind, order.evidence) == (OrderKind.MESSAGE, (f"photo:{SHA}",))


async def test_a_parcel_that_the_carrier_cannot_show_still_gets_its_order(room: Room) -> None:
    use = room.use(Purpose.INTERCEPT, fields={"confirmed": "link"})
    await room.outcomes.handed_in(replace(use, link=replace(use.link, waybill="YT9693083639795")))
    (order,) = await room.service.orders_for("YT9693083639795")
    assert order.kind is OrderKind.INTERCEPT


async def test_an_unopened_link_becomes_a_call_back(room: Room) -> None:
    for _ in range(2):
        await room.outcomes.wants_call(room.use(Purpose.PHOTO).link)
    (order,) = await room.service.orders_for(room.parcel.waybill)
    assert (order.kind, order.details["reason"]) == (OrderKind.CALL_BACK, "短信链接未打开")


async def test_without_a_database_the_hand_in_comes_again(room: Room) -> None:
    await room.service.close()
    with pytest.raises(LogisticsError):
        await room.outcomes.handed_in(room.use(Purpose.PHOTO, photos=(SHA,)))


# --- put together ------------------------------------------------------------------------------------------------


async def unheard(_: LinkEvent) -> None:
    raise AssertionError("nothing happens")


async def test_the_rooms_door_sends_links_once_they_are_open(room: Room, tmp_path: Path, clock: MovingClock) -> None:
    async def send(purpose: str, parcel: Parcel) -> bool:
        return await room.service.send_link(purpose, parcel, phone="13800138000", call_id="c1")

    async def tell(event: LinkEvent) -> None:
        room.told.append(event)

    assert not await send("photo", room.parcel)
    plan = LinkPlan("https://hotline.example", "KEY", "云雀快递", data_dir=tmp_path)
    async with open_links(plan, room.service, room.engine, tell, clock=clock) as links:
        parcel = replace(room.parcel, customs_missing="身份证明")
        assert await send("customs", parcel)
        (link,) = await links.store.of_waybill(parcel.waybill)
        assert link.lines == ("还缺:身份证明",)
        assert [event.name for event in room.told] == ["link.sent"]
        with pytest.raises(ValueError, match="nonsense"):
            await send("nonsense", parcel)
    assert "云雀快递" in (tmp_path / "sms-outbox.jsonl").read_text("utf-8")


async def test_without_a_gateway_that_answers_nothing_is_said_to_be_sent(room: Room, tmp_path: Path) -> None:
    plan = LinkPlan("https://x", "KEY", "b", data_dir=tmp_path, sms_gateway="http://127.0.0.1:9/sms")
    async with open_links(plan, room.service, room.engine, unheard):
        assert not await room.service.send_link("photo", room.parcel, phone="13800138000", call_id="c1")


async def test_links_need_a_secret(room: Room, tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match="SECRET_KEY"):
        async with open_links(LinkPlan("https://x", "", "b", data_dir=tmp_path), room.service, room.engine, unheard):
            raise AssertionError("not opened")


async def test_texts_go_to_the_orders_own_phone_whoever_calls(room: Room, tmp_path: Path, clock: MovingClock) -> None:
    table = OrdersTable(room.engine, clock=clock)
    await table.create()
    room.service._finder._table = table
    plan = LinkPlan("https://hotline.example", "KEY", "云雀快递", data_dir=tmp_path)

    async def sent_to(waybill: str, caller: str) -> str | None:
        (parcel,) = await room.service.find(waybill=waybill)
        if not await room.service.send_link("photo", parcel, phone=caller, call_id="c1"):
            return None
        return str(json.loads((tmp_path / "sms-outbox.jsonl").read_text("utf-8").splitlines()[-1])["phone"])

    async def tell(event: LinkEvent) -> None:
        room.told.append(event)

    mother, sent = "YQ8850026914470", "YQ8850030617529"
    async with open_links(plan, room.service, room.engine, tell, clock=clock):
        assert await sent_to(mother, "13800138005") == "17012340056-3679"
        assert await sent_to(sent, "13800138009") == "13800138009"  # the sender's phone is on the order too
        assert await sent_to(sent, "13700000000") == "13900000902"
        await table.store([row(mother, receiver_phone="13911112222")])
        assert await sent_to(mother, "13800138005") == "13911112222"
        # An order that nobody has a phone of is texted about to the caller only when he is its receiver.
        stranger = Parcel("73100196611386", "zto", Stage.AT_HUB, receiver_phone_tail="8001")
        assert not await room.service.send_link("photo", stranger, phone="13700000000", call_id="c1")
        assert await room.service.send_link("photo", stranger, phone="13800138001", call_id="c1")


async def test_a_code_confirms_what_a_forged_number_cannot(room: Room, tmp_path: Path, clock: MovingClock) -> None:
    stop, service = OrderKind.INTERCEPT, room.service
    assert await service.send_code(stop, room.parcel, phone="", call_id="c1") is None
    assert await service.check_code(stop, room.parcel, "000000") is CodeCheck.SPENT
    plan = LinkPlan("https://hotline.example", "KEY", "云雀快递", data_dir=tmp_path)
    async with open_links(plan, service, room.engine, unheard, clock=clock):
        assert await service.send_code(stop, room.parcel, phone="13700000000", call_id="c1") == "8000"
        text = json.loads((tmp_path / "sms-outbox.jsonl").read_text("utf-8"))
        code = text["text"].partition("验证码")[2][:6]
        assert text["phone"] == "13800138000"
        assert await service.check_code(stop, room.parcel, code) is CodeCheck.RIGHT


# --- delivery photo ----------------------------------------------------------------------------------------------


async def test_the_platform_hands_out_the_photo_of_a_signed_parcel(carrier: HttpCarrier) -> None:
    look = platform_photos(carrier)
    (signed,) = (await carrier.customer("13800138002")).parcels
    photo = await look(signed.waybill)
    assert photo is not None
    assert checked_photo(photo)[0] == "image/jpeg"
    assert photo == await look(signed.waybill)
    (moving,) = (await carrier.customer("13800138000")).parcels
    assert await look(moving.waybill) is None
    assert await look("no waybill") is None


async def test_kuaidi100_hands_out_the_photo_where_the_account_allows() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.method == "GET":
            writer.write(http(b"JPEG", head="content-type: image/jpeg\r\n"))
        else:
            writer.write(json_reply({"code": 200, "data": {"imgUrl": f"{server.url}/a.jpg"}}))

    async with carrier_server(answer) as server:
        account = Kuaidi100OrderAccount("K", "S", base_url=server.url)
        orders = Kuaidi100Orders(account, CarrierHttp("kuaidi100", trusted=(server.url,)))
        look = kuaidi100_photos(orders)
        assert await look("YT9693083639795") == b"JPEG"
        assert await look("SF1234567890123") is None  # needs the phone tail
        assert await look("?") is None
        await orders.close()
    assert await no_photo("YT9693083639795") is None


async def test_the_order_family_is_made_from_the_environment() -> None:
    orders = kuaidi100_orders({"KUAIDI100_KEY": "k", "KUAIDI100_SECRET": "s"})
    await orders.close()
    with pytest.raises(MisconfiguredError, match="KUAIDI100_SECRET"):
        kuaidi100_orders({"KUAIDI100_KEY": "k"})
