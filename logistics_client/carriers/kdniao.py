"""快递鸟: real-time query 1002, the richer 8001, 8002 that needs no company, recognition 2002, subscription 8008.

https://www.kdniao.com/api-track, sandbox ``http://sandboxapi.kdniao.com:8080/kdniaosandbox/gateway/...``
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logistics_client import signing
from logistics_client.carriers.aggregator import AggregatorClient
from logistics_client.carriers.brands import KDNIAO_CODES, NEED_TAIL, from_kdniao
from logistics_client.carriers.common import (
    checked_tail,
    checked_waybill,
    event_of,
    exchange,
    parcel_of,
    refuse_by_words,
    same_waybill,
    usable,
)
from logistics_client.carriers.env import Env
from logistics_client.clock import Clock
from logistics_client.errors import BadNumberError
from logistics_client.states import KDNIAO
from logistics_client.transport import Request, rows, text
from logistics_client.vocabulary import Parcel, TraceEvent

NAME = "kdniao"
SANDBOX_URL = "http://sandboxapi.kdniao.com:8080/kdniaosandbox/gateway/exterfaceInvoke.json"


@dataclass(frozen=True, slots=True)
class KdniaoAccount:
    """Business id and key; ``query`` is the interface that was bought (1002, 8001 or 8002)."""

    business_id: str
    api_key: str = field(repr=False)
    query: str = "8001"
    query_url: str = "https://api.kdniao.com/Ebusiness/EbusinessOrderHandle.aspx"
    subscribe_url: str = "https://api.kdniao.com/api/dist"

    @classmethod
    def from_env(cls, env: Env) -> KdniaoAccount:
        """Read the account from environment variables; a missing one is named."""
        return cls(
            env.need("KDNIAO_BUSINESS_ID"),
            env.need("KDNIAO_API_KEY"),
            query=env.get("KDNIAO_QUERY", "8001"),
            query_url=env.get("KDNIAO_URL", "https://api.kdniao.com/Ebusiness/EbusinessOrderHandle.aspx"),
            subscribe_url=env.get("KDNIAO_SUBSCRIBE_URL", "https://api.kdniao.com/api/dist"),
        )


class KdniaoClient(AggregatorClient[KdniaoAccount]):
    """Asks 快递鸟."""

    name = NAME
    codes = KDNIAO_CODES

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Query one waybill; see :class:`logistics_client.ports.CarrierClient`."""
        number = checked_waybill(waybill, NAME)
        brand = self._brand(number)
        if brand is None and self._account.query != "8002":
            brand = await self.recognise(number)
        tail = checked_tail(phone_tail, NAME, required=brand in NEED_TAIL)
        asked = {"OrderCode": "", "LogisticCode": number, "CustomerName": tail}
        if brand is not None:
            asked["ShipperCode"] = KDNIAO_CODES.get(brand, brand.upper())
        data = await self._call(self._account.query_url, self._account.query, asked)
        if data.get("Success") is not True:
            refuse_by_words(text(data, "Reason"), text(data, "ResultCode"), NAME)
        return read_parcel(data, number, self._clock)

    async def recognise(self, waybill: str) -> str:
        """Ask which company prints such a number (2002); the first candidate is the likeliest.

        Raises:
            BadNumberError: no company does.
        """
        data = await self._call(self._account.query_url, "2002", {"LogisticCode": waybill})
        if data.get("Success") is not True:
            refuse_by_words(text(data, "Reason"), text(data, "ResultCode", "Code"), NAME)
        shippers = rows(data, "Shippers", carrier=NAME)
        code = text(shippers[0], "ShipperCode", limit=40) if shippers else None
        if code is None:
            raise BadNumberError("no company prints such a number; ask for it again", carrier=NAME)
        return from_kdniao(code)

    async def subscribe(self, waybill: str, *, phone_tail: str | None = None) -> None:
        """Subscribe to pushes (8008, or 1008 for those who bought 1002); 快递鸟 posts to the address in its console."""
        number = checked_waybill(waybill, NAME)
        brand = self._brand(number) or await self.recognise(number)
        tail = checked_tail(phone_tail, NAME, required=brand in NEED_TAIL)
        asked = {
            "ShipperCode": KDNIAO_CODES.get(brand, brand.upper()),
            "LogisticCode": number,
            "CustomerName": tail,
        }
        kind = "1008" if self._account.query == "1002" else "8008"
        data = await self._call(self._account.subscribe_url, kind, asked)
        if data.get("Success") is not True and "重复" not in (text(data, "Reason") or ""):
            refuse_by_words(text(data, "Reason"), text(data, "ResultCode"), NAME)

    async def _call(self, url: str, kind: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        request_data = signing.compact_json(asked)
        fields = {
            "RequestData": request_data,
            "EBusinessID": self._account.business_id,
            "RequestType": kind,
            "DataSign": signing.kdniao(request_data, self._account.api_key),
            "DataType": "2",
        }
        return await exchange(self._http, lambda: Request.form(url, fields), carrier=NAME)


def read_parcel(data: Mapping[str, Any], waybill: str, clock: Clock) -> Parcel:
    """Read a trace: the reply of a query, or one entry of a push (oldest row first in both).

    Raises:
        NoDataYetError: no rows.
        BadReplyError: rows that cannot be read, or another waybill.
    """
    same_waybill(text(data, "LogisticCode"), waybill, NAME)
    listed = rows(data, "Traces", carrier=NAME)
    state = text(data, "StateEx", "State")
    events = [_event(row, state if index == len(listed) - 1 else None) for index, row in enumerate(listed)]
    brand = from_kdniao(text(data, "ShipperCode", limit=40) or "unknown")
    return parcel_of(waybill, brand, usable(events, len(listed), NAME), fetched_at=clock())


def _event(row: Mapping[str, Any], state: str | None) -> TraceEvent | None:
    line = text(row, "AcceptStation")
    code = text(row, "Action") or state
    return event_of(text(row, "AcceptTime"), line, code, KDNIAO, city=text(row, "Location", limit=100))
