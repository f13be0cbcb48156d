"""Where a reply may lead, and where not."""

from __future__ import annotations

import httpx
import pytest

from logistics_client.errors import (
    BadReplyError,
    MisconfiguredError,
)
from logistics_client.transport import CarrierHttp, Request
from logistics_client.transport.addresses import is_public
from tests.logistics_client.carrier_server import always, carrier_server, http
from tests.logistics_client.transport.limits import QUICK, ask


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
