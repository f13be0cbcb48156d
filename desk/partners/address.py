"""Where a webhook may go: public https, found by name once and then held to that address."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from desk.errors import BadRequest

PRIVATE = "这个地址在内网或本机,不能作为推送地址;确需使用请让管理员放开 PRIVATE_WEBHOOKS。"


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address: ``url`` names the host by number, so that a name that changes cannot lead elsewhere."""

    url: str
    host: str  # for the Host header
    name: str  # for TLS


def parsed(url: str, *, private: bool) -> SplitResult:
    """Read an address.

    Raises:
        BadRequest: not http(s), with a password or fragment, or plain http where that is not allowed.
    """
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError as error:
        raise BadRequest("推送地址格式不对。") from error
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc or not port_is_good:
        raise BadRequest("推送地址必须像 https://crm.example.com/hook 这样。")
    if parts.scheme == "http" and not private:
        raise BadRequest("推送地址必须使用 https。")
    return parts


async def checked(url: str, *, private: bool) -> Address:
    """Look the host up and refuse what lies in our own network.

    Raises:
        BadRequest: as ``parsed``; unknown host; a private, local or reserved address that is not allowed.
    """
    parts = parsed(url, private=private)
    name = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadRequest("找不到推送地址的主机。", code="unknown_host") from error
    numbers = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not private and not all(_is_public(number) for number in numbers):
        raise BadRequest(PRIVATE, code="private_address")
    number = numbers[0]
    host = f"[{number}]" if number.version == 6 else str(number)
    target = parts._replace(netloc=f"{host}:{port}", fragment="")
    return Address(target.geturl(), parts.netloc, name)


def _is_public(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    inner = getattr(number, "ipv4_mapped", None)
    return (inner or number).is_global and not number.is_multicast
