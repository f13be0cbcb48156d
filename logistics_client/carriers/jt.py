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
    refuse_by_words,
    same_waybill,
)
from logistics_client.carriers.direct import DirectClient
from logistics_client.carriers.env import Env
from logistics_client.errors import NoDataYetError
from logistics_client.states import JT
from logistics_client.transport import Request, rows, text
from logistics_client.vocabulary import Courier, Parcel, Stage, TraceEvent

NAME = "jt"
_URL = "https://openapi.jtexpress.com.cn/webopenplatformapi"


@dataclass(frozen=True, slots=True)
class JtAccount:
    """API account and private key of 极兔开放平台."""

    api_account: str
    private_key: str = field(repr=False)
    base_url: str = _URL

    @classmethod
    def from_env(cls, env: Env) -> JtAccount:
        """Read the account from environment variables; a missing one is named."""
        return cls(env.need("JT_API_ACCOUNT"), env.need("JT_PRIVATE_KEY"), env.get("JT_URL", _URL))


class JtClient(DirectClient[JtAccount]):
    """Asks 极兔."""

    name = NAME

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
        return self._parcel(number, details, _event)


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
