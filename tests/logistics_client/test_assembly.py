from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from logistics_client.assembly import Plan, open_logistics, open_room
from logistics_client.carriers.kuaidi100 import NAME
from logistics_client.errors import MisconfiguredError, UnavailableError
from logistics_client.vocabulary import OrderKind

PROMISES = Path(__file__).parents[2] / "config" / "promises.yaml"


async def test_the_sandbox_runs_inside_by_default(tmp_path: Path) -> None:
    async with open_logistics(Plan(data_dir=tmp_path, promises=PROMISES)) as logistics:
        profile = await logistics.identify("13800138000")
        assert profile.parcels[0].tail == "6386"
        order, new = await logistics.open_order(OrderKind.HUB_QUERY, profile.parcels[0], call_id="c")
        assert new
    async with open_room(Plan(data_dir=tmp_path, promises=PROMISES)) as room:
        assert await room.book.get(order.order_id) is not None


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        (Plan(carrier="http"), "CARRIER_URL, CARRIER_KEY and CARRIER_SECRET"),
        (Plan(carrier="pigeon"), "CARRIER=pigeon is unknown"),
        (Plan(carrier=NAME), "KUAIDI100_CUSTOMER"),
        (Plan(carrier_url="http://127.0.0.1:1", outlet_webhook="http://127.0.0.1:1"), "SECRET_KEY"),
    ],
)
async def test_a_missing_setting_is_named(tmp_path: Path, plan: Plan, word: str) -> None:
    with pytest.raises(MisconfiguredError, match=word):
        async with open_logistics(replace(plan, data_dir=tmp_path, promises=PROMISES)):
            pass


async def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    plan = Plan(data_dir=tmp_path, promises=PROMISES, database_url=f"sqlite:///{tmp_path / 'taken'}")
    with pytest.raises(UnavailableError, match="DATABASE_URL"):
        async with open_logistics(plan):
            pass
