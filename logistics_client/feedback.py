"""``POST /push/work-orders``: an outlet's or carrier's own system tells how an order stands.

``{"order_id", "status", "outcome", "owner", "at"}``, signed like what we send there (:mod:`signed_push`). Repeats and
late arrivals change nothing, so a sender may repeat until it reads ``{"accepted": true}``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from logistics_client.clock import Clock, system_clock
from logistics_client.errors import BadReplyError, UnavailableError
from logistics_client.signed_push import PushRefusedError, checked
from logistics_client.transport import at_text, text
from logistics_client.vocabulary import OrderStatus
from logistics_client.work_orders import WorkOrderBook

logger = logging.getLogger(__name__)

MAX_BODY = 20_000
# What others may tell us; overdue is decided by our clock, opened by us.
_TOLD = frozenset(OrderStatus) - {OrderStatus.OPENED, OrderStatus.OVERDUE}


class FeedbackReceiver:
    """Takes feedback about work orders.

    Args:
        book: the orders.
        secret: shared with those who push; empty refuses everybody.
        clock: our clock.
    """

    def __init__(self, book: WorkOrderBook, secret: str, *, clock: Clock = system_clock) -> None:
        self._book = book
        self._secret = secret
        self._clock = clock

    async def take(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Take one message; return the HTTP status and what was wrong, empty when nothing was."""
        now = self._clock()
        try:
            if not self._secret:
                raise PushRefusedError("no secret is configured; set SECRET_KEY", carrier="outlet")
            data = checked(body, headers, self._secret, now, source="outlet")
        except PushRefusedError:
            logger.warning("feedback refused")
            return 403, "bad_signature"
        except BadReplyError:
            return 400, "unreadable"
        order_id, status = text(data, "order_id", limit=32), text(data, "status", limit=16)
        if order_id is None or status not in _TOLD:
            return 400, "order_id or status"
        said_at = at_text(text(data, "at", limit=40))
        try:
            after = await self._book.change(
                order_id,
                OrderStatus(status),
                now,
                outcome=text(data, "outcome", limit=500),
                owner=text(data, "owner", limit=100),
                said_at=min(said_at, now) if said_at is not None else None,
            )
        except UnavailableError:
            return 503, "busy"
        return (200, "") if after is not None else (404, "unknown order")


def feedback_router(receiver: FeedbackReceiver) -> APIRouter:
    """Make the route ``/push/work-orders``."""
    router = APIRouter(prefix="/push", include_in_schema=False)

    @router.post("/work-orders")
    async def feedback(request: Request) -> JSONResponse:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return JSONResponse({"accepted": False, "error": "too large"}, 413)
        status, wrong = await receiver.take(bytes(body), request.headers)
        answer: dict[str, object] = {"accepted": True} if status == 200 else {"accepted": False, "error": wrong}
        return JSONResponse(answer, status)

    return router
