"""How every route of this room says no: one Chinese sentence and a code, never a trace.

``{"error": "工单已经结束，请先重开。", "code": "done"}``
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from logistics_client.bulletins import BulletinError
from logistics_client.errors import (
    BadNumberError,
    CarrierAwayError,
    LogisticsError,
    NeedsMoreError,
    NeedsPhoneTailError,
    NoDataYetError,
)
from logistics_client.work_orders.progress import StepRefusedError

logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024

_STEPS = {
    "done": "工单已经结束，请先重开。",
    "running": "工单还在处理中，不用重开。",
    "no_owner": "请填写改派到哪个网点、中转场或队列。",
    "another_runs": "这件快件已有同类工单在处理，请在那张工单上办理。",
}
_BULLETINS = {
    "cause": "请填写原因，来电人会听到，最多两百字。",
    "no_place": "请至少填写品牌、省份、中转场、线路、网点中的一项。",
    "province": "省份填写有误，请写成广东、广东省这样。",
    "zone": "时间要带时区，例如 2026-11-22T20:00:00+08:00。",
    "times": "结束和恢复时间要晚于开始时间。",
    "own": "公告要由作者以外的人审批。",
    "not_waiting": "只有待审批的公告可以审批。",
    "unknown": "没有这条公告。",
    "nobody": "公告要有作者和审批人。",
}
_LOOKUPS: tuple[tuple[type[LogisticsError], int, str, str], ...] = (
    (NoDataYetError, 404, "no_data", "没有查到这个运单。"),
    (BadNumberError, 400, "bad_number", "运单号不对，请核对。"),
    (NeedsPhoneTailError, 400, "needs_phone_tail", "请补充手机号后四位。"),
    (NeedsMoreError, 409, "needs_more", "符合的快件不止一件，请写完整单号。"),
    (CarrierAwayError, 503, "away", "暂时无法办理，请稍后再试。"),
)


class Refusal(Exception):  # noqa: N818
    """An answer that is a refusal of our own."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence


class LimitedRequest(Request):
    """A request whose body ends at ``MAX_BODY`` bytes, announced or not."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it comes; more than anybody needs is refused."""
        taken = 0
        async for chunk in super().stream():
            taken += len(chunk)
            if taken > MAX_BODY:
                raise Refusal(413, "too_large", "提交的内容太大了，请删减后再试。")
            yield chunk


class RoomRoute(APIRoute):
    """A route of this room."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await handler(self._asked(request))
            except Exception as error:
                response = refusal(error)
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers.setdefault("X-Content-Type-Options", "nosniff")
            return response

        return handle

    def _asked(self, request: Request) -> Request:
        return LimitedRequest(request.scope, request.receive)


class StreamRoute(RoomRoute):
    """A route whose body may be of any size: its endpoint reads it piece by piece."""

    def _asked(self, request: Request) -> Request:
        return request


def room_router(prefix: str, *, stream: bool = False) -> APIRouter:
    """Return a router whose routes refuse in this room's way."""
    return APIRouter(prefix=prefix, route_class=StreamRoute if stream else RoomRoute)


def refusal(error: Exception) -> Response:
    """Turn an error into its answer; what is no refusal is a bug and is raised again."""
    cause = error.__cause__ if isinstance(error, HTTPException) and error.__cause__ is not None else error
    # Our own refusals, and those of ``require``: whoever signs people in has errors of the same shape.
    status, sentence = getattr(cause, "status", None), getattr(cause, "sentence", None)
    if isinstance(status, int) and isinstance(sentence, str):
        return _problem(status, sentence, str(getattr(cause, "code", "refused")))
    match error:
        case StepRefusedError():
            return _problem(409, _STEPS[error.code], error.code)
        case BulletinError():
            return _problem(404 if error.code == "unknown" else 400, _BULLETINS[error.code], error.code)
        case RequestValidationError():
            return _problem(422, f"请求内容有误:{_where(error)}。", "invalid")
        case HTTPException():
            return _problem(error.status_code, "请求无法处理。", "bad_request")
        case LogisticsError():
            return _of_lookup(error)
        case ClientDisconnect():
            return _problem(400, "连接已断开。", "gone")
        case _:
            raise error


def _of_lookup(error: LogisticsError) -> Response:
    for kind, status, code, sentence in _LOOKUPS:
        if isinstance(error, kind):
            return _problem(status, sentence, code)
    logger.warning("a request was refused", extra={"error": type(error).__name__})
    return _problem(409, "快递公司没有受理。", "refused")


def _where(error: RequestValidationError) -> str:
    """Name the first wrong field; the value itself is never sent back."""
    place = [str(part) for part in error.errors()[0]["loc"][1:] if isinstance(part, str)]
    return f"字段 {'.'.join(place)[:60]}" if place and place[-1].isidentifier() else "不是有效的 JSON"


def _problem(status: int, sentence: str, code: str) -> JSONResponse:
    return JSONResponse({"error": sentence, "code": code}, status)
