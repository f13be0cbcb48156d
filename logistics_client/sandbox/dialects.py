"""The sandbox's parcels in the words of 快递100, 快递鸟 and 顺丰: fields, codes and orders of their public documents.

Pure: a consignment goes in, the reply's data comes out. Signatures and HTTP are checked in ``dialect_routes``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from logistics_client.sandbox import CARRIER
from logistics_client.sandbox.story import Consignment
from logistics_client.vocabulary import Stage, TraceEvent

KUAIDI100_CODES: Mapping[Stage, str] = {
    Stage.CREATED: "101", Stage.WAITING_PICKUP: "102", Stage.PICKED_UP: "103", Stage.IN_TRANSIT: "1002",
    Stage.AT_HUB: "0", Stage.AT_DEST_CITY: "1001", Stage.AT_OUTLET: "0", Stage.OUT_FOR_DELIVERY: "5",
    Stage.AWAITING_PICKUP_LOCKER: "501", Stage.AWAITING_PICKUP_STATION: "501", Stage.SIGNED_SELF: "301",
    Stage.SIGNED_AGENT: "303", Stage.PICKED_FROM_LOCKER: "304", Stage.DELIVERY_FAILED: "204",
    Stage.UNREACHABLE: "206", Stage.OUT_OF_AREA: "207", Stage.STRANDED: "208", Stage.DAMAGED: "209",
    Stage.REFUSED: "203", Stage.FORWARDING: "1003", Stage.RETURNING: "6", Stage.RETURNED: "4",
    Stage.CUSTOMS_PENDING: "10", Stage.CUSTOMS_CLEARING: "11", Stage.CUSTOMS_CLEARED: "12",
    Stage.CUSTOMS_HELD: "13", Stage.CANCELLED: "210",
}  # fmt: skip
KDNIAO_CODES: Mapping[Stage, str] = {
    Stage.CREATED: "401", Stage.WAITING_PICKUP: "401", Stage.PICKED_UP: "1", Stage.AT_DEST_CITY: "201",
    Stage.OUT_FOR_DELIVERY: "202", Stage.AWAITING_PICKUP_LOCKER: "211", Stage.AWAITING_PICKUP_STATION: "211",
    Stage.SIGNED_SELF: "301", Stage.SIGNED_AGENT: "304", Stage.PICKED_FROM_LOCKER: "311",
    Stage.STRANDED: "403", Stage.DELIVERY_FAILED: "405", Stage.UNREACHABLE: "405", Stage.OUT_OF_AREA: "405",
    Stage.DAMAGED: "4", Stage.REFUSED: "404", Stage.RETURNING: "407", Stage.RETURNED: "406",
}  # fmt: skip
SF_CODES: Mapping[Stage, tuple[str, str]] = {
    Stage.PICKED_UP: ("50", "已揽收"), Stage.IN_TRANSIT: ("30", "运送中"), Stage.AT_HUB: ("31", "运送中"),
    Stage.AT_DEST_CITY: ("31", "运送中"), Stage.AT_OUTLET: ("31", "运送中"), Stage.STRANDED: ("77", "运送中"),
    Stage.OUT_FOR_DELIVERY: ("44", "派送中"), Stage.AWAITING_PICKUP_LOCKER: ("125", "派送中"),
    Stage.AWAITING_PICKUP_STATION: ("678", "派送中"), Stage.DELIVERY_FAILED: ("70", "派送中"),
    Stage.DAMAGED: ("33", "派送中"), Stage.REFUSED: ("33", "派送中"), Stage.SIGNED_SELF: ("80", "已签收"),
    Stage.SIGNED_AGENT: ("80", "已签收"), Stage.PICKED_FROM_LOCKER: ("128", "已签收"),
    Stage.FORWARDING: ("99", "运送中"), Stage.RETURNING: ("648", "运送中"), Stage.RETURNED: ("80", "已签收"),
    Stage.CUSTOMS_PENDING: ("16", "运送中"), Stage.CUSTOMS_CLEARING: ("15", "运送中"),
    Stage.CUSTOMS_CLEARED: ("14", "运送中"), Stage.CUSTOMS_HELD: ("18", "运送中"),
}  # fmt: skip
_KDNIAO_PLAIN = "2"  # 在途
_WALL = "%Y-%m-%d %H:%M:%S"


def _wall(moment: datetime) -> str:
    return moment.strftime(_WALL)


def tail_fits(consignment: Consignment, tail: str) -> bool:
    """Whether four digits are those of the order's receiver or sender."""
    sender = consignment.sender_phone or ""
    return tail in (consignment.receiver_tail, sender[-4:])


def kuaidi100_reply(consignment: Consignment) -> dict[str, Any]:
    """Return the reply of a query that asked for advanced states (``resultv2=4``): newest row first."""
    parcel = consignment.parcel

    def row(event: TraceEvent) -> dict[str, str]:
        return {
            "time": _wall(event.at),
            "ftime": _wall(event.at),
            "context": event.text,
            "status": event.text[:6],
            "statusCode": KUAIDI100_CODES.get(event.stage, "0"),
            "areaName": f"中国,{event.city}" if event.city else "",
            "location": event.site or "",
        }

    code = KUAIDI100_CODES.get(parcel.stage, "0")
    reply: dict[str, Any] = {
        "message": "ok",
        "nu": parcel.waybill,
        "ischeck": "1" if parcel.stage.is_signed else "0",
        "com": CARRIER,
        "status": "200",
        "state": code,
        "data": [row(event) for event in reversed(parcel.events)],
    }
    if parcel.courier is not None:
        reply["courierInfo"] = {
            "deliveryManName": parcel.courier.name,
            "deliveryManPhone": parcel.courier.phone or "",
        }
    if parcel.expected_by is not None:
        reply["arrivalTime"] = _wall(parcel.expected_by)
    return reply


def kdniao_reply(consignment: Consignment | None, business_id: str, waybill: str) -> dict[str, Any]:
    """Return the reply of 8001: oldest row first; without a consignment an honest "no trace"."""
    rows = consignment.parcel.events if consignment is not None else ()
    state = KDNIAO_CODES.get(rows[-1].stage, _KDNIAO_PLAIN) if rows else "0"
    return {
        "EBusinessID": business_id,
        "ShipperCode": CARRIER.upper(),
        "LogisticCode": waybill,
        "Success": True,
        "Reason": None if rows else "暂无轨迹信息",
        "State": state[0],
        "StateEx": state,
        "Location": rows[-1].city if rows else None,
        "Traces": [
            {
                "AcceptTime": _wall(event.at),
                "AcceptStation": event.text,
                "Location": event.city,
                "Action": KDNIAO_CODES.get(event.stage, _KDNIAO_PLAIN),
            }
            for event in rows
        ],
    }


def sf_routes(waybill: str, consignment: Consignment | None) -> dict[str, Any]:
    """Return one entry of ``routeResps``; a waybill nobody knows, or a wrong tail, has no routes."""
    rows = consignment.parcel.events if consignment is not None else ()

    def row(event: TraceEvent) -> dict[str, str]:
        code, status = SF_CODES.get(event.stage, ("30", "运送中"))
        return {
            "acceptTime": _wall(event.at),
            "acceptAddress": event.city or "",
            "remark": event.text,
            "opCode": code,
            "firstStatusName": status,
        }

    return {"mailNo": waybill, "routes": [row(event) for event in rows]}
