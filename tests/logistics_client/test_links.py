"""Links end to end: a text, a page, sealed photos, a new address; nothing said that did not happen, nothing lost."""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client import signing
from logistics_client.database import open_engine
from logistics_client.errors import CarrierRefusedError, LogisticsError, UnavailableError
from logistics_client.links import (
    EvidenceVault,
    FileOutbox,
    HttpSmsGateway,
    Link,
    LinkEvent,
    Links,
    LinkState,
    LinkStore,
    PhotoRefusedError,
    Purpose,
    Step,
    TokenSigner,
    Use,
    link_router,
    next_step,
)
from logistics_client.links.evidence import MAX_BYTES, checked_photo
from logistics_client.links.service import Site
from logistics_client.links.sms import read_report
from logistics_client.signed_push import SIGNATURE_HEADER, TIME_HEADER
from logistics_client.transport import CarrierHttp
from tests.logistics_client.carrier_server import always, carrier_server, http, json_reply
from tests.logistics_client.moving_clock import NOON, MovingClock

WAYBILL = "73100196611386"
PHONE = "13800138000"


def photo(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **more)
    return out.getvalue()


def photo_with_secrets() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "SecretPhoneMaker"
    exif.get_ifd(0x8825)[2] = (30.0, 35.0, 12.0)  # GPS latitude
    return photo(exif=exif, comment=b"SecretComment", xmp=b"<x>SecretXmp</x>")


@dataclass
class Outcomes:
    """Ledger and work orders, in this process; ``away`` makes them unreachable."""

    events: list[LinkEvent] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    calls: list[Link] = field(default_factory=list)
    away: bool = False

    def _check(self) -> None:
        if self.away:
            raise UnavailableError("the order database is away")

    async def happened(self, event: LinkEvent) -> None:
        self._check()
        self.events.append(event)

    async def handed_in(self, use: Use) -> None:
        self._check()
        self.uses.append(use)

    async def wants_call(self, link: Link) -> None:
        self._check()
        self.calls.append(link)

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]


@dataclass
class Desk:
    """Everything behind a link, as it runs in one process."""

    links: Links
    outcomes: Outcomes
    clock: MovingClock
    outbox: Path
    web: httpx.AsyncClient
    carrier_photo: list[bytes]
    root: Path

    def texts(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.outbox.read_text("utf-8").splitlines()]

    async def send(self, purpose: Purpose, lines: tuple[str, ...] = ()) -> tuple[Link, str]:
        link = await self.links.send(purpose, WAYBILL, phone=PHONE, call_id="c1", order_id="o1", lines=lines)
        found = re.search(r"https://hotline\.example(/u/[\w-]{20}) ", self.texts()[-1]["text"])
        assert found is not None
        return link, found.group(1)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made = open_engine(f"sqlite:///{tmp_path}/links.sqlite3")
    yield made
    await made.dispose()


