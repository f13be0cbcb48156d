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
    refuse_by_words,
)
from logistics_client.carriers.direct import DirectClient
from logistics_client.carriers.env import Env
from logistics_client.states import STO
from logistics_client.transport import Request, mapping, rows, text
from logistics_client.vocabulary import Courier, Parcel, TraceEvent

NAME = "sto"
_API = "STO_TRACE_QUERY_COMMON"
_TO = "sto_trace_query"
_URL = "https://cloudinter-linkgateway.sto.cn/gateway/link.do"


@dataclass(frozen=True, slots=True)
class StoAccount:
    """App key, source code and secret of 申通开放平台."""

    app_key: str
    code: str
    secret: str = field(repr=False)
    url: str = _URL

    @classmethod
    def from_env(cls, env: Env) -> StoAccount:
        """Read the account from environment variables; a missing one is named."""
        return cls(env.need("STO_APP_KEY"), env.need("STO_CODE"), env.need("STO_SECRET"), env.get("STO_URL", _URL))


class StoClient(DirectClient[StoAccount]):
    """Asks 申通."""

    name = NAME

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
        return self._parcel(number, listed, _event, named=("waybillNo",))


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
