"""The web side of a browser's call: bad offers, tickets, captions, and the page's own headers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dialog.located_yaml import ConfigError
from ledger import Event, Ledger
from telephony.admission import Admission
from telephony.ports import CallerId, CallGone, CallInfo, SipCall
from telephony.webrtc import WebCall, WebEndpoint
from telephony.webrtc.visitor import Visitor
from tests.telephony.webrtc.conftest import until
from tests.telephony.webrtc.offers import OFFER, without
from voice.call_page import call_page_router
from voice.web_calls import WebCalls, caption_sink, configured_ice_servers

TOKEN = "t" * 32


class Web:
    """The routes over a real endpoint and a real ledger; ``taken`` are the calls that reached a session."""

    def __init__(self, ledger: Ledger, endpoint: WebEndpoint) -> None:
        self.ledger, self.endpoint = ledger, endpoint
        self.taken: list[SipCall] = []
        self.calls = WebCalls(endpoint, ledger, self.take)
        app = FastAPI()
        app.include_router(self.calls.router())
        app.include_router(call_page_router("云雀<快递>"))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")

    def take(self, call: SipCall) -> str:
        self.taken.append(call)
        return f"c-{len(self.taken)}"

    async def post(self, path: str, **body: object) -> tuple[int, dict[str, str]]:
        answer = await self.http.post(f"/api/v1/{path}", json=body)
        return answer.status_code, answer.json()


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    await ledger.start()
    web = Web(ledger, WebEndpoint(admission=Admission(1), ice_servers=configured_ice_servers("stun:stun.example.org")))
    yield web
    await web.http.aclose()
    await web.endpoint.close()
    await ledger.close()


@pytest.mark.parametrize("sdp", ["", "hello", without("a=fingerprint"), OFFER.replace("m=audio 41000", "m=audio x")])
async def test_a_bad_offer_is_refused_in_a_sentence_and_takes_no_line(web: Web, sdp: str) -> None:
    status, answer = await web.post("web-calls", sdp=sdp, type="offer")
    assert (status, answer["code"]) == (400, "offer_refused")
    assert answer["error"].endswith("。")
    assert answer["reason"].endswith(".")
    assert web.taken == []
    assert web.endpoint.calls == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"sdp": 5}, {"sdp": "x" * 40_000}, {"sdp": OFFER, "type": "answer"}, {"sdp": OFFER, "called": "sip:x@y"}],
)
async def test_what_is_no_request_is_refused_before_any_sdp_is_read(web: Web, body: dict[str, object]) -> None:
    status, answer = await web.post("web-calls", **body)
    assert status == 422
    assert "Traceback" not in str(answer)
    assert web.taken == []


async def test_a_body_without_end_is_cut(web: Web) -> None:
    answer = await web.http.post("/api/v1/web-calls", content=b"x" * 1_000_000)
    assert answer.status_code in (400, 413)


async def test_when_the_hotline_is_full_the_page_is_told_to_wait(web: Web) -> None:
    caller = CallInfo("sip", CallerId(None, None, True, False), "", "", 8000, "udp", "inbound")
    assert web.endpoint._admission is not None
    web.endpoint._admission.admit(caller)
    status, answer = await web.post("web-calls", sdp=OFFER)
    assert (status, answer["code"]) == (503, "at_capacity")


async def test_a_forged_token_resumes_nothing(web: Web) -> None:
    assert (await web.post("web-calls/resume", sdp=OFFER, resume=TOKEN))[0] == 404


async def test_softphones_go_to_the_floor_with_their_ticket(web: Web) -> None:
    assert (await web.post("calls/c-1/media", sdp=OFFER, ticket="t"))[0] == 503, "no floor yet"
    asked: list[tuple[str, str]] = []

    async def media_offer(call_id: str, ticket: str, sdp: str) -> str:
        asked.append((call_id, ticket))
        if ticket == "gone":
            raise CallGone("over")
        if ticket != "good":
            raise PermissionError("used")
        return sdp.replace("offer", "answer")

    web.calls.serve_softphones(media_offer)
    assert (await web.post("calls/c-1/media", sdp=OFFER, ticket="good"))[1]["type"] == "answer"
    status, answer = await web.post("calls/c-1/media", sdp=OFFER, ticket="forged")
    assert (status, answer["code"]) == (403, "ticket")
    assert (await web.post("calls/c-1/media", sdp=OFFER, ticket="gone"))[0] == 404
    assert asked == [("c-1", "good"), ("c-1", "forged"), ("c-1", "gone")]


@pytest.mark.call
async def test_a_call_begins_and_its_ledger_turns_are_its_captions(web: Web) -> None:
    visitor = Visitor()
    status, answer = await web.post("web-calls", sdp=await visitor.offer(), type="offer", called="95001")
    assert (status, answer["call_id"]) == (200, "c-1")
    await visitor.accept(answer["sdp"])
    call = web.taken[0]
    assert call.info.called == "95001"
    now = datetime(2026, 11, 22, tzinfo=UTC)
    show = caption_sink(call)
    assert show is not None
    show("caller", "我的")
    for call_id, type_, text in (("c-1", "turn.bot", "您好"), ("c-2", "turn.bot", "别人的"), ("c-1", "intent", "x")):
        await web.ledger.append(Event(type_, call_id, now, {"text": text}))
    await web.ledger.append(Event("turn.agent", "c-1", now, {"text": "<b>我是坐席</b>"}))
    await until(lambda: len(visitor.messages) >= 4)
    assert [message for message in visitor.messages if message["type"] == "caption"] == [
        {"type": "caption", "who": "caller", "text": "我的", "final": False},
        {"type": "caption", "who": "bot", "text": "您好", "final": True},
        {"type": "caption", "who": "agent", "text": "<b>我是坐席</b>", "final": True},
    ]
    await visitor.close()


async def test_a_telephone_gets_no_captions(web: Web) -> None:
    class Telephone:
        pass

    assert caption_sink(Telephone()) is None  # type: ignore[arg-type]
    call = WebCall()
    assert caption_sink(call) is not None
    await call.hangup()


async def test_the_page_is_served_with_its_name_and_runs_no_foreign_script(web: Web) -> None:
    page = await web.http.get("/")
    assert page.status_code == 200
    assert "云雀&lt;快递&gt;" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "microphone=(self)" in page.headers["permissions-policy"]
    assert "<script>" not in page.text
    assert "style=" not in page.text
    again = await web.http.get("/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/call/app.js", "/call/captions.js", "/call/style.css", "/call/icon.svg", "/shared/softphone.js"],
)
async def test_every_file_of_the_page_is_there(web: Web, path: str) -> None:
    answer = await web.http.get(path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/call/nothing.js", "/call/..%2f..%2fpyproject.toml", "/shared/softphone.d.ts"])
async def test_nothing_else_is(web: Web, path: str) -> None:
    assert (await web.http.get(path)).status_code == 404


async def test_the_servers_of_the_configuration_reach_the_page(web: Web) -> None:
    answer = await web.http.get("/api/v1/web-calls/servers")
    assert answer.json() == {"ice_servers": [{"urls": "stun:stun.example.org"}]}
    with pytest.raises(ConfigError, match="ICE_SERVERS"):
        configured_ice_servers("nonsense")