@pytest.fixture
async def desk(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Desk]:
    clock, outcomes, outbox = MovingClock(), Outcomes(), tmp_path / "out" / "sms.jsonl"
    store = LinkStore(engine)
    await store.start()
    links = Links(
        store,
        EvidenceVault(tmp_path / "evidence", "KEY"),
        FileOutbox(outbox, clock=clock),
        TokenSigner(["KEY"]),
        Site("https://hotline.example/", "云雀快递"),
        outcomes,
        clock=clock,
    )
    photos: list[bytes] = []

    async def delivery_photo(waybill: str) -> bytes | None:
        assert waybill == WAYBILL
        if photos and photos[0] == b"away":
            raise UnavailableError("the carrier is away")
        return photos[0] if photos else None

    app = FastAPI()
    app.include_router(link_router(links, delivery_photo, report_secret="REPORT", clock=clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://hotline.example") as web:
        yield Desk(links, outcomes, clock, outbox, web, photos, tmp_path / "evidence")
    await links.close()


# --- tokens ------------------------------------------------------------------------------------------------------


def test_a_token_is_short_and_names_its_link() -> None:
    signer = TokenSigner(["NEW", "OLD"])
    link_id = signer.new_id()
    assert len(signer.token(link_id)) == 20
    assert signer.link_id(signer.token(link_id)) == link_id
    assert signer.link_id(TokenSigner(["OLD"]).token(link_id)) == link_id
    assert signer.link_id(TokenSigner(["OTHER"]).token(link_id)) is None


@given(st.text(max_size=40))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert TokenSigner(["KEY"]).link_id(text) is None


@given(st.integers(0, 19), st.characters(codec="ascii"))
def test_a_changed_token_is_refused(place: int, char: str) -> None:
    signer = TokenSigner(["KEY"])
    token = signer.token("AAAAbbbbCCCC")
    changed = token[:place] + char + token[place + 1 :]
    assert (signer.link_id(changed) is not None) == (changed == token)


@pytest.mark.parametrize("keys", [[], [""]])
def test_no_key_no_token(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="SECRET_KEY"):
        TokenSigner(keys)


# --- life --------------------------------------------------------------------------------------------------------

SENT = Link(
    "AAAAbbbbCCCC", Purpose.PHOTO, WAYBILL, PHONE, "c1", NOON, NOON + timedelta(hours=72), sends=1, sent_at=NOON
)
HALF_AN_HOUR = NOON + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("link", "at", "step"),
    [
        (SENT, HALF_AN_HOUR - timedelta(seconds=1), Step.NOTHING),
        (SENT, HALF_AN_HOUR, Step.RESEND),
        (replace(SENT, delivered_at=NOON), HALF_AN_HOUR, Step.RESEND),
        (replace(SENT, opened_at=NOON), HALF_AN_HOUR, Step.NOTHING),
        (replace(SENT, used_at=NOON), HALF_AN_HOUR, Step.NOTHING),
        (replace(SENT, sent_at=None, sends=0), HALF_AN_HOUR, Step.NOTHING),
        (replace(SENT, sends=2), HALF_AN_HOUR, Step.CALL),
        (replace(SENT, sends=2, call_wanted_at=NOON), HALF_AN_HOUR, Step.NOTHING),
        (SENT, SENT.expires_at, Step.NOTHING),
    ],
)
def test_an_unopened_link_is_texted_once_more_then_wants_a_call(link: Link, at: Any, step: Step) -> None:
    assert next_step(link, at) is step


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"sent_at": None}, LinkState.CREATED),
        ({}, LinkState.SENT),
        ({"delivered_at": NOON}, LinkState.DELIVERED),
        ({"opened_at": NOON}, LinkState.OPENED),
        ({"opened_at": NOON, "delivered_at": NOON, "used_at": NOON}, LinkState.USED),
    ],
)
def test_the_furthest_state_counts(more: dict[str, Any], state: LinkState) -> None:
    assert replace(SENT, **more).state is state


async def test_unopened_is_texted_exactly_once_more_and_then_wants_a_call(desk: Desk) -> None:
    await desk.send(Purpose.PHOTO)
    for minutes, texts, calls in ((29, 1, 0), (1, 2, 0), (0, 2, 0), (29, 2, 0), (1, 2, 1), (60, 2, 1)):
        desk.clock.forward(minutes=minutes)
        await desk.links.tick()
        assert (len(desk.texts()), len(desk.outcomes.calls)) == (texts, calls)
    assert [text["message_id"].split(".")[1] for text in desk.texts()] == ["1", "2"]


