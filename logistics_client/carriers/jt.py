"""极兔: route query ``logistics/trace``. The names of the headers are from one source only."""

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
from logistics_client.errors import NoDataYetError
from logistics_client.states import JT
from logistics_client.transport import CarrierHttp, Request, rows, text
from logistics_client.vocabulary import Courier, Parcel, Stage, TraceEvent

NAME = "jt"


@dataclass(frozen=True, slots=True)
class JtAccount:
    """API account and private key of 极兔开放平台."""

    api_account: str
    private_key: str = field(repr=False)
    base_url: str = "https://openapi.jtexpress.com.cn/webopenplatformapi"


class JtClient:
    """Asks 极兔.

    Args:
        account: API account and private key.
        http: transport of this carrier.
        clock: when a parcel was fetched.
    """

    name = NAME

    def __init__(self, account: JtAccount, http: CarrierHttp, *, clock: Clock = system_clock) -> None:
        self._account = account
        self._http = http
        self._clock = clock

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Query one waybill; ``phone_tail`` is not used, 极兔 asks for none."""
        number = checked_waybill(waybill, NAME)
        account = self._account
        content = signing.compact_json({"billCodes": number})

        def build() -> Request:
            headers = {
                "apiAccount": account.api_account,
                "digest": signing.jt(content, account.private_key),
                "timestamp": self._http.clock.millis(),
            }
            return Request.form(f"{account.base_url}/api/logistics/trace", {"bizContent": content}, headers)

        data = await exchange(self._http, build, carrier=NAME, skewed=_is_signature)
        if text(data, "code") != "1":
            refuse_by_words(text(data, "msg"), text(data, "code"), NAME)
        found = rows(data, "data", carrier=NAME)
        if not found:
            raise NoDataYetError("the carrier has no event yet; check the number or follow it up", carrier=NAME)
        same_waybill(text(found[0], "billCode"), number, NAME)
        details = rows(found[0], "details", carrier=NAME)
        events = usable(map(_event, details), len(details), NAME)
        return parcel_of(number, NAME, events, fetched_at=self._clock())

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()


def _is_signature(data: Mapping[str, Any]) -> bool:
    return any(word in (text(data, "msg") or "") for word in ("签名", "验签", "digest", "timestamp", "时间戳"))


def _event(row: Mapping[str, Any]) -> TraceEvent | None:
    code = text(row, "scanType")
    person = text(row, "staffName", limit=40) if JT.stage_of(code) is Stage.OUT_FOR_DELIVERY else None
    return event_of(
        text(row, "scanTime"),
        text(row, "desc"),
        code,
        JT,
        city=text(row, "scanNetworkCity", limit=100),
        site=text(row, "scanNetworkName", limit=100),
        courier=Courier(person, text(row, "staffContact", limit=40)) if person else None,
    )
