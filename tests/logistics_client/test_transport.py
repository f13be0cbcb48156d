"""What a carrier may do to us, on real sockets: slow, broken, too much, lying about where it lives."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from logistics_client.errors import (
    BadReplyError,
    LogisticsError,
    MisconfiguredError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.transport import CarrierHttp, CircuitBreaker, Coalescer, Policy, Request, TokenBucket
from logistics_client.transport.addresses import is_public
from logistics_client.transport.json_reply import at_text, parse_object, rows, text
from logistics_client.transport.lanes import IDLE_S, Lanes
from logistics_client.transport.server_clock import ServerClock
from tests.logistics_client.carrier_server import Asked, always, carrier_server, http, in_turn

QUICK = Policy(
    connect_s=0.5, read_s=0.2, write_s=0.5, total_s=1.0, backoff_s=0.001, max_body=1000, rate_per_s=1000, burst=1000
)


class Moved:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def ask(carrier: CarrierHttp, url: str, *, safe: bool = True) -> bytes:
    return (await carrier.send(lambda: Request.json(url, "{}"), safe=safe)).body


# --- retries -----------------------------------------------------------------------------------------------------


async def test_a_safe_request_is_repeated_after_a_server_error() -> None:
    async with carrier_server(in_turn(http(b"", "502 Bad Gateway"), http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        assert await ask(carrier, server.url) == b"ok"
        assert len(server.asked) == 2
        await carrier.close()


async def test_an_unsafe_request_is_never_sent_twice() -> None:
    async with carrier_server(in_turn(http(b"", "502 Bad Gateway"), http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(UnavailableError):
            await ask(carrier, server.url, safe=False)
        assert len(server.asked) == 1
        await carrier.close()


async def test_a_broken_line_is_repeated_and_signed_anew() -> None:
    times = iter(["1", "2"])
    async with carrier_server(in_turn(None, http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        await carrier.send(lambda: Request.form(server.url, {"t": next(times)}), safe=True)
        assert [asked.form["t"] for asked in server.asked] == ["1", "2"]
        await carrier.close()


async def test_nobody_listening_is_named_unavailable() -> None:
    async with carrier_server(always(b"")) as server:
        url = server.url
    carrier = CarrierHttp("c", QUICK)
    with pytest.raises(UnavailableError, match="cannot be reached"):
        await ask(carrier, url, safe=False)
    await carrier.close()


async def test_a_closed_client_is_unavailable() -> None:
    carrier = CarrierHttp("c", QUICK)
    await carrier.close()
    with pytest.raises(UnavailableError, match="stopping"):
        await ask(carrier, "http://127.0.0.1:9")


async def test_waiting_for_a_connection_is_our_own_limit() -> None:
    asked, release = asyncio.Semaphore(0), asyncio.Event()

    async def slow(_: Asked, writer: asyncio.StreamWriter) -> None:
        asked.release()
        await release.wait()
        writer.write(http(b"ok"))

    async with carrier_server(slow) as server:
        carrier = CarrierHttp("c", Policy(connections=1, pool_s=0.01))
        first = asyncio.create_task(ask(carrier, server.url))
        await asked.acquire()
        with pytest.raises(RateLimitedError, match="too many"):
            await ask(carrier, server.url)
        release.set()
        assert await first == b"ok"
        await carrier.close()


# --- time --------------------------------------------------------------------------------------------------------


async def test_a_silent_carrier_times_out_while_reading() -> None:
    async def silent(_: Asked, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with carrier_server(silent) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(UnavailableError, match="timed out"):
            await ask(carrier, server.url)
        await carrier.close()


async def test_a_dripping_reply_is_cut_by_the_total_time() -> None:
    async def drip(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with carrier_server(drip) as server:
        carrier = CarrierHttp("c", Policy(read_s=0.2, total_s=0.3))
        with pytest.raises(UnavailableError, match="too long"):
            await ask(carrier, server.url)
        await carrier.close()


# --- size and shape ----------------------------------------------------------------------------------------------


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


# --- redirects ---------------------------------------------------------------------------------------------------


def redirect(to: str) -> bytes:
    return http(b"", "302 Found", head=f"location: {to}\r\n")


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.7/",
        "http://127.0.0.1:6379/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/latest",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "ftp://example.com/",
        "http://",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_redirect_into_a_private_network_is_refused(target: str, method: str) -> None:
    async with carrier_server(always(redirect(target))) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(BadReplyError, match=r"refuse|no address"):
            await carrier.send(lambda: Request(server.url, method=method), safe=True)
        await carrier.close()


async def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    async def lookup(_: str, __: int) -> list[str]:
        return ["8.8.8.8", "192.168.1.1"]

    async with carrier_server(always(redirect("http://harmless.example/"))) as server:
        carrier = CarrierHttp("c", QUICK, lookup=lookup)
        with pytest.raises(BadReplyError, match="private"):
            await carrier.send(lambda: Request(server.url, method="GET"), safe=True)
        await carrier.close()


async def test_a_signed_post_never_follows_a_redirect() -> None:
    stolen = always(http(b"stolen"))
    async with carrier_server(stolen) as thief, carrier_server(always(redirect(thief.url))) as server:
        carrier = CarrierHttp("c", QUICK, trusted=(thief.url,))
        with pytest.raises(MisconfiguredError, match="moved to"):
            await ask(carrier, server.url)
        assert thief.asked == []
        await carrier.close()


async def test_a_file_is_followed_to_an_origin_that_the_operator_trusts() -> None:
    photo = always(http(b"photo"))
    async with carrier_server(photo) as files, carrier_server(always(redirect(f"{files.url}/a.jpg"))) as server:
        carrier = CarrierHttp("c", QUICK, trusted=(files.url,))
        reply = await carrier.send(lambda: Request(server.url, method="GET"), safe=True)
        assert (reply.body, files.asked[0].path) == (b"photo", "/a.jpg")
        await carrier.close()


async def test_a_public_redirect_connects_to_the_address_that_was_checked() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if len(seen) == 1:
            return httpx.Response(302, headers={"location": "https://files.example/a"})
        return httpx.Response(200, stream=httpx.ByteStream(b"ok"))

    async def lookup(_: str, __: int) -> list[str]:
        return ["8.8.8.8"]

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    carrier = CarrierHttp("c", QUICK, lookup=lookup, client=client)
    await carrier.send(lambda: Request("https://carrier.example/x", method="GET"), safe=True)
    assert seen[1].url.host == "8.8.8.8"
    assert seen[1].headers["host"] == "files.example"
    assert seen[1].extensions["sni_hostname"] == "files.example"
    await carrier.close()


async def test_a_file_link_in_a_reply_is_checked_before_the_first_step() -> None:
    async with carrier_server(always(http(b"secret"))) as inside:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(BadReplyError, match="private"):
            await carrier.send(lambda: Request(inside.url, method="GET", foreign=True), safe=True)
        assert inside.asked == []
        await carrier.close()


async def test_redirects_in_circles_end() -> None:
    async with carrier_server(always(redirect("/again"))) as server:
        carrier = CarrierHttp("c", QUICK, trusted=(server.url,))
        with pytest.raises(BadReplyError, match="circles"):
            await carrier.send(lambda: Request(server.url, method="GET"), safe=True)
        await carrier.close()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("2002:7f00:1::", False),
        ("nonsense", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


# --- refusals by status ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("401 Unauthorized", MisconfiguredError),
        ("404 Not Found", MisconfiguredError),
        ("429 Too Many Requests", RateLimitedError),
        ("503 Service Unavailable", UnavailableError),
    ],
)
async def test_status_becomes_a_named_error(status: str, error: type[LogisticsError]) -> None:
    async with carrier_server(always(http(b"", status))) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(error) as caught:
            await ask(carrier, server.url)
        assert (caught.value.carrier, caught.value.raw_code) == ("c", status[:3])
        await carrier.close()


async def test_retry_after_empties_our_own_bucket() -> None:
    monotonic = Moved()
    policy = Policy(max_wait_s=0.0)
    replies = in_turn(http(b"", "429 Too Many Requests", head="retry-after: 30\r\n"), http(b"ok"))
    async with carrier_server(replies) as server:
        carrier = CarrierHttp("c", policy, monotonic=monotonic)
        for _ in range(2):
            with pytest.raises(RateLimitedError) as caught:
                await ask(carrier, server.url)
            assert caught.value.retry_after_s == pytest.approx(30.0, abs=0.1)
        assert len(server.asked) == 1
        monotonic.now += 30.1
        assert await ask(carrier, server.url) == b"ok"
        await carrier.close()


async def test_a_malformed_key_is_the_operators_fault() -> None:
    async with carrier_server(always(http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(MisconfiguredError):
            await carrier.send(lambda: Request.json(server.url, "{}", {"x-appkey": "a\nb"}), safe=True)
        with pytest.raises(MisconfiguredError):
            await carrier.send(lambda: Request.json("http://host:port", "{}"), safe=True)
        await carrier.close()


async def test_an_open_circuit_asks_nobody_until_its_pause_is_over() -> None:
    monotonic = Moved()
    policy = Policy(attempts=1, breaker_failures=2, breaker_open_s=10.0)
    async with carrier_server(in_turn(http(b"", "500 X"), http(b"", "500 X"), http(b"ok"))) as server:
        carrier = CarrierHttp("c", policy, monotonic=monotonic)
        for _ in range(3):
            with pytest.raises(UnavailableError):
                await ask(carrier, server.url)
        assert len(server.asked) == 2
        monotonic.now += 10.0
        assert await ask(carrier, server.url) == b"ok"
        await carrier.close()


async def test_a_slow_carrier_does_not_delay_another() -> None:
    asked, release = asyncio.Semaphore(0), asyncio.Event()

    async def slow(_: Asked, writer: asyncio.StreamWriter) -> None:
        asked.release()
        await release.wait()
        writer.write(http(b"late"))

    async with carrier_server(slow) as slow_server, carrier_server(always(http(b"ok"))) as server:
        stuck, other = CarrierHttp("slow", Policy(connections=2)), CarrierHttp("other")
        waiting = [asyncio.create_task(ask(stuck, slow_server.url)) for _ in range(2)]
        await asked.acquire()
        await asked.acquire()
        assert await ask(other, server.url) == b"ok"
        assert not any(task.done() for task in waiting)
        release.set()
        assert await asyncio.gather(*waiting) == [b"late", b"late"]
        await stuck.close()
        await other.close()


# --- bucket and breaker, by their clocks --------------------------------------------------------------------------


def test_the_bucket_gives_its_burst_then_its_rate() -> None:
    clock = Moved()
    bucket = TokenBucket(2.0, 3, monotonic=clock)
    assert [bucket.take() for _ in range(4)] == [0.0, 0.0, 0.0, None]
    clock.now += 0.5
    assert bucket.take() == 0.0


def test_waiting_callers_queue_up() -> None:
    bucket = TokenBucket(2.0, 1, monotonic=Moved())
    assert [bucket.take(1.0) for _ in range(4)] == [0.0, 0.5, 1.0, None]


def test_bucket_and_breaker_refuse_nonsense() -> None:
    with pytest.raises(ValueError, match="positive"):
        TokenBucket(0.0, 1)
    with pytest.raises(ValueError, match="positive"):
        CircuitBreaker(1, 0.0)


def test_a_failed_trial_opens_the_circuit_again() -> None:
    clock = Moved()
    breaker = CircuitBreaker(1, 10.0, monotonic=clock)
    breaker.failed()
    assert not breaker.allow()
    clock.now += 10.0
    assert breaker.allow()
    assert not breaker.allow()  # one trial, not a stampede
    breaker.failed()
    clock.now += 9.0
    assert not breaker.allow()
    clock.now += 1.0
    assert breaker.allow()
    breaker.succeeded()
    assert not breaker.is_open
    assert breaker.allow()


# --- connections --------------------------------------------------------------------------------------------------


async def test_a_free_connection_is_used_again_and_an_old_one_closed() -> None:
    clock, made = Moved(), list[httpx.AsyncClient]()

    def make() -> httpx.AsyncClient:
        made.append(httpx.AsyncClient())
        return made[-1]

    lanes = Lanes(make, 2, 0.01, carrier="c", monotonic=clock)
    async with lanes.client() as first, lanes.client() as second:
        with pytest.raises(RateLimitedError):
            await lanes.client().__aenter__()
    clock.now += IDLE_S + 1
    async with lanes.client() as again:
        assert again is first  # the one that came back last
    assert (len(made), second.is_closed, first.is_closed) == (2, True, False)
    await lanes.close()
    assert first.is_closed


async def test_a_connection_in_use_is_closed_when_it_comes_back() -> None:
    lanes = Lanes(httpx.AsyncClient, 1, 0.01, carrier="c")
    async with lanes.client() as client:
        await lanes.close()
        assert not client.is_closed
    assert client.is_closed


# --- coalescing --------------------------------------------------------------------------------------------------


async def test_20_callers_make_one_request() -> None:
    async with carrier_server(always(http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        together: Coalescer[bytes] = Coalescer()
        answers = await asyncio.gather(*(together.run("w", lambda: ask(carrier, server.url)) for _ in range(20)))
        assert answers == [b"ok"] * 20
        assert len(server.asked) == 1
        await carrier.close()


async def test_one_caller_hanging_up_leaves_the_others_their_answer() -> None:
    release = asyncio.Event()

    async def work() -> str:
        await release.wait()
        return "trace"

    together: Coalescer[str] = Coalescer()
    first, second = (asyncio.create_task(together.run("w", work)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    release.set()
    assert await second == "trace"
    assert first.cancelled()


async def test_an_error_reaches_every_waiter_and_is_not_kept() -> None:
    outcomes = iter([BadReplyError("first"), None])

    async def work() -> str:
        error = next(outcomes)
        if error:
            raise error
        return "ok"

    together: Coalescer[str] = Coalescer()
    results = await asyncio.gather(*(together.run("w", work) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(result, BadReplyError) for result in results)
    assert await together.run("w", work) == "ok"


async def test_closing_ends_what_still_runs() -> None:
    together: Coalescer[bool] = Coalescer()
    waiting = asyncio.create_task(together.run("w", asyncio.Event().wait))
    await asyncio.sleep(0)
    await together.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


# --- hostile JSON ------------------------------------------------------------------------------------------------


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


# --- clock skew --------------------------------------------------------------------------------------------------

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_the_carriers_clock_is_learned_from_its_date() -> None:
    clock = ServerClock(lambda: NOON)
    assert clock.learn(format_datetime(NOON + timedelta(minutes=7), usegmt=True))
    assert clock.now() == NOON + timedelta(minutes=7)
    assert clock.millis() == str(int((NOON + timedelta(minutes=7)).timestamp() * 1000))
    assert not clock.learn(format_datetime(NOON + timedelta(minutes=7, seconds=1), usegmt=True))
    assert clock.learn(format_datetime(NOON, usegmt=True))
    assert clock.offset == timedelta(0)


@pytest.mark.parametrize(
    "header", [None, "", "soon", "Sun, 22 Nov 2026 04:00:02 GMT", "Sun, 22 Nov 2026 14:00:02 -0000"]
)
def test_noise_and_nonsense_move_no_clock(header: str | None) -> None:
    clock = ServerClock(lambda: NOON)
    assert not clock.learn(header)
    assert clock.now() == NOON


async def test_a_reply_tells_that_the_clock_moved() -> None:
    date = format_datetime(NOON + timedelta(hours=1), usegmt=True)
    async with carrier_server(always(http(b"", head=f"date: {date}\r\n"))) as server:
        carrier = CarrierHttp("c", QUICK, clock=lambda: NOON)
        moved = [(await carrier.send(lambda: Request.json(server.url, "{}"), safe=True)).clock_moved for _ in range(2)]
        assert moved == [True, False]
        await carrier.close()
