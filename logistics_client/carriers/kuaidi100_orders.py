"""快递100's order family: work order (工单), intercept and change of address, delivery photo (底单), pick-up code.

Each works only where the account allows: for parcels that were ordered through 快递100, or with the shipper's own
carrier account. A refusal is :class:`CarrierRefusedError`; then our own work order does the job.
https://api.kuaidi100.com/document/5f0ff095bc8da837cbd8aef10
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from logistics_client import signing
from logistics_client.carriers.brands import KUAIDI100_CODES
from logistics_client.carriers.common import checked_tail, checked_waybill, exchange, refuse
from logistics_client.carriers.env import Env
from logistics_client.carriers.kuaidi100 import ERRORS
from logistics_client.errors import BadReplyError, NoDataYetError
from logistics_client.transport import CarrierHttp, Request, mapping, text
from logistics_client.vocabulary import PickupPlace

NAME = "kuaidi100"


class Intercept(StrEnum):
    """What to do with the parcel (拦截类型)."""

    RETURN_TO_STATION = "RETURN_SEND_STATION"
    RETURN_TO_SENDER = "RETURN_SEND_ADDR"
    CHANGE_ADDRESS = "MODIFY_ADDR"


@dataclass(frozen=True, slots=True)
class Kuaidi100OrderAccount:
    """Key and secret of the order family; ``partner_*`` is the shipper's account with the carrier."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    partner_id: str = ""
    partner_key: str = field(default="", repr=False)
    base_url: str = "https://api.kuaidi100.com"

    @classmethod
    def from_env(cls, env: Env) -> Kuaidi100OrderAccount:
        """Read the account from environment variables; a missing one is named."""
        return cls(
            env.need("KUAIDI100_KEY"),
            env.need("KUAIDI100_SECRET"),
            partner_id=env.get("KUAIDI100_PARTNER_ID", ""),
            partner_key=env.get("KUAIDI100_PARTNER_KEY", ""),
            base_url=env.get("KUAIDI100_API_URL", "https://api.kuaidi100.com"),
        )


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where an intercepted parcel goes."""

    name: str
    mobile: str
    address: str


class Kuaidi100Orders:
    """Starts processes at the carrier through 快递100.

    Args:
        account: key and secret.
        http: transport of this carrier.
    """

    def __init__(self, account: Kuaidi100OrderAccount, http: CarrierHttp) -> None:
        self._account = account
        self._http = http

    async def open_work_order(self, waybill: str, second_type: str, content: str, *, callback: str) -> str:
        """Open a work order at the carrier.

        Args:
            waybill: the number.
            second_type: kind in 快递100's own words; the list comes with the account.
            content: what the caller reports.
            callback: where status changes are posted.

        Returns:
            The carrier's id of the order.
        """
        param: dict[str, signing.Json] = {
            "secondType": second_type,
            "kuaidinum": checked_waybill(waybill, NAME),
            "desc": {"content": content, "attach": []},
            "callBackUrl": callback,
            "msgCallBackUrl": callback,
        }
        return _required(await self._call("/workorder/api/create", param, safe=False), "id")

    async def work_order_status(self, order_id: str) -> str:
        """Return the carrier's status of a work order, in its own words."""
        return _required(await self._call("/workorder/api/status", {"id": order_id}, safe=True), "status")

    async def intercept(
        self, waybill: str, brand: str, kind: Intercept, *, reason: str, callback: str, to: Recipient | None = None
    ) -> None:
        """Ask for an intercept; success means submitted, never intercepted.

        Args:
            waybill: the number.
            brand: our name of the company.
            kind: what to do.
            reason: why, for the carrier.
            callback: where the outcome is posted.
            to: the new recipient, for a change of address.
        """
        param: dict[str, signing.Json] = {
            "kuaidicom": KUAIDI100_CODES.get(brand, brand),
            "kuaidinum": checked_waybill(waybill, NAME),
            "interceptType": kind.value,
            "partnerId": self._account.partner_id,
            "partnerKey": self._account.partner_key,
            "reason": reason,
            "callbackUrl": callback,
        }
        if to is not None:
            param["recManInfo"] = {"name": to.name, "mobile": to.mobile, "printAddr": to.address}
        await self._call("/label/order", param, method="interceptOrder", safe=False)

    async def photo_url(self, waybill: str, brand: str, *, phone_tail: str | None = None) -> str:
        """Return the address of the signed waybill's image (底单); the file lives 40 days.

        Raises:
            NoDataYetError: no image yet; for 顺丰 the first question only orders it, ask again after ten seconds.
        """
        param: dict[str, signing.Json] = {
            "kuaidicom": KUAIDI100_CODES.get(brand, brand),
            "kuaidinum": checked_waybill(waybill, NAME),
            "imgType": 1,
        }
        if tail := checked_tail(phone_tail, NAME, required=brand == "sf"):
            param["phone"] = tail
        data = await self._call("/label/order", param, method="backOrder", safe=True)
        url = text(data, "imgUrl", "fileUrl", "url", limit=1000)
        if url is None:
            raise NoDataYetError("the image is not there yet; ask again after ten seconds", carrier=NAME)
        return url

    async def photo(self, url: str) -> bytes:
        """Fetch an image that :meth:`photo_url` named; its address is checked like any redirect."""
        reply = await self._http.send(lambda: Request(url, method="GET", foreign=True), safe=True)
        if not reply.content_type.startswith("image/"):
            raise BadReplyError("the carrier's image is no image", carrier=NAME)
        return reply.body

    async def pickup_place(self, waybill: str, brand: str, receiver_phone: str) -> PickupPlace:
        """Return locker or station with the pick-up code; the code may only go to the order's own phone.

        Raises:
            NoDataYetError: no code is known.
        """
        param = {
            "kuaidicom": KUAIDI100_CODES.get(brand, brand),
            "kuaidinum": checked_waybill(waybill, NAME),
            "receiverPhone": receiver_phone,
        }
        data = await self._call("/pickupCode/query", param, safe=True)
        name = text(data, "pickUpStation", "pickUpAddress", limit=100)
        if name is None:
            raise NoDataYetError("the carrier knows no pick-up place yet", carrier=NAME)
        kind = "locker" if any(word in name for word in ("丰巢", "柜")) else "station"
        return PickupPlace(
            kind=kind,
            place_id=name,
            name=name,
            address=text(data, "pickUpAddress", limit=200),
            code=text(data, "pickUpCode", limit=40),
        )

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()

    async def _call(
        self, path: str, param: Mapping[str, signing.Json], *, safe: bool, method: str | None = None
    ) -> Mapping[str, Any]:
        body = signing.compact_json(param)
        account = self._account

        def build() -> Request:
            t = self._http.clock.millis()
            fields = {
                "key": account.key,
                "sign": signing.kuaidi100_order(body, t, account.key, account.secret),
                "t": t,
                "param": body,
            }
            return Request.form(account.base_url + path, {**fields, "method": method} if method else fields)

        data = await exchange(self._http, build, carrier=NAME, skewed=_is_signature, safe=safe)
        code = text(data, "returnCode", "code", "status") or ""
        if code != "200" or data.get("result") is False:
            refuse(ERRORS, code, NAME)
        return mapping(data, "data")


def _is_signature(data: Mapping[str, Any]) -> bool:
    return text(data, "returnCode", "code") == "503"


def _required(data: Mapping[str, Any], key: str) -> str:
    value = text(data, key)
    if value is None:
        raise BadReplyError(f"the carrier's reply has no {key!r}; check the account's interface", carrier=NAME)
    return value
