"""Listening, the call cap, the block list and draining."""

import asyncio
import socket

import pytest

from telephony.admission import Admission
from telephony.ports import DialFailed, PortTaken, SipCall, StartFailed
from telephony.rawsip import CallRefused, RawCaller
from telephony.sip import BaresipEndpoint, SipConfig
from telephony.sip.listen import free_sip_port, port_is_free
from tests.ports import rtp_range

from .conftest import closed

pytestmark = pytest.mark.call


def free_port() -> int:
    return free_sip_port("127.0.0.1", 0)


async def endpoint_on(
    port: int = 0, admission: Admission | None = None, rtp_timeout_s: int = 10
) -> tuple[BaresipEndpoint, str]:
    config = SipConfig(port=port, rtp_ports=rtp_range(25), max_calls=8, rtp_timeout_s=rtp_timeout_s)
    endpoint = BaresipEndpoint(config, admission)
    uris = await endpoint.start()
    return endpoint, uris[0].partition(";")[0]


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
async def test_a_taken_port_moves_to_the_next_free_one(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        taken = other.getsockname()[1]
        endpoint, uri = await endpoint_on(taken)
        try:
            assert taken < endpoint.address[1] < taken + 50
            async with RawCaller(uri) as caller:
                endpoint.on_incoming(lambda call: None)
                dialling = asyncio.create_task(caller.call())
                await caller.ringing()
                await caller.cancel()
                with pytest.raises(CallRefused, match="487"):
                    await dialling
        finally:
            await endpoint.close()


def test_no_free_port_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.sip.listen._TRIES", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(PortTaken, match="set SIP_LISTEN to a free port"):
            free_sip_port("127.0.0.1", other.getsockname()[1])


def test_an_address_of_another_machine_is_one_sentence() -> None:
    for port in (0, 5060):
        with pytest.raises(PortTaken, match="an address of this machine"):
            free_sip_port("192.0.2.1", port)


def test_a_free_port_is_free_for_both_transports() -> None:
    port = free_port()
    assert port_is_free("127.0.0.1", port)


async def test_a_second_endpoint_in_the_process_is_refused_in_one_sentence() -> None:
    first, _ = await endpoint_on()
    try:
        with pytest.raises(StartFailed, match="could not start"):
            await endpoint_on()
    finally:
        await first.close()
    again, _ = await endpoint_on()
    await again.close()


async def refused(uri: str, **caller: str) -> int:
    async with RawCaller(uri, **caller) as raw:  # type: ignore[arg-type]
        with pytest.raises(CallRefused) as refusal:
            await raw.call()
    return refusal.value.status


async def test_the_cap_the_block_list_and_drain_refuse_with_486() -> None:
    admission = Admission(1, lambda info: info.caller.number == "13800138014")
    endpoint, uri = await endpoint_on(admission=admission)
    answering: list[asyncio.Task[None]] = []
    endpoint.on_incoming(lambda call: answering.append(asyncio.create_task(call.answer())))
    try:
        assert await refused(uri, from_number="13800138014") == 486
        async with RawCaller(uri) as first:
            await first.call()
            assert admission.live == 1
            assert await refused(uri) == 486
        for _ in range(100):
            if not admission.live:
                break
            await asyncio.sleep(0.01)
        async with RawCaller(uri) as second:
            await second.call()
            endpoint.drain()
            assert await refused(uri) == 486
            with pytest.raises(DialFailed, match="drains"):
                await endpoint.dial(uri)
            await asyncio.sleep(0.05)
            assert not second.ended.done()
        await asyncio.wait_for(endpoint.drained(), 5)
    finally:
        await endpoint.close()


async def test_a_caller_who_sends_no_sound_is_released() -> None:
    endpoint, uri = await endpoint_on(rtp_timeout_s=1)
    answering: list[asyncio.Task[None]] = []
    causes: list[str] = []

    def answer(call: SipCall) -> None:
        call.on_closed(causes.append)
        answering.append(asyncio.create_task(call.answer()))

    endpoint.on_incoming(answer)
    try:
        async with RawCaller(uri) as caller:
            await caller.call()
            caller.rtp.sending = False
            assert await asyncio.wait_for(asyncio.shield(caller.ended), 8) == "remote_hangup"
        assert causes == ["media_timeout"]
    finally:
        await endpoint.close()


async def test_closing_hangs_up_every_call() -> None:
    endpoint, uri = await endpoint_on()
    calls: list[SipCall] = []
    answering: list[asyncio.Task[None]] = []

    def answer(call: SipCall) -> None:
        calls.append(call)
        answering.append(asyncio.create_task(call.answer()))

    endpoint.on_incoming(answer)
    async with RawCaller(uri) as one, RawCaller(uri) as two:
        await one.call()
        await two.call()
        await asyncio.gather(*answering)
        await endpoint.close()
        for caller in (one, two):
            assert await asyncio.wait_for(caller.ended, 2) == "remote_hangup"
    assert [await closed(call) for call in calls] == ["shutdown", "shutdown"]
