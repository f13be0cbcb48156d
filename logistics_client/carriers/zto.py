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
    parcel_of,
    refuse_by_words,
    same_waybill,
    usable,
)
from logistics_client.clock import Clock, system_clock
from logistics_client.states import ZTO
from logistics_client.transport import CarrierHttp, Request, mapping, rows, text
from logistics_client.vocabulary import Courier, Parcel, TraceEvent

NAME = "zto"
_API = "zto.merchant.waybill.track.query"


@dataclass(frozen=True, slots=True)
class ZtoAccount:
    """App key and secret of 中通开放平台."""

    app_key: str
    secret: str = field(repr=False)
    base_url: str = "https://japi.zto.com"


class ZtoClient:
    """Asks 中通.

    Args:
        account: app key and secret.
        http: transport of this carrier.
        clock: when a parcel was fetched.
    """

    name = NAME

    def __init__(self, account: ZtoAccount, http: CarrierHttp, *, clock: Clock = system_clock) -> None:
        self._account = account
        self._http = http
        self._clock = clock

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
        for row in listed:
            same_waybill(text(row, "billCode"), number, NAME)
        events = usable(map(_event, listed), len(listed), NAME)
        return parcel_of(number, NAME, events, fetched_at=self._clock())

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()


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
