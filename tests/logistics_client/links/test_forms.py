"""Forms: a new address, a confirmed intercept."""

from __future__ import annotations

import pytest

from logistics_client.links import (
    Purpose,
)
from tests.logistics_client.links.desk import Desk

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
