"""Routes that the pages of other origins may ask (CORS, Fetch standard section 3.2), and which origins those are.

Behind a load balancer every process of the hotline has an address of its own, and a softphone's offer has to reach the
very process that runs the call. No cookie travels that way: what is asked carries its own one-time credential.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from desk.errors import Forbidden
from desk.http.route import DeskRoute, refusal

PREFLIGHT_S = 600


def check_origin(text: str) -> str:
    """Return an origin as browsers write it: scheme, host and port, nothing after.

    Raises:
        ValueError: it is none; the text says how one is written.
    """
    parts = urlsplit(text.strip())
    plain = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in ("https", "http") or not parts.hostname or not plain or set(parts.netloc) & set("*;, "):
        raise ValueError(f"{text!r} is no origin; write for example https://crm.example.com")
    return f"{parts.scheme}://{parts.netloc}".lower()


@dataclass(frozen=True, slots=True)
class Pages:
    """The origins of the hotline's own pages: ``public`` is ``PUBLIC_URL``, ``others`` are its other processes."""

    public: str = ""
    others: Sequence[str] = ()

    def may_ask(self, request: Request) -> bool:
        """Whether the page that asks is one of ours; what sends no ``Origin`` is no page."""
        origin = request.headers.get("origin")
        if origin is None:
            return True
        public = urlsplit(self.public)
        own = urlsplit(origin).netloc == request.headers.get("host")
        return own or origin in (*self.others, f"{public.scheme}://{public.netloc}")

    def headers(self, request: Request) -> dict[str, str]:
        """What lets the asking page read the answer."""
        origin = request.headers.get("origin")
        return {"Vary": "Origin"} | ({"Access-Control-Allow-Origin": origin} if origin else {})


def cross_origin_router(pages: Pages) -> APIRouter:
    """Return a router whose routes the hotline's pages of every origin may ask, and nobody else's."""

    class CrossOriginRoute(DeskRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def handle(request: Request) -> Response:
                if not pages.may_ask(request):
                    return refusal(Forbidden("请求不是从本系统页面发出的,已拒绝。", code="foreign_origin"))
                response = await handler(request)
                response.headers.update(pages.headers(request))
                return response

            return handle

    return APIRouter(route_class=CrossOriginRoute)


async def preflight() -> Response:
    """Answer the browser's question before it sends JSON to another origin."""
    allowed = {"Access-Control-Allow-Methods": "POST", "Access-Control-Allow-Headers": "Content-Type"}
    return Response(status_code=204, headers=allowed | {"Access-Control-Max-Age": str(PREFLIGHT_S)})