async def test_an_opened_link_is_left_alone(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    await desk.web.get(path)
    desk.clock.forward(hours=2)
    await desk.links.tick()
    assert len(desk.texts()) == 1


async def test_a_call_that_could_not_be_arranged_is_asked_for_again(desk: Desk) -> None:
    await desk.send(Purpose.PHOTO)
    desk.clock.forward(minutes=30)
    await desk.links.tick()
    desk.clock.forward(minutes=30)
    desk.outcomes.away = True
    await desk.links.tick()
    desk.outcomes.away = False
    await desk.links.tick()
    assert len(desk.outcomes.calls) == 1


class DeadGateway:
    async def send(self, phone: str, message: str, *, message_id: str) -> None:
        raise UnavailableError("the gateway is away")

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_second_text_that_fails_asks_for_a_call_at_once(desk: Desk) -> None:
    await desk.send(Purpose.PHOTO)
    desk.clock.forward(minutes=30)
    desk.links._sms = DeadGateway()
    await desk.links.tick()
    assert desk.outcomes.calls == []
    await desk.links.tick()
    assert len(desk.outcomes.calls) == 1


async def test_two_processes_send_one_text(desk: Desk) -> None:
    link, _ = await desk.send(Purpose.PHOTO)
    assert await desk.links.store.claim_send(link.link_id, 1)
    assert not await desk.links.store.claim_send(link.link_id, 1)


# --- texts -------------------------------------------------------------------------------------------------------


async def test_the_text_names_only_the_tail_and_is_on_disk_for_its_owner(desk: Desk) -> None:
    link, _ = await desk.send(Purpose.ADDRESS)
    text = desk.texts()[0]
    assert text["phone"] == PHONE
    assert text["text"].startswith("【云雀快递】您尾号1386的快件,请点开填写新地址:https://hotline.example/u/")
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


# --- the page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_every_purpose_has_a_page_fit_for_a_phone(desk: Desk, purpose: Purpose) -> None:
    _, path = await desk.send(purpose, lines=("尾号1386:在途", "<script>alert(1)</script>"))
    reply = await desk.web.get(path)
    assert reply.status_code == 200
    assert 'name="viewport" content="width=device-width' in reply.text
    assert "<script>" not in reply.text
    assert "尾号 <strong>1386</strong>" in reply.text
    assert WAYBILL not in reply.text and PHONE not in reply.text
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert desk.outcomes.names[:2] == ["link.sent", "link.opened"]


async def test_opened_is_told_once(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    for _ in range(3):
        await desk.web.get(path)
    assert desk.outcomes.names == ["link.sent", "link.opened"]


async def test_a_ledger_that_is_away_does_not_close_the_page(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    desk.outcomes.away = True
    assert (await desk.web.get(path)).status_code == 200


async def test_forged_and_expired_links_show_nothing(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    paths = [path[:-1] + ("A" if path[-1] != "A" else "B"), "/u/x", "/u/" + "A" * 20]
    desk.clock.forward(hours=72)
    for gone in (*paths, path):
        reply = await desk.web.get(gone)
        assert (reply.status_code, "已失效" in reply.text) == (404, True)
    assert desk.outcomes.names == ["link.sent"]


async def test_a_link_does_only_what_it_is_for(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    assert (await desk.web.post(f"{path}/address", data={})).status_code == 404
    assert (await desk.web.post(f"{path}/intercept")).status_code == 404
    assert (await desk.web.get(f"{path}/delivery-photo")).status_code == 404
    _, other = await desk.send(Purpose.ADDRESS)
    assert (await desk.web.post(f"{other}/photos", files={"photos": photo()})).status_code == 404


# --- photos ------------------------------------------------------------------------------------------------------


def upload(*photos: bytes) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("photos", (f"../../{number}.jpg", data, "text/html")) for number, data in enumerate(photos)]


async def test_photos_are_sealed_and_on_the_work_order(desk: Desk) -> None:
    link, path = await desk.send(Purpose.PHOTO)
    original = photo_with_secrets()
    reply = await desk.web.post(f"{path}/photos", files=upload(original, photo("PNG")))
    assert (reply.status_code, reply.headers["location"]) == (303, path)
    use = desk.outcomes.uses[0]
    assert (use.link.order_id, use.photos[0]) == ("o1", hashlib.sha256(original).hexdigest())
    assert desk.outcomes.names[-1] == "link.used"
    evidence = await desk.links.store.evidence(link.link_id)
    assert {item.media_type for item in evidence} == {"image/jpeg", "image/png"}
    assert all(desk.links.vault.is_intact(item, WAYBILL) for item in evidence)
    files = [file for file in desk.root.rglob("*") if file.is_file()]
    assert len(files) == 4  # two originals, two copies, nothing half-written
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o400 for file in files)
    assert "已收到 2 张照片" in (await desk.web.get(path)).text


async def test_the_copy_that_is_shown_holds_no_secrets_and_stands_upright(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    original = photo_with_secrets()
    assert b"SecretPhoneMaker" in original
    await desk.web.post(f"{path}/photos", files=upload(original))
    shown = await desk.web.get(f"{path}/photos/1")
    assert shown.headers["content-type"] == "image/jpeg"
    assert b"Secret" not in shown.content
    with Image.open(io.BytesIO(shown.content)) as image:
        assert image.size == (48, 64)
        assert not image.getexif()
    for number in (0, 2, -1):
        assert (await desk.web.get(f"{path}/photos/{number}")).status_code == 404


async def test_a_changed_original_or_another_parcel_breaks_the_seal(desk: Desk) -> None:
    link, path = await desk.send(Purpose.PHOTO)
    await desk.web.post(f"{path}/photos", files=upload(photo()))
    (evidence,) = await desk.links.store.evidence(link.link_id)
    vault = desk.links.vault
    assert not vault.is_intact(evidence, "73100196611387")
    assert not vault.is_intact(replace(evidence, received_at=NOON + timedelta(days=1)), WAYBILL)
    assert not vault.is_intact(replace(evidence, sha256="0" * 64), WAYBILL)
    assert not vault.is_intact(replace(evidence, sha256="../../../etc/passwd"), WAYBILL)
    (original,) = desk.root.rglob("*.orig")
    original.chmod(0o600)
    original.write_bytes(photo("PNG"))
    assert not vault.is_intact(evidence, WAYBILL)


def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (9000, 7000)).save(out, "PNG", compress_level=1)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<script>alert(1)</script>",
        photo()[:200],
        b"%PDF-1.7 ...",
        photo("GIF"),
        b"\xff\xd8\xff" + b"\0" * 100,
        b"RIFF\0\0\0\0WEBPVP8 ",
    ],
    ids=["empty", "script", "truncated", "pdf", "gif", "junk-jpeg", "junk-webp"],
)
async def test_what_is_no_photo_is_refused_kindly(desk: Desk, data: bytes) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    reply = await desk.web.post(f"{path}/photos", files=upload(data))
    assert reply.status_code == 400
    assert 'role="alert"' in reply.text
    assert desk.outcomes.uses == []


@pytest.mark.parametrize("make", [bomb, lambda: photo() + b"\0" * MAX_BYTES], ids=["pixels", "bytes"])
def test_too_large_is_refused_before_it_is_unpacked(make: Callable[[], bytes]) -> None:
    with pytest.raises(PhotoRefusedError, match="too_large"):
        checked_photo(make())


async def test_one_bad_photo_does_not_lose_the_good_one(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    reply = await desk.web.post(f"{path}/photos", files=upload(b"junk", photo()))
    assert reply.status_code == 400
    assert "已收到 1 张照片" in reply.text
    assert len(desk.outcomes.uses) == 1


async def test_too_many_photos_are_refused(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    assert (await desk.web.post(f"{path}/photos", files=upload(*[photo()] * 10))).status_code == 400
    assert (await desk.web.post(f"{path}/photos", data={"photos": "text"})).status_code == 400
    assert desk.outcomes.uses == []


async def test_a_form_without_or_beyond_its_length_is_not_read(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 1000

    assert (await desk.web.post(f"{path}/photos", content=endless())).status_code == 411
    headers = {"content-length": "100000000"}
    assert (await desk.web.post(f"{path}/photos", content=b"x", headers=headers)).status_code == 413


async def test_what_was_handed_in_reaches_its_order_when_the_database_is_back(desk: Desk) -> None:
    _, path = await desk.send(Purpose.PHOTO)
    desk.outcomes.away = True
    assert (await desk.web.post(f"{path}/photos", files=upload(photo()))).status_code == 303
    assert desk.outcomes.uses == []
    desk.outcomes.away = False
    for _ in range(2):
        await desk.links.tick()
    assert len(desk.outcomes.uses) == 1


async def test_the_delivery_photo_is_shown_cleaned(desk: Desk) -> None:
    link, path = await desk.send(Purpose.POD_PHOTO)
    assert "暂时没有派件照片" in (await desk.web.get(path)).text
    assert (await desk.web.get(f"{path}/delivery-photo")).status_code == 404
    assert desk.outcomes.names[-1] == "link.opened"
    for bad in (b"away", b"junk"):
        desk.carrier_photo[:] = [bad]
        assert (await desk.web.get(f"{path}/delivery-photo")).status_code == 404
    desk.carrier_photo[:] = [photo_with_secrets()]
    assert f'src="{path}/delivery-photo"' in (await desk.web.get(path)).text
    shown = await desk.web.get(f"{path}/delivery-photo")
    assert b"Secret" not in shown.content
    assert desk.outcomes.names[-1] == "link.used"
    stored = await desk.links.store.get(link.link_id)
    assert stored is not None
    assert stored.state is LinkState.USED


# --- forms -------------------------------------------------------------------------------------------------------

ADDRESS = {
    "receiver": "李四",
    "mobile": "13900001111",
    "region": "湖北省武汉市江夏区",
    "street": "藏龙岛\u202e翠湖花园1栋",
}


async def test_a_new_address_is_taken_once(desk: Desk) -> None:
    link, path = await desk.send(Purpose.ADDRESS)
    for _ in range(2):
        assert (await desk.web.post(f"{path}/address", data=ADDRESS)).status_code == 303
    (use,) = desk.outcomes.uses
    assert use.fields == {
        "receiver": "李四",
        "contact_phone": "13900001111",
        "new_address": "湖北省武汉市江夏区藏龙岛 翠湖花园1栋",
    }
    assert [stored.use_id for stored in await desk.links.store.uses(link.link_id)] == [use.use_id]
    page = (await desk.web.get(path)).text
    assert "已经提交" in page
    assert "<form" not in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"receiver": " "}, "收件人"),
        ({"mobile": "123"}, "手机号"),
        ({"mobile": "١٣٩٠٠٠٠١١١١"}, "手机号"),
        ({"region": "武汉"}, "省市区"),
        ({"street": "1"}, "详细地址"),
    ],
)
async def test_a_missing_field_is_named_and_the_rest_kept(desk: Desk, change: dict[str, str], words: str) -> None:
    _, path = await desk.send(Purpose.ADDRESS)
    reply = await desk.web.post(f"{path}/address", data={**ADDRESS, "receiver": '"><b>李四', **change})
    assert reply.status_code == 400
    assert words in reply.text.split('role="alert"')[1].split("</section>")[0]
    assert "<b>" not in reply.text
    assert desk.outcomes.uses == []


async def test_an_address_as_long_as_a_book_is_not_read(desk: Desk) -> None:
    _, path = await desk.send(Purpose.ADDRESS)
    reply = await desk.web.post(f"{path}/address", data={**ADDRESS, "street": "x" * 30_000})
    assert reply.status_code == 413


async def test_an_intercept_is_confirmed_once_on_the_orders_own_phone(desk: Desk) -> None:
    _, path = await desk.send(Purpose.INTERCEPT)
    for _ in range(2):
        await desk.web.post(f"{path}/intercept")
    assert [use.fields for use in desk.outcomes.uses] == [{"confirmed": "link"}]
