"""One route class for the whole desk: body limit, one-sentence refusals, security headers."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from desk.errors import Away, DeskError, TooLarge
from desk.http.headers import security_headers
from ledger import LedgerUnavailable

logger = logging.getLogger(__name__)

MAX_BODY = 256 * 1024
_HEADERS = security_headers()


class LimitedRequest(Request):
    """A request whose body ends at ``MAX_BODY`` bytes, announced or not."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it comes.

        Raises:
            TooLarge: more came than anybody needs.
        """
        announced = self.headers.get("content-length", "0")
        if not announced.isdigit() or int(announced) > MAX_BODY:
            raise TooLarge("提交的内容太大了,请删减后再试。")
        taken = 0
        async for chunk in super().stream():
            taken += len(chunk)
            if taken > MAX_BODY:
                raise TooLarge("提交的内容太大了,请删减后再试。")
            yield chunk


class DeskRoute(APIRoute):
    """A route that never shows a traceback, an echo of hostile input, or a page without its headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await handler(LimitedRequest(request.scope, request.receive))
            except Exception as error:
                response = refusal(error)
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
            if request.url.path.startswith("/api/"):
                response.headers.setdefault("Cache-Control", "no-store")
            return response

        return handle


def refusal(error: Exception) -> Response:
    """Turn an error into its answer; what is no refusal is a bug and is raised again."""
    match error:
        case DeskError():
            failure = error
        case RequestValidationError():
            return _problem(422, f"请求内容有误:{_where(error)}。", "invalid")
        case HTTPException() if isinstance(error.__cause__, DeskError):
            failure = error.__cause__
        case HTTPException():
            return _problem(error.status_code, "请求无法处理。", "bad_request")
        case LedgerUnavailable() | SQLAlchemyError():
            logger.error("the desk's database does not answer: %s", type(error).__name__)
            failure = Away("数据库暂时无法访问,请稍后再试。")
        case _:
            raise error
    response = _problem(failure.status, failure.sentence, failure.code)
    if failure.retry_after:
        response.headers["Retry-After"] = str(failure.retry_after)
    return response


def _where(error: RequestValidationError) -> str:
    """Name the first wrong field; the value itself is never sent back."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"][1:] if isinstance(part, str)]
    return f"字段 {'.'.join(place)[:60]}" if place and place[-1].isidentifier() else "不是有效的 JSON"


def _problem(status: int, sentence: str, code: str) -> JSONResponse:
    return JSONResponse({"error": sentence, "code": code}, status)


def desk_router() -> APIRouter:
    """Return a router whose routes are all ``DeskRoute``."""
    return APIRouter(route_class=DeskRoute)
