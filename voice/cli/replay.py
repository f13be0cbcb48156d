"""``hotline replay``: one call's ledger, as the supervisor sees it."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import datetime
from pathlib import Path

from ledger import Ledger, StoredEvent
from telephony.recording_export import export_stereo
from voice.clock import CHINA
from voice.config import load_settings


def run(options: argparse.Namespace) -> int:
    """Print the call, and write its recording when asked."""
    settings = load_settings()
    events = asyncio.run(_read(settings.ledger_url, options.call_id))
    call_id = events[0].event.call_id
    if options.json:
        print(json.dumps([stored.as_dict() for stored in events], ensure_ascii=False, indent=1))
    else:
        print(f"call {call_id}")
        for stored in events:
            print(line(stored, events[0].event.at))
    if options.wav:
        seconds = export_stereo(settings.data_dir / "recordings" / call_id, Path(options.wav))
        print(f"{options.wav}  {seconds:.2f} s, left the caller, right what the caller heard")
    return 0


async def _read(url: str, call_id: str) -> list[StoredEvent]:
    ledger = Ledger(url, writer="replay")
    await ledger.start()
    try:
        if call_id == "last":
            newest = await ledger.recent(["call.started"], limit=1)
            call_id = newest[0].event.call_id if newest else call_id
        events = await ledger.read(call_id)
    finally:
        await ledger.close()
    if not events:
        raise ValueError(f"the ledger knows no call {call_id}; `hotline replay last` shows the newest one")
    return events


def line(stored: StoredEvent, start: datetime) -> str:
    """One event in one line: clock, seconds into the call, what happened."""
    event = stored.event
    clock = event.at.astimezone(CHINA).strftime("%H:%M:%S")
    into = (event.at - start).total_seconds()
    data = dict(event.data)
    match event.type:
        case "turn.caller":
            what = f"来电  {data['text']}  ({data.get('confidence')})"
        case "turn.bot":
            cut = "  [被打断]" if data.get("interrupted") else ""
            what = f"机器人  {data['text']}{cut}"
        case "dialogue.state":
            what = event.type
        case _:
            details = " ".join(f"{key}={value}" for key, value in data.items() if value not in (None, "", []))
            what = f"{event.type}  {details}"
    return f"  {clock} {into:7.2f}s  {what}"
