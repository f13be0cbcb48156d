"""Photos: sealed as they came, shown without their secrets."""

from __future__ import annotations

import hashlib
import io
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image

from logistics_client.links import (
    LinkState,
    PhotoRefusedError,
    Purpose,
)
from logistics_client.links.evidence import MAX_BYTES, checked_photo
from tests.logistics_client.links.desk import WAYBILL, Desk, photo, photo_with_secrets
from tests.logistics_client.moving_clock import NOON


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
