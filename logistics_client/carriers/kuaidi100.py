"""快递100: real-time query (实时查询), number recognition (智能单号识别) and subscription (订阅推送).

The same waybill may be asked once per half hour, or it is locked: callers go through the trace cache.
https://api.kuaidi100.com/document/5f0ffb5ebc8da837cbd8aefc
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from logistics_client import signing
from logistics_client.carriers.aggregator import AggregatorClient
from logistics_client.carriers.brands import (
    KUAIDI100_CODES,
    NEED_TAIL,
    BrandOf,
    brand_by_format,
    from_kuaidi100,
)
from logistics_client.carriers.common import (
    checked_tail,
    checked_waybill,
    event_of,
    exchange,
    parcel_of,
    refuse,
    same_waybill,
    usable,
)
from logistics_client.carriers.env import Env
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import (
    BadNumberError,
    LogisticsError,
    MisconfiguredError,
    NeedsPhoneTailError,
    NoDataYetError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.states import KUAIDI100
from logistics_client.transport import CarrierHttp, Request, at_text, mapping, parse, rows, text
from logistics_client.vocabulary import Courier, Parcel, TraceEvent

NAME = "kuaidi100"
ERRORS: Mapping[str, type[LogisticsError]] = {
    "400": BadNumberError,
    "408": NeedsPhoneTailError,
    "500": NoDataYetError,
    "501": UnavailableError,
    "502": UnavailableError,
    "503": MisconfiguredError,
    "504": RateLimitedError,
    "601": MisconfiguredError,
}
_SUBSCRIBE_ERRORS: Mapping[str, type[LogisticsError]] = {
    "500": UnavailableError,
    "600": MisconfiguredError,
    "601": MisconfiguredError,
    "700": BadNumberError,
    "702": BadNumberError,
}
_MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Kuaidi100Account:
    """What 快递100 gives a customer; the addresses are its own unless a test or proxy stands in between."""

    customer: str
    key: str = field(repr=False)
    query_url: str = "https://poll.kuaidi100.com/poll/query.do"
    subscribe_url: str = "https://poll.kuaidi100.com/poll"
    auto_url: str = "https://www.kuaidi100.com/autonumber/auto"

    @classmethod
    def from_env(cls, env: Env) -> Kuaidi100Account:
        """Read the account from environment variables; a missing one is named."""
        base = env.get("KUAIDI100_URL", "https://poll.kuaidi100.com")
        return cls(
            env.need("KUAIDI100_CUSTOMER"),
            env.need("KUAIDI100_KEY"),
            query_url=f"{base}/poll/query.do",
            subscribe_url=f"{base}/poll",
            auto_url=env.get("KUAIDI100_AUTO_URL", "https://www.kuaidi100.com/autonumber/auto"),
        )


class Kuaidi100Client(AggregatorClient[Kuaidi100Account]):
    """Asks 快递100."""

    name = NAME
    codes = KUAIDI100_CODES

    def __init__(
        self,
        account: Kuaidi100Account,
        http: CarrierHttp,
        *,
        clock: Clock = system_clock,
        brand_of: BrandOf = brand_by_format,
    ) -> None:
        super().__init__(account, http, clock=clock, brand_of=brand_of)
        self._recognised: dict[str, str] = {}

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Query one waybill; see :class:`logistics_client.ports.CarrierClient`."""
        number = checked_waybill(waybill, NAME)
        brand = self._brand(number) or await self.recognise(number)
        tail = checked_tail(phone_tail, NAME, required=brand in NEED_TAIL)
        asked = {"com": KUAIDI100_CODES.get(brand, brand), "num": number, "resultv2": "4"}
        param = signing.compact_json({**asked, "phone": tail} if tail else asked)
        account = self._account
        fields = {
            "customer": account.customer,
            "sign": signing.kuaidi100_query(param, account.key, account.customer),
            "param": param,
        }
        data = await exchange(self._http, lambda: Request.form(account.query_url, fields), carrier=NAME)
        code = text(data, "returnCode", "status") or ""
        if data.get("result") is False or code != "200":
            refuse(ERRORS, code, NAME)
        return read_parcel(data, number, self._clock)

    async def recognise(self, waybill: str) -> str:
        """Ask which company prints such a number (智能单号识别); the first candidate is the likeliest.

        Raises:
            BadNumberError: no company does.
        """
        known = self._recognised.get(waybill)
        if known is not None:
            return known
        query = urlencode({"num": waybill, "key": self._account.key})
        url = f"{self._account.auto_url}?{query}"
        found = parse((await self._http.send(lambda: Request(url, method="GET"), safe=True)).body, carrier=NAME)
        if isinstance(found, dict):
            code = text(found, "returnCode") or ""
            refuse({**ERRORS, "201": BadNumberError, "701": MisconfiguredError}, code, NAME)
        first = next((item for item in found if isinstance(item, dict)), {}) if isinstance(found, list) else {}
        company = text(first, "comCode", limit=40)
        if company is None:
            raise BadNumberError("no company prints such a number; ask for it again", carrier=NAME)
        if len(self._recognised) >= _MAX_REMEMBERED:
            self._recognised.clear()
        self._recognised[waybill] = from_kuaidi100(company)
        return self._recognised[waybill]

    async def subscribe(self, waybill: str, *, callback: str, salt: str, phone_tail: str | None = None) -> None:
        """Subscribe to pushes about a waybill (see :mod:`logistics_client.push`); a second time changes nothing.

        Args:
            waybill: the number.
            callback: public address of our push receiver.
            salt: secret that signs the pushes.
            phone_tail: last four digits of the order's phone, where the company wants them.
        """
        number = checked_waybill(waybill, NAME)
        brand = self._brand(number)
        parameters = {"callbackurl": callback, "salt": salt, "resultv2": "4", "autoCom": "0" if brand else "1"}
        tail = checked_tail(phone_tail, NAME, required=brand in NEED_TAIL)
        if tail:
            parameters["phone"] = tail
        company = KUAIDI100_CODES[brand] if brand else ""
        param = signing.compact_json(
            {"company": company, "number": number, "key": self._account.key, "parameters": parameters}
        )
        fields = {"schema": "json", "param": param}
        data = await exchange(self._http, lambda: Request.form(self._account.subscribe_url, fields), carrier=NAME)
        code = text(data, "returnCode") or ""
        if code not in ("200", "501"):  # 501: subscribed before
            refuse(_SUBSCRIBE_ERRORS, code, NAME)


