"""Work orders that others opened for a parcel (the app, the outlet), as the carrier told us in a look-up."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from logistics_client.vocabulary import OrderKind, WorkOrder


class KnownOrders:
    """Bounded memory of orders by parcel.

    Args:
        size: most parcels remembered.
    """

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._orders: OrderedDict[str, dict[str, WorkOrder]] = OrderedDict()

    def note(self, waybills: Iterable[str], orders: Iterable[WorkOrder]) -> None:
        """Remember what a look-up told about these parcels: all their orders, so that one that is gone is forgotten."""
        found: dict[str, dict[str, WorkOrder]] = {waybill: {} for waybill in waybills}
        for order in orders:
            if order.waybill is not None:
                found.setdefault(order.waybill, {})[order.order_id] = order
        for waybill, known in found.items():
            self._orders.pop(waybill, None)
            if known:
                self._orders[waybill] = known
        while len(self._orders) > self._size:
            self._orders.popitem(last=False)

    def of(self, waybill: str) -> tuple[WorkOrder, ...]:
        """Return what is remembered about a parcel."""
        return tuple(self._orders.get(waybill, {}).values())

    def running(self, waybill: str, kind: OrderKind) -> WorkOrder | None:
        """Return the newest running order of this kind."""
        fitting = [order for order in self.of(waybill) if order.kind is kind and order.status.is_running]
        return max(fitting, key=lambda order: order.opened_at, default=None)
