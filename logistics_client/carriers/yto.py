"""圆通: route query ``track_query_adapter``; one waybill per call, and every interface has its own secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logistics_client import signing
from logistics_client.carriers.common import (
    checked_waybill,
    event_of,
    refuse_by_words,
)
from logistics_client.carriers.direct import DirectClient
from logistics_client.carriers.env import Env
from logistics_client.errors import BadReplyError
from logistics_client.states import YTO
from logistics_client.transport import Request, parse, rows, text
from logistics_client.vocabulary import Parcel, TraceEvent

NAME = "yto"
_METHOD = "track_query_adapter"
_VERSION = "v1"
_URL = "https://openapi.yto.net.cn"


@dataclass(frozen=True, slots=True)
class YtoAccount:
    """User id, app key and the secret of the route query."""

    user_id: str
    app_key: str
    secret: str = field(repr=False)
    base_url: str = _URL

    @classmethod
    def from_env(cls, env: Env) -> YtoAccount:
        """Read the account from environment variables; a missing one is named."""
        return cls(env.need("YTO_USER_ID"), env.need("YTO_APP_KEY"), env.need("YTO_SECRET"), env.get("YTO_URL", _URL))


class YtoClient(DirectClient[YtoAccount]):
    """Asks 圆通."""

    name = NAME

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
        return self._parcel(
            number,
            listed,
            _event,
            named=(
                "waybill_No",
                "waybillNo",
            ),
        )


def _event(row: Mapping[str, Any]) -> TraceEvent | None:
    return event_of(
        text(row, "upload_Time", "uploadTime"),
        text(row, "processInfo"),
        text(row, "infoContent"),
        YTO,
        city=text(row, "city", limit=100),
    )
