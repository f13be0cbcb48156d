"""One carrier's HTTP: its own connections, limits and circuit, so that a slow carrier delays nobody else.

What is retried: a request that surely never arrived (no connection), and any failure of a request marked ``safe``
(reading a trace). Opening a work order is not safe: whether it arrived is unknown, so its error goes to the caller.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlencode

import httpx

from logistics_client.clock import Clock, system_clock
from logistics_client.errors import (
    BadReplyError,
    MisconfiguredError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.transport.addresses import Resolve, origin, pinned, resolve
from logistics_client.transport.body import read_limited
from logistics_client.transport.breaker import CircuitBreaker
from logistics_client.transport.bucket import TokenBucket
from logistics_client.transport.lanes import IDLE_S, Lanes, OneClient
from logistics_client.transport.server_clock import ServerClock

logger = logging.getLogger(__name__)

_MAX_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits of one carrier; times in seconds, sizes in bytes, all counted per carrier and process."""

    connect_s: float = 1.5
    write_s: float = 2.0
    read_s: float = 3.0
    pool_s: float = 0.5
    total_s: float = 5.0  # all attempts together: a caller is listening
    attempts: int = 2
    backoff_s: float = 0.1
    max_body: int = 2_000_000
    connections: int = 100
    rate_per_s: float = 20.0
    burst: int = 40
    max_wait_s: float = 1.0
    breaker_failures: int = 5
    breaker_open_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request, serialised: ``content`` is exactly what was signed and what is sent."""

    url: str
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    foreign: bool = False  # the URL came out of a reply, not from the configuration

    @classmethod
    def form(cls, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Request:
        """Make a form post; the values are signed before and encoded here."""
        kind = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        return cls(url, urlencode(fields).encode("ascii"), {**kind, **(headers or {})})

    @classmethod
    def json(cls, url: str, body: str, headers: Mapping[str, str] | None = None) -> Request:
        """Make a post of a JSON text that was serialised (and signed) before."""
        kind = {"content-type": "application/json; charset=utf-8"}
        return cls(url, body.encode("utf-8"), {**kind, **(headers or {})})


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply with status 2xx, within the size limit."""

    body: bytes
    clock_moved: bool = False  # the carrier's clock turned out to differ: a refused signature deserves a second try
    content_type: str = ""


class _NeverSentError(UnavailableError):
    """No connection: the request surely did not arrive, so even an unsafe one may be repeated."""


