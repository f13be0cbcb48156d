"""Parcels in memory, as the desk's actions need them: opening is idempotent, links can fail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from logistics_client.clock import CHINA
from logistics_client.errors import UnavailableError
from logistics_client.vocabulary import (
    Bulletin,
    CallerClass,
    CallerProfile,
    CodeCheck,
    Courier,
    OrderKind,
    Outlet,
    Parcel,
    PickupPlace,
    Promise,
    Stage,
    TraceEvent,
    WorkOrder,
)

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=CHINA)
WAYBILL = "YQ8850024166386"

PARCEL = Parcel(
    waybill=WAYBILL,
    carrier="yunque",
    stage=Stage.AT_OUTLET,
    events=(
        TraceEvent(NOW - timedelta(days=1), Stage.AT_HUB, "到达【武汉转运中心】", site="武汉转运中心"),
        TraceEvent(
            NOW - timedelta(hours=3), Stage.AT_OUTLET, "到达【郑州金水网点】", courier=Courier("王", "13700137000")
        ),
    ),
    outlet=Outlet("o1", "郑州金水网点", phone="0371-67584463"),
    courier=Courier("王", "13700137000"),
    pickup=PickupPlace("locker", "l1", "丰巢", code="88123456"),
)


class SmallLogistics:
    def __init__(self) -> None:
        self.orders: list[WorkOrder] = []
        self.sent: list[tuple[str, str]] = []
        self.away = False
        self.gateway = True

    async def identify(self, number: str | None) -> CallerProfile:
        return CallerProfile(CallerClass.RECEIVER, number, parcels=(PARCEL,))

    async def find(self, *, waybill: str | None = None, number: str | None = None, **_: object) -> tuple[Parcel, ...]:
        if self.away:
            raise UnavailableError("the carrier is away")
        return (PARCEL,) if waybill == WAYBILL else ()

    async def open_order(
        self, kind: OrderKind, parcel: Parcel | None, *, call_id: str, details: Mapping[str, str] | None = None
    ) -> tuple[WorkOrder, bool]:
        if self.away:
            raise UnavailableError("the order database is away")
        waybill = parcel.waybill if parcel else None
        for order in self.orders:
            if (order.kind, order.waybill) == (kind, waybill):
                return order, False
        promise = Promise("网点联系您", NOW + timedelta(minutes=30))
        order = WorkOrder(
            f"2611220000{len(self.orders)}", kind, waybill, NOW, promise=promise, owner="郑州金水网点", call_id=call_id
        )
        self.orders.append(order)
        return order, True

    async def bulletins(self) -> tuple[Bulletin, ...]:
        return ()

    async def orders_for(self, waybill: str) -> tuple[WorkOrder, ...]:
        return tuple(order for order in self.orders if order.waybill == waybill)

    async def send_link(self, purpose: str, parcel: Parcel, *, phone: str, call_id: str) -> bool:
        self.sent.append((purpose, phone))
        return self.gateway

    async def send_number_link(self, phone: str, *, call_id: str) -> bool:
        raise AssertionError("only the dialogue asks for numbers")

    async def send_code(self, purpose: OrderKind, parcel: Parcel, *, phone: str, call_id: str) -> str | None:
        raise AssertionError("only the dialogue asks for codes")

    async def check_code(self, purpose: OrderKind, parcel: Parcel, said: str) -> CodeCheck:
        raise AssertionError("only the dialogue asks for codes")

    async def remember(self, number: str, parcel: Parcel) -> None:
        pass

    async def close(self) -> None:
        pass
