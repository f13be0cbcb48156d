"""韵达: route query; a waybill must be subscribed before it can be asked, which the client does when told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logistics_client import signing
from logistics_client.carriers.common import (
    checked_waybill,
    event_of,
    exchange,
    refuse_by_words,
    same_waybill,
)
from logistics_client.carriers.direct import DirectClient
from logistics_client.carriers.env import Env
from logistics_client.errors import NoDataYetError
from logistics_client.states import YUNDA
from logistics_client.transport import Request, mapping, rows, text
from logistics_client.vocabulary import Parcel, TraceEvent

NAME = "yunda"
_URL = "https://openapi.yundaex.com"


@dataclass(frozen=True, slots=True)
class YundaAccount:
    """App key and secret of 韵达开放平台."""

    app_key: str
    secret: str = field(repr=False)
    base_url: str = _URL

    @classmethod
    def from_env(cls, env: Env) -> YundaAccount:
        """Read the account from environment variables; a missing one is named."""
        return cls(env.need("YUNDA_APP_KEY"), env.need("YUNDA_SECRET"), env.get("YUNDA_URL", _URL))


class YundaClient(DirectClient[YundaAccount]):
    """Asks 韵达."""

    name = NAME

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Query one waybill; ``phone_tail`` is not used, 韵达 asks for none.

        Raises:
            NoDataYetError: also when the waybill was only subscribed just now.
        """
        number = checked_waybill(waybill, NAME)
        # The path is spelt like this by the carrier.
        data = await self._call("/openapi/outer/logictis/query", {"mailno": number})
        if data.get("result") not in (True, "true"):
            if "订阅" in (text(data, "message") or ""):
                await self.subscribe(number)
                raise NoDataYetError("the waybill was subscribed just now; ask again later", carrier=NAME)
            refuse_by_words(text(data, "message"), text(data, "code"), NAME)
        found = mapping(data, "data")
        same_waybill(text(found, "mailno"), number, NAME)
        steps = rows(found, "steps", carrier=NAME)
        return self._parcel(number, steps, _event)

    async def subscribe(self, waybill: str) -> None:
        """Subscribe a waybill, so that it can be asked; a second time changes nothing."""
        number = checked_waybill(waybill, NAME)
        data = await self._call(
            "/openapi/outer/logictis/subscribe", {"orders": [{"orderid": number, "mailno": number}]}
        )
        if data.get("result") not in (True, "true"):
            refuse_by_words(text(data, "message"), text(data, "code"), NAME)

    async def _call(self, path: str, asked: Mapping[str, signing.Json]) -> Mapping[str, Any]:
        body = signing.compact_json(asked)
        account = self._account

        def build() -> Request:
            headers = {
                "app-key": account.app_key,
                "sign": signing.yunda(body, account.secret),
                "req-time": self._http.clock.millis(),
            }
            return Request.json(account.base_url + path, body, headers)

        return await exchange(self._http, build, carrier=NAME, skewed=_is_signature)


def _is_signature(data: Mapping[str, Any]) -> bool:
    return any(word in (text(data, "message") or "") for word in ("签名", "验签", "时间", "req-time"))


def _event(row: Mapping[str, Any]) -> TraceEvent | None:
    return event_of(
        text(row, "time"),
        text(row, "description"),
        text(row, "action"),
        YUNDA,
        site=text(row, "station_name", limit=100),
        city=text(row, "city", limit=100),
    )
