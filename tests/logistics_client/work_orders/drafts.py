from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from logistics_client.vocabulary import OrderKind, Promise
from logistics_client.work_orders import Draft
from tests.logistics_client.moving_clock import NOON


def draft(
    waybill: str | None = "YQ8850024166386",
    kind: OrderKind = OrderKind.URGE_DELIVERY,
    at: datetime = NOON,
    call_id: str = "call-1",
    details: Mapping[str, str] | None = None,
) -> Draft:
    promise = Promise("网点联系您", at + timedelta(minutes=30))
    return Draft(kind, waybill, at, promise, call_id=call_id, details=dict(details or {}))
