"""Click-to-call: the page names a call, a parcel's courier or outlet; the number is looked up here and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.auth.roles import Account
from desk.calls.book import CallBook, caller_number
from desk.errors import Away, BadRequest, NotFound
from logistics_client.errors import LogisticsError
from logistics_client.ports import Logistics


class Dialling:
    """Turns what the page asks into a number."""

    def __init__(self, book: CallBook, logistics: Logistics) -> None:
        self._book = book
        self._logistics = logistics

    async def resolved(self, frame: Mapping[str, Any], account: Account) -> dict[str, Any]:
        """Return the ``dial`` message for the floor, with its number.

        Raises:
            BadRequest: nothing to dial.
            NotFound: no such call, or its caller hid the number; no such parcel, courier or outlet.
            Away: the parcels' service does not answer.
        """
        if frame.get("number"):
            return dict(frame)
        if frame.get("call_id") and frame.get("to", "caller") == "caller":
            number = caller_number(await self._book.events(frame["call_id"]))
            if number is None:
                raise NotFound("这通电话没有来电号码,不能回拨。", code="no_number")
            return {**frame, "number": number}
        if frame.get("waybill"):
            number = await self._of_parcel(frame["waybill"], frame.get("to", "courier"))
            return {**frame, "number": number}
        raise BadRequest("请给出要拨打的号码、通话或运单。")

    async def _of_parcel(self, waybill: str, to: str) -> str:
        try:
            parcels = await self._logistics.find(waybill=waybill)
        except LogisticsError as error:
            raise Away("暂时查不到这个运单的联系方式,请稍后再试。") from error
        parcel = parcels[0] if parcels else None
        if parcel is not None and to == "courier" and parcel.courier is not None and parcel.courier.phone:
            return parcel.courier.phone
        if parcel is not None and parcel.outlet is not None and parcel.outlet.phone:
            return parcel.outlet.phone
        raise NotFound("这个运单没有可以拨打的电话。", code="no_number")
