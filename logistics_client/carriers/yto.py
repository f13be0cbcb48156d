"""圆通: route query ``track_query_adapter``; one waybill per call, and every interface has its own secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logistics_client import signing
from logistics_client.carriers.common import (
    checked_waybill,
    event_of,
    parcel_of,
    refuse_by_words,
    same_waybill,
    usable,
)
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import BadReplyError
from logistics_client.states import YTO
from logistics_client.transport import CarrierHttp, Request, parse, rows, text
from logistics_client.vocabulary import Parcel, TraceEvent

NAME = "yto"
_METHOD = "track_query_adapter"
_VERSION = "v1"


@dataclass(frozen=True, slots=True)
class YtoAccount:
    """User id, app key and the secret of the route query."""

    user_id: str
    app_key: str
    secret: str = field(repr=False)
    base_url: str = "https://openapi.yto.net.cn"


class YtoClient:
    """Asks 圆通.

    Args:
        account: user id, app key and secret.
        http: transport of this carrier.
        clock: when a parcel was fetched.
    """

    name = NAME

    def __init__(self, account: YtoAccount, http: CarrierHttp, *, clock: Clock = system_clock) -> None:
        self._account = account
        self._http = http
        self._clock = clock

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Query one waybill; ``phone_tail`` is not used, 圆通 asks for none."""
        number = checked_waybill(waybill, NAME)
        account = self._account
        url = f"{account.base_url}/open/{_METHOD}/{_VERSION}/{account.user_id}/{account.app_key}"
        param = signing.compact_json({"NUMBER": number})
        sign = signing.yto(param, _METHOD, _VERSION, account.secret)

        def build() -> Request:
            body = {"timestamp": self._http.clock.millis(), "param": param, "format": "JSON", "sign": sign}
            return Request.json(url, signing.compact_json(body))

        found = parse((await self._http.send(build, safe=True)).body, carrier=NAME)
        # Rows come as a bare list; an object is a refusal.
        if isinstance(found, dict):
            refuse_by_words(text(found, "message", "reason"), text(found, "code", "statusCode"), NAME)
        if not isinstance(found, list):
            raise BadReplyError("the carrier's reply is no list of events; ask again later", carrier=NAME)
        listed = rows({"rows": found}, "rows", carrier=NAME)
        for row in listed:
            same_waybill(text(row, "waybill_No", "waybillNo"), number, NAME)
        events = usable(map(_event, listed), len(listed), NAME)
        return parcel_of(number, NAME, events, fetched_at=self._clock())

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()


def _event(row: Mapping[str, Any]) -> TraceEvent | None:
    return event_of(
        text(row, "upload_Time", "uploadTime"),
        text(row, "processInfo"),
        text(row, "infoContent"),
        YTO,
        city=text(row, "city", limit=100),
    )
