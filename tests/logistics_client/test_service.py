"""The room's door, with the sandbox behind it and a carrier that can go away."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.errors import BadNumberError, NeedsMoreError, NoDataYetError, UnavailableError
from logistics_client.facts import derive
from logistics_client.finder import Finder
from logistics_client.http_client import HttpCarrier
from logistics_client.orders_table import OrdersTable
from logistics_client.promises import read_promises
from logistics_client.service import CALLERS, LogisticsService
from logistics_client.vocabulary import Bulletin, CallerClass, OrderKind, OrderStatus, Parcel, Stage
from logistics_client.wire import BulletinDoc
from logistics_client.work_orders import Outbox, PlatformSink, WorkOrderBook
from logistics_client.work_orders.caretaker import Caretaker
from tests.logistics_client.moving_clock import MovingClock
from tests.logistics_client.orders_table.test_table import row

PROMISES = read_promises(Path(__file__).parents[2] / "config" / "promises.yaml")
URGE = OrderKind.URGE_DELIVERY


class Room:
    """The service with its parts, background work moved by hand."""

    def __init__(
        self, engine: AsyncEngine, carrier: HttpCarrier, clock: MovingClock, *, deadline_s: float = 3.0
    ) -> None:
        self.table = OrdersTable(engine, clock=clock)
        self.book = WorkOrderBook(engine)
        self.outbox = Outbox(engine, self.book, PlatformSink(carrier), clock=clock)
        self.caretaker = Caretaker(self.book, carrier, clock=clock)
        finder = Finder(platform=carrier, table=self.table, clock=clock, fresh_s=0.0)
        self.service = LogisticsService(
            finder, self.book, PROMISES, carriers_notices=carrier.bulletins, clock=clock, deadline_s=deadline_s
        )


@pytest.fixture
async def room(engine: AsyncEngine, carrier: HttpCarrier, clock: MovingClock) -> AsyncIterator[Room]:
    room = Room(engine, carrier, clock)
    await room.service.start()
    yield room
    await room.service.close()


@pytest.fixture
def faults(sandbox: FastAPI) -> deque[str]:
    queued: deque[str] = sandbox.state.faults
    return queued


async def parcel_of(room: Room, number: str) -> Parcel:
    return (await room.service.identify(number)).parcels[0]


async def test_a_caller_is_known_with_the_most_urgent_parcel_first(room: Room) -> None:
    profile = await room.service.identify("+86 138 0013 8001")
    assert (profile.caller_class, profile.surname, profile.number) == (CallerClass.RECEIVER, "张", "13800138001")
    assert profile.parcels[0].stage is Stage.OUT_FOR_DELIVERY
    assert profile.carrier_reachable


@pytest.mark.parametrize("number", [None, "", "anonymous"])
async def test_no_number_is_an_unknown_caller(room: Room, number: str | None) -> None:
    profile = await room.service.identify(number)
    assert (profile.caller_class, profile.parcels) == (CallerClass.UNKNOWN, ())


async def test_orders_of_others_come_along_and_stop_a_second_one(room: Room) -> None:
    profile = await room.service.identify("13800138006")
    (known,) = profile.orders
    order, new = await room.service.open_order(URGE, profile.parcels[0], call_id="c")
    assert (order, new) == (known, False)


async def test_a_missed_promise_is_told_not_opened_again(room: Room) -> None:
    profile = await room.service.identify("13800138010")
    order, new = await room.service.open_order(URGE, profile.parcels[0], call_id="c")
    assert not new and order.status is OrderStatus.OVERDUE


async def test_opening_twice_is_one_order_with_one_promise(room: Room, clock: MovingClock) -> None:
    parcel = await parcel_of(room, "13800138003")
    first, new = await room.service.open_order(
        OrderKind.PERISHABLE_CLAIM, parcel, call_id="a", details={"goods": "海鲜"}
    )
    assert new and first.promise is not None
    assert first.promise.due_at == clock() + timedelta(hours=1)
    clock.forward(minutes=10)
    again, new = await room.service.open_order(OrderKind.PERISHABLE_CLAIM, parcel, call_id="b")
    assert (again.order_id, new) == (first.order_id, False)
    assert (await room.service.identify("13800138003")).orders[0].order_id == first.order_id


async def test_what_the_carrier_withdrew_is_forgotten_with_the_next_answer(
    room: Room, sandbox: FastAPI, clock: MovingClock
) -> None:
    store = sandbox.state.store
    store.publish(BulletinDoc(bulletin_id="B-FLOOD", cause="洪水", starts_at=clock(), hub="西安中转场"))
    assert "B-FLOOD" in {notice.bulletin_id for notice in (await room.service.identify("13800138003")).bulletins}
    store.withdraw("B-FLOOD")
    await room.service.find(waybill="YQ8850022647703")
    assert "B-FLOOD" not in {notice.bulletin_id for notice in (await room.service.identify("13800138008")).bulletins}


async def test_an_order_that_the_carrier_took_back_blocks_no_new_one(room: Room, sandbox: FastAPI) -> None:
    profile = await room.service.identify("13800138006")
    assert not (await room.service.open_order(URGE, profile.parcels[0], call_id="c"))[1]
    sandbox.state.directory.orders = lambda parcels, story: ()
    await room.service.identify("13800138006")
    assert (await room.service.open_order(URGE, profile.parcels[0], call_id="c"))[1]


async def test_the_bulletin_moves_the_promise_of_an_urge(room: Room, clock: MovingClock) -> None:
    parcel = await parcel_of(room, "13800138000")
    order, _ = await room.service.open_order(URGE, parcel, call_id="a")
    assert order.promise is not None
    assert order.promise.due_at == clock().replace(day=23, hour=10, minute=0)
    hub, _ = await room.service.open_order(OrderKind.HUB_QUERY, parcel, call_id="a")
    assert hub.owner == "武汉中转场"


async def test_an_order_travels_is_answered_and_its_result_comes_back(
    room: Room, sandbox: FastAPI, clock: MovingClock
) -> None:
    parcel = await parcel_of(room, "13800138003")
    order, _ = await room.service.open_order(URGE, parcel, call_id="a")
    await room.outbox.deliver_due()
    assert sandbox.state.store.count_orders() == 1
    clock.forward(minutes=25)
    await room.caretaker.once()
    (after,) = await room.service.orders_for(parcel.waybill)
    assert after.status is OrderStatus.RESULTED and after.outcome
    assert after.promise is not None and after.promise.kept is True
    assert (await room.service.open_order(URGE, parcel, call_id="b"))[1]
    assert order.order_id == after.order_id


async def test_our_own_order_that_the_carrier_still_shows_does_not_block_a_new_one(
    room: Room, clock: MovingClock
) -> None:
    parcel = await parcel_of(room, "13800138003")
    order, _ = await room.service.open_order(URGE, parcel, call_id="a")
    await room.outbox.deliver_due()
    await room.service.identify("13800138003")  # the carrier echoes it as running
    await room.book.change(order.order_id, OrderStatus.CLOSED, clock(), outcome="已送达")
    assert (await room.service.open_order(URGE, parcel, call_id="b"))[1]


async def test_without_the_carrier_the_last_known_is_told_as_stale(room: Room, faults: deque[str]) -> None:
    before = await room.service.identify("13800138000")
    faults.extend(["status=503"] * 4)
    after = await room.service.identify("13800138000")
    assert not after.carrier_reachable
    assert [parcel.waybill for parcel in after.parcels] == [parcel.waybill for parcel in before.parcels]
    assert all(parcel.stale for parcel in after.parcels) and not any(parcel.stale for parcel in before.parcels)


async def test_without_the_carrier_an_unknown_number_is_an_unknown_caller(room: Room, faults: deque[str]) -> None:
    faults.extend(["garbage"] * 4)
    profile = await room.service.identify("13800138000")
    assert (profile.parcels, profile.carrier_reachable) == ((), False)


async def test_a_slow_carrier_costs_at_most_the_deadline_and_delays_nobody_else(
    engine: AsyncEngine, carrier: HttpCarrier, clock: MovingClock, faults: deque[str], room: Room
) -> None:
    hurried = Room(engine, carrier, clock, deadline_s=0.05)
    await hurried.service.start()
    faults.append("delay=3600")
    slow = asyncio.create_task(hurried.service.identify("13800138000"))
    while faults:  # noqa: ASYNC110  # the slow question takes the fault first; a deque tells nobody when it is empty
        await asyncio.sleep(0)
    assert (await room.service.identify("13800138001")).carrier_reachable
    assert not (await slow).carrier_reachable
    await hurried.service.close()


@pytest.mark.parametrize(
    ("words", "tail"),
    [
        ({"waybill": "yq 8850024166386"}, "6386"),
        ({"waybill": "8850024166386"}, "6386"),
        ({"waybill_tail": "5931", "number": "13800138001"}, "5931"),
        ({"phone_tail": "3679", "number": "13800138005"}, "4470"),
        ({"phone": "13800138002"}, "8152"),
        ({"order_no": "2611174400413679"}, "4470"),
        ({"number": "13800138002"}, "8152"),
    ],
)
async def test_find_by_what_a_caller_can_say(room: Room, words: dict[str, str], tail: str) -> None:
    assert [parcel.tail for parcel in await room.service.find(**words)] == [tail]


async def test_nothing_said_finds_nothing(room: Room) -> None:
    assert await room.service.find() == ()


async def test_four_digits_with_surname_and_district_are_enough(room: Room) -> None:
    await room.table.create()
    await room.table.store(
        [row(f"YQ88500241{n:01d}6386", receiver_surname="王", district="江夏区") for n in range(6)]
        + [row("YQ8850024166386", receiver_phone="17012340056-9999", district="金水区")]
    )
    with pytest.raises(NeedsMoreError):
        await room.service.find(waybill_tail="6386")
    (parcel,) = await room.service.find(waybill_tail="6386", surname="李", district="金水")
    assert parcel.waybill == "YQ8850024166386"
    (parcel,) = await room.service.find(phone_tail="9999")
    assert parcel.waybill == "YQ8850024166386"


async def test_find_names_what_is_wrong(room: Room, faults: deque[str]) -> None:
    with pytest.raises(NoDataYetError):
        await room.service.find(waybill="YQ1234567890123")
    with pytest.raises(BadNumberError):
        await room.service.find(waybill="12")
    faults.extend(["status=502"] * 4)
    with pytest.raises(UnavailableError):
        await room.service.find(waybill="YQ8850024166386")


async def test_our_own_table_finds_what_the_platform_does_not_know_by_phone(room: Room) -> None:
    await room.table.store([row("YQ8850025573196", receiver_phone="13700137000", carrier="sandbox")])
    profile = await room.service.identify("13700137000")
    assert [parcel.tail for parcel in profile.parcels] == ["3196"]
    assert (profile.caller_class, profile.surname) == (CallerClass.RECEIVER, "李")


async def test_the_registry_wins_over_the_carrier(room: Room) -> None:
    await room.table.register([{"phone": "13800138000", "caller_class": CallerClass.BLOCKED.value, "name": None}])
    assert (await room.service.identify("13800138000")).caller_class is CallerClass.BLOCKED


async def test_a_landline_is_shared_by_several_people(room: Room) -> None:
    await room.table.store([row("YQ8850025573196", receiver_phone="037167584463", carrier="sandbox")])
    assert (await room.service.identify("0371-67584463")).caller_class is CallerClass.SHARED


async def test_no_link_is_said_to_be_sent_without_a_sender(room: Room) -> None:
    parcel = await parcel_of(room, "13800138000")
    assert await room.service.send_link("photo", parcel, phone="13800138000", call_id="a") is False


async def test_our_own_bulletins_explain_too_and_vanish_when_withdrawn(
    engine: AsyncEngine, carrier: HttpCarrier, clock: MovingClock
) -> None:
    fog = Bulletin("B-FOG", "大雾", clock() - timedelta(hours=1), outlet="余杭良渚网点")
    board = [fog]

    async def notices() -> tuple[Bulletin, ...]:
        return tuple(board)

    finder = Finder(platform=carrier, clock=clock)
    service = LogisticsService(finder, WorkOrderBook(engine), PROMISES, notices=notices, clock=clock)
    await service.start()
    profile = await service.identify("13800138006")
    facts = derive(profile.parcels[0], clock(), profile.bulletins)
    assert facts.why is not None and facts.why.source == "bulletin:B-FOG"
    board.clear()
    assert fog not in (await service.identify("13800138006")).bulletins
    await service.close()


async def test_a_caller_who_confirmed_a_parcel_is_known_by_number(room: Room) -> None:
    await room.table.store([row("YQ8850026914470", receiver_phone="17012340056-3679", carrier="sandbox")])
    assert (await room.service.identify("13800138005")).parcels == ()
    (parcel,) = await room.service.find(phone_tail="3679", number="13800138005")
    await room.service.remember("+8613800138005", parcel)
    profile = await room.service.identify("13800138005")
    assert (profile.caller_class, [p.tail for p in profile.parcels]) == (CallerClass.VERIFIED, ["4470"])


async def test_the_share_of_callers_known_by_number_is_counted_without_the_line_test(room: Room) -> None:
    def counted() -> list[float]:
        return [CALLERS.labels(identified=known)._value.get() for known in ("true", "false")]

    before = counted()
    for number in ("13800138000", "13800138005", "13800138012", "13800138014", "13800138015"):
        await room.service.identify(number)
    assert [after - then for after, then in zip(counted(), before, strict=True)] == [1, 1]