class CarrierHttp:
    """Sends requests to one carrier.

    Args:
        carrier: our name of the carrier, for errors and logs.
        policy: limits.
        clock: our clock; the carrier's one is learned from its replies.
        monotonic: seconds that never go back.
        trusted: origins that redirects and file links may lead to although they are private.
        lookup: how names of redirects are resolved.
        client: one HTTP client for everything, if not as many of our own making as are needed.
    """

    def __init__(
        self,
        carrier: str,
        policy: Policy | None = None,
        *,
        clock: Clock = system_clock,
        monotonic: Callable[[], float] = time.monotonic,
        trusted: tuple[str, ...] = (),
        lookup: Resolve = resolve,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._carrier = carrier
        self._policy = policy or Policy()
        self._trusted = trusted
        self._lookup = lookup
        self._lanes = OneClient(client) if client is not None else self._own_lanes(monotonic)
        self._bucket = TokenBucket(self._policy.rate_per_s, self._policy.burst, monotonic=monotonic)
        self._breaker = CircuitBreaker(self._policy.breaker_failures, self._policy.breaker_open_s, monotonic=monotonic)
        self.clock = ServerClock(clock)

    async def send(self, build: Callable[[], Request], *, safe: bool) -> Reply:
        """Send a request and return its reply.

        Args:
            build: makes the request; called once per attempt, so that every attempt carries a fresh time and id.
            safe: whether doing it twice changes nothing.

        Raises:
            UnavailableError: time-out, server error, broken line or open circuit.
            BadReplyError: too large, wrongly packed, or a redirect into a private network.
            RateLimitedError: too many requests for the carrier or for our own limits.
            MisconfiguredError: the carrier refused key, permission or address.
        """
        if self._lanes.is_closed:
            raise UnavailableError("the connection was closed; the hotline is stopping", carrier=self._carrier)
        if not self._breaker.allow():
            raise UnavailableError("the carrier was down moments ago; ask again later", carrier=self._carrier)
        try:
            async with asyncio.timeout(self._policy.total_s):
                reply = await self._attempts(build, safe=safe)
        except TimeoutError as error:
            self._breaker.failed()
            raise UnavailableError("the carrier took too long; ask again later", carrier=self._carrier) from error
        except UnavailableError:
            self._breaker.failed()
            raise
        except (MisconfiguredError, RateLimitedError):
            self._breaker.succeeded()
            raise
        self._breaker.succeeded()
        return reply

    async def close(self) -> None:
        """Release connections."""
        await self._lanes.close()

    def _own_lanes(self, monotonic: Callable[[], float]) -> Lanes:
        policy = self._policy
        return Lanes(
            lambda: _client(policy), policy.connections, policy.pool_s, carrier=self._carrier, monotonic=monotonic
        )

    async def _attempts(self, build: Callable[[], Request], *, safe: bool) -> Reply:
        attempt = 1
        while True:
            try:
                await self._token()
                return await self._once(build())
            except UnavailableError as error:
                may_repeat = isinstance(error, _NeverSentError) or (safe and error.retryable)
                if not may_repeat or attempt >= self._policy.attempts:
                    logger.warning(
                        "carrier unavailable", extra={"carrier": self._carrier, "error": type(error).__name__}
                    )
                    raise
            await asyncio.sleep(self._policy.backoff_s * attempt * random.uniform(0.5, 1.5))
            attempt += 1

    async def _token(self) -> None:
        wait = self._bucket.take(self._policy.max_wait_s)
        if wait is None:
            raise RateLimitedError(
                "our own limit for this carrier is used up; ask again later",
                retry_after_s=self._bucket.wait_s(),
                carrier=self._carrier,
            )
        if wait > 0.0:
            await asyncio.sleep(wait)

    async def _once(self, request: Request) -> Reply:
        named, names = self._url(request.url), dict[str, str]()
        url = named
        if request.foreign:
            url, names = await pinned(named, self._trusted, self._lookup)
        for _ in range(_MAX_REDIRECTS + 1):
            answer = await self._exchange(request, url, names)
            if isinstance(answer, Reply):
                return answer
            try:
                named = named.join(answer)
            except httpx.InvalidURL as error:
                raise BadReplyError("the carrier redirects to no address", carrier=self._carrier) from error
            url, names = await pinned(named, self._trusted, self._lookup)
            if request.method != "GET":
                # A signed request names our account; it goes only to the address that the operator configured.
                raise MisconfiguredError(
                    f"the carrier moved to {origin(named)}; set that address in the configuration",
                    carrier=self._carrier,
                )
        raise BadReplyError("the carrier redirects in circles", carrier=self._carrier)

    def _url(self, url: str) -> httpx.URL:
        try:
            return httpx.URL(url)
        except httpx.InvalidURL as error:
            raise MisconfiguredError("the carrier's address is malformed", carrier=self._carrier) from error

    async def _exchange(self, request: Request, url: httpx.URL, names: Mapping[str, str]) -> Reply | str:
        """Do one exchange; a text is the address of a redirect."""
        headers = {"accept-encoding": "identity", **request.headers}
        if "host" in names:
            headers["host"] = names["host"]
        extensions = {"sni_hostname": names["sni"]} if "sni" in names else {}
        try:
            async with (
                self._lanes.client() as client,
                client.stream(
                    request.method, url, content=request.content, headers=headers, extensions=extensions
                ) as response,
            ):
                moved = self.clock.learn(response.headers.get("date"))
                if response.is_redirect:
                    return str(response.headers.get("location", ""))
                self._check_status(response)
                body = await read_limited(response, self._policy.max_body, carrier=self._carrier)
                return Reply(body, moved, response.headers.get("content-type", ""))
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _NeverSentError(
                "the carrier cannot be reached; check network and address", carrier=self._carrier
            ) from error
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol) as error:
            raise MisconfiguredError("the carrier's address or key is malformed", carrier=self._carrier) from error
        except httpx.RequestError as error:
            raise UnavailableError("the line to the carrier broke or timed out", carrier=self._carrier) from error

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        code = str(status)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            after = _retry_after(response.headers.get("retry-after"))
            self._bucket.pause(after or 1.0)
            raise RateLimitedError(
                "the carrier wants fewer requests; ask again later",
                retry_after_s=after,
                carrier=self._carrier,
                raw_code=code,
            )
        if status >= 500:
            raise UnavailableError("the carrier has trouble; ask again later", carrier=self._carrier, raw_code=code)
        if status >= 400:
            raise MisconfiguredError(
                "the carrier refused the request; check address, key and permission",
                carrier=self._carrier,
                raw_code=code,
            )

    def slow_down(self, seconds: float) -> None:
        """Ask nothing for ``seconds``: the carrier said inside its reply that it was too much."""
        self._bucket.pause(seconds)


@cache
def _tls() -> ssl.SSLContext:
    """Read the certificate store once for all carriers; it takes tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


def _client(policy: Policy) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=httpx.Timeout(connect=policy.connect_s, write=policy.write_s, read=policy.read_s, pool=None),
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_S),
        verify=_tls(),
        follow_redirects=False,
        trust_env=False,  # a proxy or .netrc of the operator's shell must not decide where signed requests go
    )


def _retry_after(value: str | None) -> float | None:
    return min(float(value), 3600.0) if value and value.isascii() and value.isdigit() else None
