"""Texts: nothing is said to be sent without a receipt."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from logistics_client import signing
from logistics_client.errors import CarrierRefusedError, LogisticsError, UnavailableError
from logistics_client.links import (
    FileOutbox,
    HttpSmsGateway,
    LinkState,
    Purpose,
)
from logistics_client.links.sms import read_report
from logistics_client.signed_push import SIGNATURE_HEADER, TIME_HEADER
from logistics_client.transport import CarrierHttp
from tests.logistics_client.carrier_server import always, carrier_server, http, json_reply
from tests.logistics_client.links.desk import PHONE, WAYBILL, DeadGateway, Desk
from tests.logistics_client.moving_clock import NOON


async def test_the_text_names_only_the_tail_and_is_on_disk_for_its_owner(desk: Desk) -> None:
    link, _ = await desk.send(Purpose.ADDRESS)
    text = desk.texts()[0]
    assert text["phone"] == PHONE
    assert text["text"].startswith("【云雀快递】您尾号1386的快件，请点开填写新地址：https://hotline.example/u/")
    assert WAYBILL not in text["text"]
    assert stat.S_IMODE(desk.outbox.stat().st_mode) == 0o600
    assert desk.outcomes.names == ["link.sent"]
    stored = await desk.links.store.of_waybill(WAYBILL)
    assert [(item.link_id, item.state) for item in stored] == [(link.link_id, LinkState.SENT)]


async def test_without_a_receipt_nobody_says_sent(desk: Desk) -> None:
    desk.links._sms = DeadGateway()
    with pytest.raises(UnavailableError):
        await desk.links.send(Purpose.PHOTO, WAYBILL, phone=PHONE, call_id="c1")
    assert desk.outcomes.names == []
    assert (await desk.links.store.of_waybill(WAYBILL))[0].state is LinkState.CREATED


async def test_an_outbox_that_cannot_be_written_gives_no_receipt(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="DATA_DIR"):
        await FileOutbox(tmp_path / "file" / "sms.jsonl").send(PHONE, "x", message_id="m.1")


async def test_the_gateway_gets_a_signed_message_and_its_receipt_counts() -> None:
    async with carrier_server(always(json_reply({"accepted": True}))) as server:
        gateway = HttpSmsGateway(server.url, "SECRET", http=CarrierHttp("sms"))
        await gateway.send(PHONE, "【云雀快递】你好", message_id="m.1")
        await gateway.close()
    asked = server.asked[0]
    assert asked.json == {"message_id": "m.1", "phone": PHONE, "text": "【云雀快递】你好"}
    assert asked.headers["idempotency-key"] == "m.1"
    signed = asked.headers[TIME_HEADER].encode() + b"." + asked.body
    assert asked.headers[SIGNATURE_HEADER] == signing.hmac_sha256(signed, "SECRET")


@pytest.mark.parametrize("reply", [json_reply({"accepted": False}), json_reply({}), http(b"", "500 X"), http(b"OK")])
async def test_anything_else_is_no_receipt(reply: bytes) -> None:
    async with carrier_server(always(reply)) as server:
        gateway = HttpSmsGateway(server.url, "SECRET")
        with pytest.raises(LogisticsError):
            await gateway.send(PHONE, "x", message_id="m.1")
        await gateway.close()


@pytest.mark.parametrize("phone", ["", "abc", "138 0013 8000", "1380013800013800138000"])
async def test_no_message_goes_to_what_is_no_number(phone: str) -> None:
    gateway = HttpSmsGateway("http://127.0.0.1:9", "SECRET")
    with pytest.raises(CarrierRefusedError):
        await gateway.send(phone, "x", message_id="m.1")
    await gateway.close()


def report(desk: Desk, body: dict[str, Any], secret: str = "REPORT", age: float = 0.0) -> dict[str, Any]:
    content = json.dumps(body).encode()
    stamp = str(int((desk.clock.now.timestamp() - age) * 1000))
    sign = signing.hmac_sha256(stamp.encode() + b"." + content, secret)
    return {"content": content, "headers": {TIME_HEADER: stamp, SIGNATURE_HEADER: sign}}


async def test_a_delivery_report_counts_once(desk: Desk) -> None:
    link, _ = await desk.send(Purpose.PHOTO)
    for _ in range(2):
        reply = await desk.web.post(
            "/sms/reports", **report(desk, {"message_id": f"{link.link_id}.1", "delivered": True})
        )
        assert reply.json() == {"accepted": True}
    assert desk.outcomes.names == ["link.sent", "link.delivered"]


async def test_a_message_that_did_not_arrive_changes_nothing(desk: Desk) -> None:
    link, _ = await desk.send(Purpose.PHOTO)
    await desk.web.post("/sms/reports", **report(desk, {"message_id": f"{link.link_id}.1", "delivered": False}))
    assert desk.outcomes.names == ["link.sent"]


async def test_reports_that_are_not_the_gateways_are_refused(desk: Desk) -> None:
    link, _ = await desk.send(Purpose.PHOTO)
    good = {"message_id": f"{link.link_id}.1", "delivered": True}
    for request in (report(desk, good, "OTHER"), report(desk, good, age=301), report(desk, good, age=-301)):
        assert (await desk.web.post("/sms/reports", **request)).status_code == 403
    for body in (
        {"delivered": True},
        {"message_id": "x", "delivered": "yes"},
        {"message_id": "nobody", "delivered": True},
    ):
        assert (await desk.web.post("/sms/reports", **report(desk, body))).status_code == 400
    assert (await desk.web.post("/sms/reports", content=b"x" * 20_000)).status_code == 403
    assert (
        await desk.web.post("/sms/reports", content=b"{}", headers={TIME_HEADER.encode(): b"\xb2"})
    ).status_code == 403
    assert desk.outcomes.names == ["link.sent"]


def test_a_report_without_time_is_refused() -> None:
    with pytest.raises(CarrierRefusedError):
        read_report(b"{}", {}, "SECRET", NOON)
