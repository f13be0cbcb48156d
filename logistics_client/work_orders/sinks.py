"""Where work orders go: the carrier's platform, or the outlet's own system by a signed webhook."""

from __future__ import annotations

import json
from typing import Protocol

from logistics_client import signed_push
from logistics_client.clock import Clock, system_clock
from logistics_client.database import to_text
from logistics_client.http_client import PLATFORM_POLICY, HttpCarrier
from logistics_client.transport.http import CarrierHttp, Request
from logistics_client.vocabulary import WorkOrder


class OrderSink(Protocol):
    """Receiver of work orders; it has to be idempotent by order and action."""

    async def deliver(self, order: WorkOrder, action: str) -> None:
        """Deliver one step of an order; returning means that the receiver has it.

        Args:
            order: the order as it stands.
            action: ``open``, ``reopen`` or ``escalate``.

        Raises:
            LogisticsError: it was not delivered, or nobody knows.
        """


class PlatformSink:
    """Hands orders to a carrier that speaks the generic interface.

    Args:
        carrier: the platform's client.
    """

    def __init__(self, carrier: HttpCarrier) -> None:
        self._carrier = carrier

    async def deliver(self, order: WorkOrder, action: str) -> None:
        """Deliver; an escalation repeats the order, which the platform already shows as overdue."""
        await self._carrier.submit_order(order)


class WebhookSink:
    """Posts orders to ``OUTLET_WEBHOOK``.

    The body is signed with HMAC-SHA256 over ``timestamp.body``; ``Idempotency-Key`` is the same for every repeat.

    Args:
        url: the outlet's address.
        secret: shared with the outlet.
        http: connections and limits, if not of our own making.
        clock: our clock.
    """

    def __init__(self, url: str, secret: str, *, http: CarrierHttp | None = None, clock: Clock = system_clock) -> None:
        self._url = url
        self._secret = secret
        self._http = http or CarrierHttp("outlet", PLATFORM_POLICY, clock=clock)

    async def deliver(self, order: WorkOrder, action: str) -> None:
        """Deliver; any 2xx answer is a receipt."""
        body = json.dumps(message_of(order, action), ensure_ascii=False, separators=(",", ":")).encode()

        def build() -> Request:
            timestamp = self._http.clock.millis()
            headers = {
                "content-type": "application/json; charset=utf-8",
                "idempotency-key": f"{order.order_id}:{action}",
                **signed_push.headers(body, self._secret, timestamp),
            }
            return Request(self._url, body, headers)

        # Safe to repeat: the key makes the second arrival harmless.
        await self._http.send(build, safe=True)

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()


class SinkChain:
    """Delivers to every receiver; without one, the desk reads the table itself and nothing has to travel.

    Args:
        sinks: receivers, each of which gets every order.
    """

    def __init__(self, *sinks: OrderSink) -> None:
        self._sinks = sinks

    async def deliver(self, order: WorkOrder, action: str) -> None:
        """Deliver to all; the first error stops, and the repeat is harmless to those who already have it."""
        for sink in self._sinks:
            await sink.deliver(order, action)


def message_of(order: WorkOrder, action: str) -> dict[str, object]:
    """Build what an outlet is told; details are the caller's own words, field by field."""
    return {
        "order_id": order.order_id,
        "action": action,
        "kind": order.kind.value,
        "waybill": order.waybill,
        "opened_at": to_text(order.opened_at),
        "due_at": to_text(order.promise.due_at) if order.promise else None,
        "promise": order.promise.what if order.promise else None,
        "status": order.status.value,
        "owner": order.owner,
        "details": dict(order.details),
    }
