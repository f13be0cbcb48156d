"""Carriers made from environment variables."""

from __future__ import annotations

import pytest

from logistics_client.carriers.factory import carrier_client
from logistics_client.carriers.jt import JtAccount
from logistics_client.carriers.sf import SfAccount
from logistics_client.carriers.sto import StoAccount
from logistics_client.carriers.yto import YtoAccount
from logistics_client.carriers.yunda import YundaAccount
from logistics_client.carriers.zto import ZtoAccount
from logistics_client.errors import (
    MisconfiguredError,
)
from logistics_client.vocabulary import Stage
from tests.logistics_client.carrier_server import carrier_server
from tests.logistics_client.carriers.numbers import QUICK, SF
from tests.logistics_client.carriers.test_sf import bridge, routes, step

ENV = {
    "KUAIDI100_CUSTOMER": "c", "KUAIDI100_KEY": "k", "KDNIAO_BUSINESS_ID": "b", "KDNIAO_API_KEY": "k",
    "SF_PARTNER_ID": "p", "SF_CHECKWORD": "w", "ZTO_APP_KEY": "a", "ZTO_SECRET": "s", "YTO_USER_ID": "u",
    "YTO_APP_KEY": "a", "YTO_SECRET": "s", "STO_APP_KEY": "a", "STO_CODE": "c", "STO_SECRET": "s",
    "YUNDA_APP_KEY": "a", "YUNDA_SECRET": "s", "JT_API_ACCOUNT": "a", "JT_PRIVATE_KEY": "k",
}  # fmt: skip


@pytest.mark.parametrize("name", ["kuaidi100", "kdniao", "sf", "zto", "yto", "sto", "yunda", "jt"])
async def test_every_carrier_is_made_from_the_environment(name: str) -> None:
    client = carrier_client(name, ENV)
    assert client.name == name
    await client.close()


async def test_the_environment_may_move_a_carrier() -> None:
    async with carrier_server(bridge(routes(step("2026-11-22 08:00:00", "已收件", "50")))) as server:
        env = {"SF_PARTNER_ID": "p", "SF_CHECKWORD": "CHECKWORD", "SF_URL": server.url + "/", "SF_OWN_WAYBILLS": "yes"}
        client = carrier_client("sf", env, policy=QUICK)
        assert (await client.trace(SF)).stage is Stage.PICKED_UP
        await client.close()


def test_what_is_missing_is_named() -> None:
    with pytest.raises(MisconfiguredError, match="set ZTO_SECRET to use CARRIER=zto"):
        carrier_client("zto", {"ZTO_APP_KEY": "a", "ZTO_SECRET": " "})
    with pytest.raises(MisconfiguredError, match="CARRIER=dhl is unknown"):
        carrier_client("dhl", {})


def test_secrets_do_not_show_when_an_account_is_printed() -> None:
    accounts = [
        SfAccount("p", "hidden"), ZtoAccount("a", "hidden"), YtoAccount("u", "a", "hidden"),
        StoAccount("a", "c", "hidden"), YundaAccount("a", "hidden"), JtAccount("a", "hidden"),
    ]  # fmt: skip
    assert all("hidden" not in repr(account) for account in accounts)
