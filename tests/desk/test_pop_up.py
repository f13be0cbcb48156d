"""The pop-up address: filled and encoded, and templates that could lead elsewhere are refused at start."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.partners.pop_up import filled
from desk.partners.settings import PartnerSettings
from tests.desk.conftest import running


async def test_an_offer_brings_the_hotlines_page(tmp_path: Path) -> None:
    template = "https://crm.example.com/in?call={call_id}&who={caller}&n={number}&parcel={waybill}"
    settings = PartnerSettings(pop_urls={"main": template}, pop_hosts=("crm.example.com",))
    async with running(tmp_path, partners=settings) as hotline:
        agent = await hotline.person("lihua")
        await hotline.call("c-1", "13800138000")
        async with agent.desk() as page:
            await page.next("hello")
            card = {"waybill": "YQ1&evil=1#"}
            for hotline_name in ("main", "other"):
                offer = {"type": "offer", "offer_id": "f", "call_id": "c-1", "hotline": hotline_name, "card": card}
                hotline.floor.show(agent.account_id, offer)
            shown, other = await page.next("offer"), await page.next("offer")
    assert shown["pop_url"] == (
        "https://crm.example.com/in?call=c-1&who=138%2A%2A%2A%2A8000&n=13800138000&parcel=YQ1%26evil%3D1%23"
    )
    assert "pop_url" not in other


def test_a_value_that_looks_like_a_field_stays_a_value() -> None:
    assert filled("https://a/?w={waybill}&n={number}", {"waybill": "{number}", "number": "1"}) == (
        "https://a/?w=%7Bnumber%7D&n=1"
    )


@pytest.mark.parametrize(
    "template",
    [
        "http://crm.example.com/{call_id}",
        "https://evil.example/{call_id}",
        "https://{caller}.example.com/",
        "https://crm.example.com@evil.example/",
        "javascript:alert(1)//https://crm.example.com",
        "https://crm.example.com/{transcript}",
        "https://crm.example.com/{",
    ],
)
def test_templates_that_lead_elsewhere_are_refused(template: str) -> None:
    with pytest.raises(ValueError, match="pop-up address of main"):
        PartnerSettings(pop_urls={"main": template}, pop_hosts=("crm.example.com",))


def test_origins_are_origins() -> None:
    for origin in ("crm.example.com", "https://crm.example.com/path", "javascript:alert(1)", "*"):
        with pytest.raises(ValueError, match="no origin"):
            PartnerSettings(embed_origins=(origin,))
