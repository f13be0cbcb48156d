"""Where a reply may send us: never into our own network (SSRF, OWASP 2021 A10)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable

import httpx

from logistics_client.errors import BadReplyError

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Look up the addresses of a host.

    Raises:
        OSError: the name is unknown.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Whether an address lies on the public Internet, looking through IPv4 written inside IPv6."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


async def pinned(url: httpx.URL, trusted: Iterable[str], lookup: Resolve) -> tuple[httpx.URL, dict[str, str]]:
    """Check a URL that came from outside and fix it to the address that was checked.

    Connecting to the checked address, and not to the name a second time, leaves no room for a name server that
    answers differently the second time.

    Args:
        url: the URL of a redirect, or of a file named in a reply.
        trusted: origins (``https://host:port``) that the operator configured; they may be private.
        lookup: how names are resolved.

    Returns:
        The URL to open, and the names to use for it: ``host`` for the header and, over TLS, ``sni``.

    Raises:
        BadReplyError: no HTTP(S), unknown host, or an address that is not public.
    """
    if url.scheme not in ("http", "https") or not url.host:
        raise BadReplyError("refuse the redirect: it does not lead to a web address")
    if origin(url) in set(trusted):
        return url, {}
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        addresses = await lookup(url.host, port)
    except OSError as error:
        raise BadReplyError("refuse the redirect: its host is unknown") from error
    if not addresses or not all(is_public(address) for address in addresses):
        raise BadReplyError("refuse the redirect: it leads into a private network")
    return url.copy_with(host=addresses[0]), {"host": url.netloc.decode("ascii"), "sni": url.host}


def origin(url: httpx.URL) -> str:
    """Scheme, host and port of a URL."""
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"{url.scheme}://{url.host}:{port}"
