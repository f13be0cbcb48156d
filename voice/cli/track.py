"""``hotline track``: a parcel with its trace."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

from dialog.facts.stages import STAGE_WORDS
from logistics_client.errors import NeedsPhoneTailError
from logistics_client.tracking import track
from logistics_client.vocabulary import Stage
from voice.clock import CHINA, SystemClock
from voice.config import load_settings
from voice.parcels import open_logistics


def run(options: argparse.Namespace) -> int:
    """Print parcels, the most urgent first; 1 when nothing was found."""
    if not options.waybill and not options.phone:
        sys.stderr.write("hotline track: name a WAYBILL, or a number with --phone NUMBER\n")
        return 2
    if not options.waybill and len(options.phone) < 5:
        sys.stderr.write("hotline track: four digits alone name no parcel; give the WAYBILL, too, or a whole number\n")
        return 2
    try:
        parcels = asyncio.run(_track(options.waybill, options.phone))
    except NeedsPhoneTailError:
        sys.stderr.write(
            "hotline track: this carrier wants the last four digits of the order's phone; add --phone TAIL4\n"
        )
        return 1
    if options.json:
        print(json.dumps(parcels, ensure_ascii=False, indent=1))
    elif not parcels:
        sys.stderr.write("hotline track: no parcel was found; check the number\n")
    else:
        now = SystemClock().now()
        print("\n\n".join(as_text(parcel, now) for parcel in parcels))
    return 0 if parcels else 1


async def _track(waybill: str | None, phone: str | None) -> list[dict[str, Any]]:
    settings = load_settings()
    async with AsyncExitStack() as stack:
        logistics = await open_logistics(settings, stack)
        return await track(logistics, SystemClock().now(), waybill=waybill, phone=phone)


def as_text(parcel: dict[str, Any], now: datetime) -> str:
    """One parcel for a reader: where it stands and why, what runs about it, then its trace, newest first."""
    lines = [f"{parcel['waybill']}  {_stage(parcel['stage'])}  {parcel['from'] or '?'} → {parcel['to'] or '?'}"]
    lines += [f"  {label:<12}{text}" for label, text in _facts(parcel) if text]
    lines += [f"  {'work order':<12}{_order(order, now)}" for order in parcel["orders"]]
    lines += [f"  {_hour(event['at'])}  {event['text']}" for event in reversed(parcel["events"])]
    if not parcel["events"]:
        lines.append("  no scan yet")
    return "\n".join(lines)


def _facts(parcel: dict[str, Any]) -> list[tuple[str, str | None]]:
    held, why, place = parcel["held_at"], parcel["why"], parcel["pickup"]
    expected, late = parcel["expected_by"], parcel["late_hours"]
    unnoticed = ", the receiver was not told" if place and place["notified"] is False else ""
    return [
        ("goods", parcel["goods"]),
        ("held", f"at {held} for {parcel['held_hours']:.0f} h" if held else None),
        ("why", f"{why['text']} ({why['source']})" if why else None),
        ("moves on", _hour(parcel["next_move_at"]) if parcel["next_move_at"] else None),
        ("expected", _hour(expected) + (f", {late:.0f} h late" if late else "") if expected else None),
        ("customs want", parcel["customs_missing"]),
        ("waits at", f"{place['name']}{unnoticed}" if place else None),
        ("outlet", parcel["outlet"]),
        ("note", "the carrier is away; this is what was known before" if parcel["stale"] else None),
    ]


def _order(order: dict[str, Any], now: datetime) -> str:
    age = (now - datetime.fromisoformat(order["opened_at"])).total_seconds() / 60
    opened = f"{age:.0f} min" if age < 120 else f"{age / 60:.0f} h"
    due = f", due {_hour(order['due_at'])}" if order["due_at"] else ""
    missed = ", missed" if order["kept"] is False else ""
    outcome = f": {order['outcome']}" if order["outcome"] else ""
    return f"{order['order_id']} {order['kind']} {order['status']}, opened {opened} ago{due}{missed}{outcome}"


def _stage(stage: str) -> str:
    return f"{STAGE_WORDS.get(Stage(stage), '状态未知')} ({stage})"


def _hour(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(CHINA).strftime("%m-%d %H:%M")
