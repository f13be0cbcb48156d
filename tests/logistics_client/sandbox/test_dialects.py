"""Our own clients of 快递100, 快递鸟 and 顺丰 against the sandbox on real sockets, signatures checked on both sides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from logistics_client.carriers.kdniao import KdniaoAccount, KdniaoClient
from logistics_client.carriers.kuaidi100 import Kuaidi100Account, Kuaidi100Client
from logistics_client.carriers.sf import SfAccount, SfClient
from logistics_client.errors import LogisticsError, MisconfiguredError, NeedsPhoneTailError, NoDataYetError
from logistics_client.ports import CarrierClient
from logistics_client.sandbox import callers, dialect_routes
from logistics_client.sandbox.server import embedded_carrier
from logistics_client.transport.http import CarrierHttp
from logistics_client.vocabulary import Parcel, Stage
from tests.logistics_client.moving_clock import NOON, MovingClock

# Stages that a format cannot tell from a neighbour; everything else has to come through unchanged.
COARSER: dict[str, dict[Stage, Stage]] = {
    "kdniao": {Stage.CUSTOMS_HELD: Stage.IN_TRANSIT},
    "kuaidi100": {},
    "sf": {},
}
Make = Callable[[str, MovingClock, bool], CarrierClient]


def kuaidi100(url: str, clock: MovingClock, wrong: bool) -> CarrierClient:
    key = "wrong" if wrong else dialect_routes.KUAIDI100_KEY
    account = Kuaidi100Account(
        dialect_routes.KUAIDI100_CUSTOMER, key, query_url=f"{url}/poll/query.do", auto_url=f"{url}/autonumber/auto"
    )
    return Kuaidi100Client(account, CarrierHttp("kuaidi100", clock=clock), clock=clock)


def kdniao(url: str, clock: MovingClock, wrong: bool) -> CarrierClient:
    key = "wrong" if wrong else dialect_routes.KDNIAO_KEY
    account = KdniaoAccount(
        dialect_routes.KDNIAO_ID, key, query="8002", query_url=f"{url}/Ebusiness/EbusinessOrderHandle.aspx"
    )
    return KdniaoClient(account, CarrierHttp("kdniao", clock=clock), clock=clock)


def sf(url: str, clock: MovingClock, wrong: bool) -> CarrierClient:
    account = SfAccount(dialect_routes.SF_PARTNER, "wrong" if wrong else dialect_routes.SF_CHECKWORD, base_url=url)
    return SfClient(account, CarrierHttp("sf", clock=clock), clock=clock)


def sf_oauth(url: str, clock: MovingClock, wrong: bool) -> CarrierClient:
    word = "wrong" if wrong else dialect_routes.SF_CHECKWORD
    account = SfAccount(dialect_routes.SF_PARTNER, word, oauth=True, base_url=url)
    return SfClient(account, CarrierHttp("sf", clock=clock), clock=clock)


MAKERS = [kuaidi100, kdniao, sf, sf_oauth]


@pytest.fixture
async def url(tmp_path: Path, clock: MovingClock) -> AsyncIterator[str]:
    async with embedded_carrier(tmp_path / "carrier.sqlite3", clock=clock) as url:
        yield url


def stories() -> list[tuple[Parcel, str]]:
    numbers = [number for number in callers.STORIES if number != "13800138011"]
    consignments = [c for number in numbers for c in callers.STORIES[number](NOON).consignments]
    return [(c.parcel, c.receiver_tail) for c in consignments]


@pytest.mark.parametrize("make", MAKERS)
async def test_every_story_comes_through_the_format(make: Make, url: str, clock: MovingClock) -> None:
    client = make(url, clock, False)
    for told, tail in stories():
        parcel = await client.trace(told.waybill, phone_tail=tail)
        assert [(e.at, e.text) for e in parcel.events] == [(e.at, e.text) for e in told.events]
        assert parcel.stage is COARSER[client.name].get(told.stage, told.stage), told.waybill
    await client.close()


@pytest.mark.parametrize("make", MAKERS)
async def test_a_wrong_key_is_an_operators_matter(make: Make, url: str, clock: MovingClock) -> None:
    client = make(url, clock, True)
    with pytest.raises(MisconfiguredError):
        await client.trace("YQ8850024166386", phone_tail="8000")
    await client.close()


@pytest.mark.parametrize("make", MAKERS)
async def test_an_unknown_waybill_is_no_data(make: Make, url: str, clock: MovingClock) -> None:
    client = make(url, clock, False)
    with pytest.raises(NoDataYetError):
        await client.trace("YQ1234567890123", phone_tail="8000")
    await client.close()


@pytest.mark.parametrize(
    ("make", "error"), [(kuaidi100, NeedsPhoneTailError), (kdniao, NoDataYetError), (sf, NoDataYetError)]
)
async def test_a_wrong_tail_never_shows_a_trace(
    make: Make, error: type[LogisticsError], url: str, clock: MovingClock
) -> None:
    client = make(url, clock, False)
    with pytest.raises(error):
        await client.trace("YQ8850024166386", phone_tail="9999")
    await client.close()


async def test_a_sf_request_from_another_time_is_refused_and_signed_again_at_the_carriers_time(url: str) -> None:
    late = MovingClock()
    late.forward(hours=-1)
    client = sf(url, late, False)
    assert (await client.trace("YQ8850024166386", phone_tail="8000")).tail == "6386"
    await client.close()
