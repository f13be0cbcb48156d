"""Calls from the browser: the offer comes in by HTTP, then the call is a call like any other."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk.errors import Away, Forbidden, NotFound
from desk.http import desk_router
from desk.http.cross_origin import Pages, cross_origin_router, preflight
from dialog.located_yaml import ConfigError
from ledger import Ledger, StoredEvent
from telephony.ports import CallGone, SipCall
from telephony.webrtc import LineBusy, OfferRefused, WebCall, WebEndpoint, parse_ice_servers
from telephony.webrtc.ice import IceServer
from telephony.webrtc.offer import MAX_SDP_BYTES

logger = logging.getLogger(__name__)

TakeCall = Callable[[SipCall], str]
"""Begins the session of a call and returns its id."""
MediaOffer = Callable[[str, str, str], Awaitable[str]]
"""Call id, ticket, SDP offer -> SDP answer, as ``Floor.media_offer``."""

_SPEAKERS = {"turn.caller": "caller", "turn.bot": "bot", "turn.agent": "agent"}


class Offer(BaseModel):
    """An SDP offer."""

    sdp: str = Field(max_length=MAX_SDP_BYTES)
    type: str = Field(default="offer", pattern="^offer$")


class CallOffer(Offer):
    """A new call; ``called`` is the hotline's number, the default one when empty."""

    called: str = Field(default="", pattern=r"^[0-9+*#]{0,20}$")


class ResumeOffer(Offer):
    """A page that lost its connection; ``resume`` is the token it got on its data channel."""

    resume: str = Field(max_length=64)


class SoftphoneOffer(Offer):
    """An agent's softphone; ``ticket`` came with the ring message."""

    ticket: str = Field(max_length=128)


class WebCalls:
    """What the page ``/`` and the softphones ask for.

    ``take`` begins the session of a new call. Captions are the ledger's own turns, so a page shows what is written
    down; words still being spoken come from the pipeline, marked as not final.
    """

    def __init__(self, endpoint: WebEndpoint, ledger: Ledger, take: TakeCall, pages: Pages | None = None) -> None:
        self._endpoint, self._take, self._pages = endpoint, take, pages or Pages()
        self._live: dict[str, WebCall] = {}
        self._media_offer: MediaOffer | None = None
        ledger.subscribe(self._committed)

    def serve_softphones(self, media_offer: MediaOffer) -> None:
        """Let the floor answer softphones; before, their offers are refused."""
        self._media_offer = media_offer

    def router(self) -> APIRouter:
        """The routes."""
        router = desk_router()
        add = router.add_api_route
        add("/api/v1/web-calls", self.begin, methods=["POST"], response_model=None, tags=["calls"])
        add("/api/v1/web-calls/servers", self.servers, methods=["GET"], response_model=None, tags=["calls"])
        # A softphone's page may come from another process of the hotline than the one that runs its call.
        crossed = cross_origin_router(self._pages)
        add = crossed.add_api_route
        for path, handler in (("/web-calls/resume", self.resume), ("/calls/{call_id}/media", self.media)):
            add(f"/api/v1{path}", handler, methods=["POST"], response_model=None, tags=["calls"])
            add(f"/api/v1{path}", preflight, methods=["OPTIONS"], include_in_schema=False)
        router.include_router(crossed)
        return router

    async def begin(self, offer: CallOffer) -> Response | dict[str, object]:
        """Begin a call and answer its offer."""
        try:
            call, answer = await self._endpoint.caller(offer.sdp, called=offer.called)
        except LineBusy as busy:
            raise Away("客服热线正忙，请过一会儿再拨。", code=busy.reason, retry_after=10) from busy
        except OfferRefused as refused:
            return _refused(refused)
        call_id = self._take(call)
        self._live[call_id] = call
        call.on_closed(lambda _cause: self._forget(call_id))
        return {"call_id": call_id, "sdp": answer, "type": "answer"}

    async def servers(self) -> dict[str, object]:
        """Tell a page its STUN and TURN servers."""
        return {"ice_servers": self._endpoint.ice_servers()}

    async def resume(self, offer: ResumeOffer) -> Response | dict[str, object]:
        """Take a page back on its call."""
        try:
            answer = await self._endpoint.resume(offer.resume, offer.sdp)
        except CallGone as gone:
            raise NotFound("这通电话已经结束，请重新拨打。", code="call_ended") from gone
        except OfferRefused as refused:
            return _refused(refused)
        return {"sdp": answer, "type": "answer"}

    async def media(self, call_id: str, offer: SoftphoneOffer) -> Response | dict[str, object]:
        """Connect an agent's softphone, its gates closed until the agent accepts."""
        if self._media_offer is None:
            raise Away("坐席席位还没有就绪，请稍后再试。")
        try:
            answer = await self._media_offer(call_id, offer.ticket, offer.sdp)
        except PermissionError as error:
            raise Forbidden("振铃凭证无效或已用过，请等下一次来电。", code="ticket") from error
        except CallGone as gone:
            raise NotFound("这通电话已经结束。", code="call_ended") from gone
        except OfferRefused as refused:
            return _refused(refused)
        return {"sdp": answer, "type": "answer"}

    def _forget(self, call_id: str) -> None:
        self._live.pop(call_id, None)

    def _committed(self, stored: Sequence[StoredEvent]) -> None:
        for row in stored:
            call = self._live.get(row.event.call_id)
            who = _SPEAKERS.get(row.event.type)
            if call is not None and who is not None:
                call.send({"type": "caption", "who": who, "text": str(row.event.data.get("text", "")), "final": True})


def caption_sink(call: SipCall) -> Callable[[str, str], None] | None:
    """Where words go while they are spoken: ``sink(who, text)`` for a browser's call, ``None`` for a telephone."""
    if not isinstance(call, WebCall):
        return None

    def show(who: str, text: str) -> None:
        if text:
            call.send({"type": "caption", "who": who, "text": text, "final": False})

    return show


def configured_ice_servers(text: str) -> tuple[IceServer, ...]:
    """Read ``ICE_SERVERS``.

    Raises:
        ConfigError: an entry is wrong; the text says how one is written.
    """
    try:
        return parse_ice_servers(text)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _refused(refused: OfferRefused) -> Response:
    logger.info("an offer was refused: %s", refused)
    body = {"error": "通话请求无法建立，请刷新页面后再试。", "code": "offer_refused", "reason": str(refused)}
    return JSONResponse(body, 400)