def read_parcel(data: Mapping[str, Any], waybill: str, clock: Clock) -> Parcel:
    """Read a trace: the reply of a query, or ``lastResult`` of a push (newest row first in both).

    Raises:
        NoDataYetError: no rows.
        BadReplyError: rows that cannot be read, or another waybill.
    """
    same_waybill(text(data, "nu"), waybill, NAME)
    listed = rows(data, "data", carrier=NAME)
    events = [_event(row, text(data, "state") if index == 0 else None) for index, row in enumerate(listed)]
    company = from_kuaidi100(text(data, "com", limit=40) or "unknown")
    parcel = parcel_of(
        waybill,
        company,
        usable(events, len(listed), NAME),
        fetched_at=clock(),
        expected_by=at_text(text(data, "arrivalTime")),
    )
    person = mapping(data, "courierInfo")
    named = text(person, "deliveryManName", limit=40)
    return replace(parcel, courier=Courier(named, text(person, "deliveryManPhone", limit=40))) if named else parcel


def _event(row: Mapping[str, Any], state: str | None) -> TraceEvent | None:
    area = (text(row, "areaName") or "").split(",")
    return event_of(
        text(row, "ftime", "time"),
        text(row, "context"),
        text(row, "statusCode") or state,
        KUAIDI100,
        city=area[1].strip() or None if len(area) > 1 else None,
        site=text(row, "location", limit=100),
    )
