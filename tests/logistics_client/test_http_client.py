"""The generic client against the sandbox, on real sockets where the transport matters."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from logistics_client.errors import (
    BadNumberError,
    BadReplyError,
    LogisticsError,
    MisconfiguredError,
    NeedsMoreError,
    NoDataYetError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.http_client import PLATFORM_POLICY, HttpCarrier
from logistics_client.sandbox.app import SANDBOX_KEY, SANDBOX_SECRET
from logistics_client.sandbox.server import embedded_carrier
from logistics_client.transport.http import CarrierHttp, Policy
from logistics_client.vocabulary import CallerClass, OrderKind, OrderStatus, Promise, Stage, WorkOrder
from logistics_client.wire import ParcelReply
from tests.logistics_client.moving_clock import NOON, MovingClock


@pytest.fixture
async def url(tmp_path: Path, clock: MovingClock) -> AsyncIterator[str]:
    async with embedded_carrier(tmp_path / "carrier.sqlite3", clock=clock) as url:
        yield url


def client(url: str, clock: MovingClock, *, secret: str = SANDBOX_SECRET, fault: str = "") -> HttpCarrier:
    """A client over real sockets; ``fault`` is asked for with every request."""
    http = CarrierHttp("sandbox", PLATFORM_POLICY, clock=clock)
    if fault:
        policy = Policy(total_s=0.5, attempts=1, rate_per_s=1000, burst=1000)
        asking = httpx.AsyncClient(headers={"X-Sandbox-Fault": fault}, timeout=0.3, trust_env=False)
        http = CarrierHttp("sandbox", policy, clock=clock, client=asking)
    return HttpCarrier(url, key=SANDBOX_KEY, secret=secret, name="sandbox", http=http, clock=clock)


async def test_one_round_trip_tells_everything_about_a_caller(url: str, clock: MovingClock) -> None:
    carrier = client(url, clock)
    customer = await carrier.customer("13800138000")
    await carrier.close()
    (parcel,) = customer.parcels
    assert (customer.caller_class, customer.surname, parcel.tail) == (CallerClass.RECEIVER, "李", "6386")
    assert parcel.events[-1].raw_code == "2080"
    assert parcel.events == tuple(sorted(parcel.events, key=lambda event: event.at))
    assert customer.bulletins[0].hub == "武汉中转场"
    assert parcel.fetched_at == NOON


async def test_a_merchants_list_is_cut_to_the_most_urgent(carrier: HttpCarrier) -> None:
    customer = await carrier.customer("13800138011", limit=7)
    assert (len(customer.parcels), customer.parcels_total) == (7, 200)


async def test_a_waybill_without_its_letters(carrier: HttpCarrier) -> None:
    assert (await carrier.trace("8850024166386")).waybill == "YQ8850024166386"


async def test_orders_come_with_the_parcel(carrier: HttpCarrier) -> None:
    known = await carrier.known("YQ8850025573196")
    assert [order.kind for order in known.orders] == [OrderKind.URGE_DELIVERY]


@pytest.mark.parametrize(
    ("words", "tails"),
    [
        ({"phone_tail": "3679"}, ["4470"]),
        ({"phone_tail": "3679", "surname": "何"}, ["4470"]),
        ({"phone_tail": "3679", "surname": "李"}, []),
        ({"waybill_tail": "6386"}, ["6386"]),
        ({"order_no": "2611174400413679"}, ["4470"]),
        ({"phone": "13800138001", "waybill_tail": "5931"}, ["5931"]),
        ({"surname": "李"}, []),
    ],
)
async def test_search_by_what_a_caller_can_say(carrier: HttpCarrier, words: dict[str, str], tails: list[str]) -> None:
    assert [parcel.tail for parcel in await carrier.search(**words)] == tails


async def test_too_many_that_fit_want_another_word(carrier: HttpCarrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logistics_client.sandbox.app.MOST_SEARCH_RESULTS", 0)
    with pytest.raises(NeedsMoreError):
        await carrier.search(waybill_tail="6386")


@pytest.mark.parametrize(
    ("waybill", "error"), [("YQ1234567890123", NoDataYetError), ("SF12", BadNumberError), ("x" * 65, BadNumberError)]
)
async def test_questions_without_answer(carrier: HttpCarrier, waybill: str, error: type[LogisticsError]) -> None:
    with pytest.raises(error):
        await carrier.trace(waybill)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("status=503", UnavailableError),
        ("delay=0.8", UnavailableError),
        ("rate_limit", RateLimitedError),
        ("garbage", BadReplyError),
        ("truncate", BadReplyError),
        ("hostile", BadReplyError),
        ("huge", BadReplyError),
        ("redirect=http://127.0.0.1:1/", BadReplyError),
        ("status=403", MisconfiguredError),
    ],
)
async def test_a_spoiled_reply_is_a_named_error(
    url: str, clock: MovingClock, fault: str, error: type[LogisticsError]
) -> None:
    carrier = client(url, clock, fault=fault)
    with pytest.raises(error):
        await carrier.customer("13800138000")
    await carrier.close()


async def test_a_wrong_secret_is_an_operators_matter(url: str, clock: MovingClock) -> None:
    carrier = client(url, clock, secret="wrong")
    with pytest.raises(MisconfiguredError):
        await carrier.customer("13800138000")
    await carrier.close()


async def test_a_wrong_clock_is_learned_from_the_carrier(url: str) -> None:
    late = MovingClock()
    late.forward(minutes=-20)
    carrier = client(url, late)
    assert (await carrier.customer("13800138000")).parcels_total == 1
    await carrier.close()


async def test_nobody_listening_is_unavailable(clock: MovingClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        carrier = client(f"http://127.0.0.1:{taken.getsockname()[1]}", clock)
        with pytest.raises(UnavailableError):
            await carrier.customer("13800138000")
        await carrier.close()


async def test_an_order_is_received_once_and_answered_before_it_is_due(
    carrier: HttpCarrier, sandbox: FastAPI, clock: MovingClock
) -> None:
    due = clock().replace(hour=12, minute=30)
    order = WorkOrder("261122000001", OrderKind.URGE_DELIVERY, "YQ8850024166386", clock(), promise=Promise("x", due))
    for _ in range(2):
        assert (await carrier.submit_order(order)).status is OrderStatus.OPENED
    assert sandbox.state.store.count_orders() == 1
    clock.forward(minutes=5)
    assert (await carrier.order_standing("261122000001")).status is OrderStatus.ACCEPTED
    clock.forward(minutes=20)
    standing = await carrier.order_standing("261122000001")
    assert standing.status is OrderStatus.RESULTED and standing.outcome
    assert clock() < due


async def test_an_unknown_stage_is_kept_raw_and_never_a_fact(carrier: HttpCarrier) -> None:
    body = (
        b'{"parcel":{"waybill":"YQ8850024166386","carrier":"x","stage":"teleported","events":'
        b'[{"at":"2026-11-22T12:00:00+08:00","stage":"beamed","raw_code":"9999","text":"a\\u0000b"}]}}'
    )
    parcel = carrier._read(body, ParcelReply).parcel.to_domain(NOON)
    assert parcel.stage is Stage.UNKNOWN
    assert (parcel.events[0].stage, parcel.events[0].raw_code, parcel.events[0].text) == (Stage.UNKNOWN, "9999", "ab")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"parcel":{}}',
        b'{"parcel":{"waybill":"../../etc","carrier":"x","stage":"created"}}',
        b'{"parcel":{"waybill":"YQ8850024166386","carrier":"x","stage":"created",'
        b'"events":[{"at":"2026-11-22T12:00:00","stage":"created","text":"no zone"}]}}',
        b'{"error":[]}',
    ],
)
async def test_a_reply_off_the_interface_is_refused(carrier: HttpCarrier, body: bytes) -> None:
    with pytest.raises(BadReplyError):
        carrier._read(body, ParcelReply)
