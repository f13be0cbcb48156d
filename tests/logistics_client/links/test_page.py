"""The page on the caller's phone."""

from __future__ import annotations

import pytest

from logistics_client.links import (
    Purpose,
)
from tests.logistics_client.links.desk import PHONE, WAYBILL, Desk, photo


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
