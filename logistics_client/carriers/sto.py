"""申通: route query STO_TRACE_QUERY_COMMON through the cloud gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logistics_client import signing
from logistics_client.carriers.common import (
    checked_waybill,
    event_of,
    exchange,
    parcel_of,
    refuse_by_words,
    same_waybill,
    usable,
)
from logistics_client.clock import Clock, system_clock
from logistics_client.states import STO
from logistics_client.transport import CarrierHttp, Request, mapping, rows, text
from logistics_client.vocabulary import Courier, Parcel, TraceEvent

NAME = "sto"
_API = "STO_TRACE_QUERY_COMMON"
_TO = "sto_trace_query"


@dataclass(frozen=True, slots=True)
class StoAccount:
    """App key, source code and secret of 申通开放平台."""

    app_key: str
    code: str
    secret: str = field(repr=False)
    url: str = "https://cloudinter-linkgateway.sto.cn/gateway/link.do"


class StoClient:
    """Asks 申通.

    Args:
        account: app key, source code and secret.
        http: transport of this carrier.
        clock: when a parcel was fetched.
    """

    name = NAME

    def __init__(self, account: StoAccount, http: CarrierHttp, *, clock: Clock = system_clock) -> None:
        self._account = account
        self._http = http
        self._clock = clock

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Query one waybill; ``phone_tail`` is not used, 申通 asks for none."""
        number = checked_waybill(waybill, NAME)
        account = self._account
        content = signing.compact_json({"order": "desc", "waybillNoList": [number]})
        fields = {
            "content": content,
            "data_digest": signing.sto(content, account.secret),
            "api_name": _API,
            "from_appkey": account.app_key,
            "from_code": account.code,
            "to_appkey": _TO,
            "to_code": _TO,
        }
        data = await exchange(self._http, lambda: Request.form(account.url, fields), carrier=NAME)
        if data.get("success") not in (True, "true"):
            refuse_by_words(text(data, "errorMsg"), text(data, "errorCode"), NAME)
        listed = rows(mapping(data, "data"), number, carrier=NAME)
        for row in listed:
            same_waybill(text(row, "waybillNo"), number, NAME)
        events = usable(map(_event, listed), len(listed), NAME)
        return parcel_of(number, NAME, events, fetched_at=self._clock())

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()


def _event(row: Mapping[str, Any]) -> TraceEvent | None:
    person = text(row, "bizEmpName", limit=40)
    return event_of(
        text(row, "opTime"),
        text(row, "memo"),
        text(row, "scanType"),
        STO,
        city=text(row, "opOrgCityName", limit=100),
        site=text(row, "opOrgName", limit=100),
        next_site=text(row, "nextOrgName", limit=100),
        courier=Courier(person, text(row, "bizEmpPhone", limit=40)) if person else None,
    )
