"""Replies that are too large, cut off or hostile."""

from __future__ import annotations

import asyncio
import gzip
from datetime import datetime

import pytest

from logistics_client.errors import (
    BadReplyError,
    UnavailableError,
)
from logistics_client.transport import CarrierHttp, Policy
from logistics_client.transport.json_reply import at_text, parse_object, rows, text
from tests.logistics_client.carrier_server import Asked, always, carrier_server, http
from tests.logistics_client.transport.limits import QUICK, ask


async def test_a_100_mb_reply_is_refused_by_its_length() -> None:
    async with carrier_server(always(http(b"x" * 100, length=100_000_000))) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(BadReplyError, match="larger"):
            await ask(carrier, server.url)
        assert len(server.asked) == 1  # asking again would only bring another 100 MB
        await carrier.close()


async def test_a_100_mb_reply_without_length_is_refused_while_it_streams() -> None:
    written = 0

    async def flood(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(1600):
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()
            written += 0x10000

    async with carrier_server(flood) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(BadReplyError, match="larger"):
            await ask(carrier, server.url)
        await carrier.close()
    assert written < 20_000_000


async def test_a_gzip_bomb_is_refused_before_it_unpacks() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    async with carrier_server(always(http(bomb, head="content-encoding: gzip\r\n"))) as server:
        carrier = CarrierHttp("c", Policy(max_body=1_000_000))
        with pytest.raises(BadReplyError, match="larger"):
            await ask(carrier, server.url)
        await carrier.close()


async def test_gzip_within_the_limit_is_read() -> None:
    packed = gzip.compress(b'{"a":1}')
    async with carrier_server(always(http(packed, head="content-encoding: gzip\r\n"))) as server:
        carrier = CarrierHttp("c", QUICK)
        assert await ask(carrier, server.url) == b'{"a":1}'
        await carrier.close()


@pytest.mark.parametrize("encoding", ["br", "deflate, gzip"])
async def test_a_packing_that_was_not_asked_for_is_refused(encoding: str) -> None:
    async with carrier_server(always(http(b"abc", head=f"content-encoding: {encoding}\r\n"))) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(BadReplyError, match="packed"):
            await ask(carrier, server.url)
        await carrier.close()


async def test_a_truncated_body_is_an_error_and_not_a_short_truth() -> None:
    async def cut(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(http(b'{"a":', length=500))
        await writer.drain()
        writer.close()

    async with carrier_server(cut) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(UnavailableError, match="broke"):
            await ask(carrier, server.url)
        await carrier.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"a":1',
        b"[1]",
        b"null",
        b"<html>busy</html>",
        b"\xff\xfe\x00",
        b'{"a":NaN}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_json_object_is_a_bad_reply(body: bytes) -> None:
    with pytest.raises(BadReplyError):
        parse_object(body, carrier="c")


def test_hostile_text_is_cleaned_and_cut() -> None:
    row = parse_object(b'{"t":"a\\u0000b\\ud800\\u202ec","long":"' + b"x" * 9000 + b'","n":7,"b":true}', carrier="c")
    assert text(row, "t") == "a b c"
    assert len(text(row, "long") or "") == 500
    assert text(row, "n") == "7"
    assert text(row, "b", "absent") is None
    assert (text(row, "t") or "").encode("utf-8")


def test_rows_take_only_a_list_of_objects() -> None:
    assert rows({"a": [{"x": 1}, 3, None]}, "a", carrier="c") == [{"x": 1}]
    assert rows({"a": None}, "a", carrier="c") == []


@pytest.mark.parametrize("value", [{"x": 1}, "text", [{}] * 1001], ids=["object", "text", "endless"])
def test_rows_refuse_what_no_parcel_has(value: object) -> None:
    with pytest.raises(BadReplyError):
        rows({"a": value}, "a", carrier="c")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-22 08:30:00", "2026-11-22T08:30:00+08:00"),
        ("2026/11/22 08:30", "2026-11-22T08:30:00+08:00"),
        ("2026-11-22T00:30:00Z", "2026-11-22T00:30:00+00:00"),
        ("1795307400000", "2026-11-22T08:30:00+08:00"),
        ("1795307400", "2026-11-22T08:30:00+08:00"),
    ],
)
def test_times_carry_a_zone(value: str, expected: str) -> None:
    moment = at_text(value)
    assert moment == datetime.fromisoformat(expected)
    assert moment is not None and moment.tzinfo is not None


@pytest.mark.parametrize("value", [None, "", "yesterday", "0001-01-01 00:00:00", "9999-12-31 00:00:00", "٢٠٢٦"])
def test_an_unreadable_time_is_absent(value: str | None) -> None:
    assert at_text(value) is None
