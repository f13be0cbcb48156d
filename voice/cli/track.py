"""``hotline track``: a parcel with its trace."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

from logistics_client.tracking import track
from voice.clock import CHINA, SystemClock
from voice.config import load_settings
from voice.parcels import open_logistics


def run(options: argparse.Namespace) -> int:
    """Print parcels, the most urgent first; 1 when nothing was found."""
    if not options.waybill and not options.phone:
        sys.stderr.write("hotline track: name a WAYBILL, or a number with --phone NUMBER\n")
        return 2
    parcels = asyncio.run(_track(options.waybill, options.phone))
    if options.json:
        print(json.dumps(parcels, ensure_ascii=False, indent=1))
    elif not parcels:
        sys.stderr.write("hotline track: no parcel was found; check the number\n")
    else:
        print("\n\n".join(as_text(parcel) for parcel in parcels))
    return 0 if parcels else 1


async def _track(waybill: str | None, phone: str | None) -> list[dict[str, Any]]:
    settings = load_settings()
    async with AsyncExitStack() as stack:
        logistics = await open_logistics(settings, stack)
        return await track(logistics, SystemClock().now(), waybill=waybill, phone=phone)


def as_text(parcel: dict[str, Any]) -> str:
    """One parcel for a reader."""
    lines = [f"{parcel['waybill']}  {parcel['stage']}  {parcel['from'] or '?'} → {parcel['to'] or '?'}"]
    if parcel["held_at"]:
        lines.append(f"  held at {parcel['held_at']} for {parcel['held_hours']:.0f} h")
    if parcel["why"]:
        lines.append(f"  why: {parcel['why']['text']} ({parcel['why']['source']})")
    for label, key in (("moves on", "next_move_at"), ("expected by", "expected_by")):
        if parcel[key]:
            lines.append(f"  {label} {_hour(parcel[key])}")
    lines += [f"  {_hour(event['at'])}  {event['text']}" for event in reversed(parcel["events"])]
    lines += [f"  order {order['order_id']} {order['kind']} {order['status']}" for order in parcel["orders"]]
    return "\n".join(lines)


def _hour(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(CHINA).strftime("%m-%d %H:%M")
