"""中通: route query ``zto.merchant.waybill.track.query``; the last four digits of the phone are required."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logistics_client import signing
from logistics_client.carriers.common import (
    checked_tail,
    checked_waybill,
    event_of,
    exchange,
    refuse_by_words,
)
from logistics_client.carriers.direct import DirectClient
from logistics_client.carriers.env import Env
from logistics_client.states import ZTO
from logistics_client.transport import Request, mapping, rows, text
from logistics_client.vocabulary import Courier, Parcel, TraceEvent

NAME = "zto"
_API = "zto.merchant.waybill.track.query"
_URL = "https://japi.zto.com"


@dataclass(frozen=True, slots=True)
class ZtoAccount:
    """App key and secret of 中通开放平台."""

    app_key: str
    secret: str = field(repr=False)
    base_url: str = _URL

    @classmethod
    def from_env(cls, env: Env) -> ZtoAccount:
        """Read the account from environment variables; a missing one is named."""
        return cls(env.need("ZTO_APP_KEY"), env.need("ZTO_SECRET"), env.get("ZTO_URL", _URL))


class ZtoClient(DirectClient[ZtoAccount]):
    """Asks 中通."""

    name = NAME

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Query one waybill; see :class:`logistics_client.ports.CarrierClient`."""
        number = checked_waybill(waybill, NAME)
        tail = checked_tail(phone_tail, NAME, required=True)
        body = signing.compact_json({"billCode": number, "mobilePhone": tail})
        headers = {
            "x-appKey": self._account.app_key,
            "x-dataDigest": signing.zto(body, self._account.secret),
        }
        url = f"{self._account.base_url}/{_API}"
        data = await exchange(self._http, lambda: Request.json(url, body, headers), carrier=NAME)
        if data.get("status") is not True:
            refuse_by_words(text(data, "message"), text(data, "statusCode"), NAME)
        listed = rows(data, "result", carrier=NAME)
        return self._parcel(number, listed, _event, named=("billCode",))


def _event(row: Mapping[str, Any]) -> TraceEvent | None:
    site = mapping(row, "scanSite")
    code = text(row, "scanType")
    person = text(row, "operateUser", limit=40) if code == "派件" else None
    return event_of(
        text(row, "scanDate"),
        text(row, "desc"),
        code,
        ZTO,
        city=text(site, "city", limit=100),
        site=text(site, "name", limit=100),
        next_site=text(mapping(row, "preOrNextSite"), "name", limit=100) if code == "发件" else None,
        courier=Courier(person, text(row, "operateUserPhone", limit=40)) if person else None,
    )
