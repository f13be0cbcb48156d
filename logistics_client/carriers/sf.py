"""顺丰丰桥: routes (EXP_RECE_SEARCH_ROUTES) and requests about a parcel on its way (EXP_RECE_WANTED_INTERCEPT).

Two ways to prove who we are: a digest over every request, or an OAuth2 token that lives two hours. The reply's
``apiResultData`` is JSON inside JSON.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from logistics_client import signing
from logistics_client.carriers.common import (
    checked_tail,
    checked_waybill,
    event_of,
    exchange,
    parcel_of,
    refuse,
    usable,
)
from logistics_client.carriers.env import Env
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import (
    BadNumberError,
    BadReplyError,
    LogisticsError,
    MisconfiguredError,
    NoDataYetError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.states import SF, SF_FIRST_STATUS
from logistics_client.transport import CarrierHttp, Request, mapping, parse_object, rows, text
from logistics_client.vocabulary import Parcel, Stage, TraceEvent

NAME = "sf"
_OUTER: Mapping[str, type[LogisticsError]] = {
    "A1001": MisconfiguredError,
    "A1002": MisconfiguredError,
    "A1003": MisconfiguredError,
    "A1004": MisconfiguredError,
    "A1005": RateLimitedError,
    "A1006": MisconfiguredError,
    "A1099": UnavailableError,
}
_INNER: Mapping[str, type[LogisticsError]] = {
    "8013": BadNumberError,
    "8018": NoDataYetError,
    "6150": NoDataYetError,
    "8247": BadNumberError,
}
_TOKEN_LIFE = timedelta(minutes=110)  # two hours at 顺丰; renewed before somebody waits for it


class SfService(StrEnum):
    """What is wanted for a parcel that was picked up and not yet delivered (serviceCode)."""

    FORWARD = "1"
    RETURN = "2"
    DELIVER_FIRST = "3"
    DELIVER_AGAIN = "4"
    SELF_PICKUP = "5"
    TO_DOOR = "6"
    CHANGE_TIME = "7"
    CHANGE_RECEIVER = "8"


@dataclass(frozen=True, slots=True)
class SfAccount:
    """Partner id and checkword; with ``oauth`` the secret buys a token instead of signing every request.

    ``own_waybills``: all numbers are on our own monthly account (月结卡), so no phone tail is needed.
    """

    partner_id: str
    checkword: str = field(repr=False)
    oauth: bool = False
    own_waybills: bool = False
    base_url: str = "https://sfapi.sf-express.com"

    @classmethod
    def from_env(cls, env: Env) -> SfAccount:
        """Read the account from environment variables; a missing one is named."""
        return cls(
            env.need("SF_PARTNER_ID"),
            env.need("SF_CHECKWORD"),
            oauth=env.flag("SF_OAUTH"),
            own_waybills=env.flag("SF_OWN_WAYBILLS"),
            base_url=env.get("SF_URL", "https://sfapi.sf-express.com"),
        )


class SfClient:
    """Asks 顺丰.

    Args:
        account: partner id and checkword.
        http: transport of this carrier.
        clock: when a parcel was fetched.
    """

    name = NAME

    def __init__(self, account: SfAccount, http: CarrierHttp, *, clock: Clock = system_clock) -> None:
        self._account = account
        self._http = http
        self._clock = clock
        self._token = ""
        self._token_until: datetime | None = None

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Query one waybill; see :class:`logistics_client.ports.CarrierClient`."""
        number = checked_waybill(waybill, NAME)
        tail = checked_tail(phone_tail, NAME, required=not self._account.own_waybills)
        asked = {"language": "zh-CN", "trackingType": "1", "trackingNumber": [number], "methodType": "1"}
        found = await self._call(
            "EXP_RECE_SEARCH_ROUTES", {**asked, "checkPhoneNo": tail} if tail else asked, safe=True
        )
        listed = rows(mapping(found, "msgData"), "routeResps", carrier=NAME)
        # Several answers may come back; only the one for our number counts, and a missing one is no data yet.
        answer = next((row for row in listed if (text(row, "mailNo") or "").upper() == number), {})
        if listed and not answer:
            raise BadReplyError("the carrier answered for another waybill; nothing of it is used", carrier=NAME)
        routes = rows(answer, "routes", carrier=NAME)
        events = usable(map(_event, routes), len(routes), NAME)
        return parcel_of(number, NAME, events, fetched_at=self._clock())

    async def want(
        self, waybill: str, service: SfService, *, sender: bool, more: Mapping[str, str] | None = None
    ) -> None:
        """Ask for something to be done with a parcel; success means submitted, never done.

        Args:
            waybill: the number.
            service: what is wanted.
            sender: whether the sender asks (else the receiver).
            more: further fields, such as ``newDestAddress`` or ``deliverDate``.
        """
        asked = {
            "waybillNo": checked_waybill(waybill, NAME),
            "serviceCode": service.value,
            "role": "1" if sender else "2",
            "payMode": "1",
            **(more or {}),
        }
        await self._call("EXP_RECE_WANTED_INTERCEPT", asked, safe=False)

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()

    async def _call(self, service: str, asked: Mapping[str, signing.Json], *, safe: bool) -> Mapping[str, Any]:
        data = await self._send(service, asked, safe=safe)
        if text(data, "apiResultCode") == "A1002" and self._account.oauth:
            self._token_until = None  # 顺丰 forgot the token before its time
            data = await self._send(service, asked, safe=safe)
        code = text(data, "apiResultCode") or ""
        if code == "A1005":
            self._http.slow_down(1.0)
        if code != "A1000":
            refuse(_OUTER, code, NAME)
        inner = data.get("apiResultData")
        if not isinstance(inner, str):
            raise BadReplyError("the carrier's reply has no result inside; ask again later", carrier=NAME)
        result = parse_object(inner, carrier=NAME)
        code = text(result, "errorCode") or ""
        if result.get("success") not in (True, "true") or code != "S0000":
            refuse(_INNER, code, NAME)
        return result

    async def _send(self, service: str, asked: Mapping[str, signing.Json], *, safe: bool) -> Mapping[str, Any]:
        message = signing.compact_json(asked)
        token = await self._bought_token() if self._account.oauth else ""

        def build() -> Request:
            stamp = self._http.clock.millis()
            proof = (
                {"accessToken": token} if token else {"msgDigest": signing.sf(message, stamp, self._account.checkword)}
            )
            fields = {
                "partnerID": self._account.partner_id,
                "requestID": str(uuid.uuid4()),
                "serviceCode": service,
                "timestamp": stamp,
                "msgData": message,
                **proof,
            }
            return Request.form(f"{self._account.base_url}/std/service", fields)

        return await exchange(self._http, build, carrier=NAME, skewed=_is_signature, safe=safe)

    async def _bought_token(self) -> str:
        now = self._clock()
        if self._token_until is None or now >= self._token_until:
            fields = {
                "partnerID": self._account.partner_id,
                "secret": self._account.checkword,
                "grantType": "password",
            }
            url = f"{self._account.base_url}/oauth2/accessToken"
            data = await exchange(self._http, lambda: Request.form(url, fields), carrier=NAME)
            token = text(data, "accessToken", limit=1000)
            if text(data, "apiResultCode") != "A1000" or token is None:
                refuse(_OUTER, text(data, "apiResultCode") or "", NAME)
            self._token, self._token_until = token, now + _TOKEN_LIFE
        return self._token


def _is_signature(data: Mapping[str, Any]) -> bool:
    # A1002 is a time that 顺丰 does not believe (or, with OAuth2, a token it forgot); A1006 a digest it cannot check.
    return text(data, "apiResultCode") in ("A1002", "A1006")


def _event(row: Mapping[str, Any]) -> TraceEvent | None:
    parent = SF_FIRST_STATUS.get(text(row, "firstStatusName") or "", Stage.UNKNOWN)
    return event_of(
        text(row, "acceptTime"),
        text(row, "remark"),
        text(row, "opCode"),
        SF,
        parent=parent,
        city=text(row, "acceptAddress", limit=100),
    )
