"""``hotline chat``: the same dialogue, typed."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from dialog.engine import load_dialogue
from dialog.scripts import Report
from ledger import Ledger
from voice.caller.script import Step, load_script, read_script
from voice.chat import Chat
from voice.clock import SystemClock
from voice.config import load_hotlines, load_settings
from voice.parcels import open_logistics
from voice.rehearsal import rehearse
from voice.waybills import plausible


def run(options: argparse.Namespace) -> int:
    """Talk on stdin, or play a conversation: 0 when it went as the file expects, 1 when not."""
    number, steps = options.number, None
    if options.script and Path(options.script).suffix in (".yaml", ".yml"):
        return asyncio.run(_rehearse(Path(options.script), as_json=options.json))
    if options.script:
        scripted, steps = read_script(Path(options.script))
        number = scripted or number
    asyncio.run(_chat(number, options.called, steps))
    return 0


async def _rehearse(path: Path, *, as_json: bool) -> int:
    settings = load_settings()
    script = load_script(path)
    dialogue = load_dialogue(settings.config_dir, plausible=plausible)
    with TemporaryDirectory() as folder:
        report = await rehearse(dialogue, script, data_dir=Path(folder), promises=settings.config_dir / "promises.yaml")
    if as_json:
        print(json.dumps(_as_dict(report), ensure_ascii=False))
    else:
        for who, text in report.said:
            print(f"{'来电    ' if who == 'caller' else '机器人  '}{text}")
        for failure in report.failures:
            print(f"[不符] {failure}")
        print(f"[{'符合' if not report.failures else '不符合'}] {script.title}: {report.final}, 工单 {report.orders}")
    return 1 if report.failures else 0


def _as_dict(report: Report) -> dict[str, object]:
    return {
        "title": report.script.title,
        "turns": [{"who": who, "text": text} for who, text in report.said],
        "final": report.final,
        "orders": report.orders,
        "links": report.links,
        "transfers": report.transfers,
        "facts": sorted(set(report.facts)),
        "contained": report.contained,
        "failures": report.failures,
    }


async def _chat(number: str, called: str, steps: list[Step] | None) -> None:
    settings, clock = load_settings(), SystemClock()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        ledger = Ledger(settings.ledger_url, writer="chat")
        await ledger.start()
        stack.push_async_callback(ledger.close)
        chat = Chat(
            dialogue=load_dialogue(settings.config_dir, plausible=plausible),
            logistics=await open_logistics(settings, stack),
            ledger=ledger,
            clock=clock,
            hotline=load_hotlines(settings.config_dir).choose(called),
            show=lambda text: print(f"机器人  {text}", flush=True),
        )
        stack.push_async_callback(chat.close)
        await chat.start(number)
        if steps is None:
            await _from_terminal(chat)
        else:
            await _from_script(chat, steps)


async def _from_script(chat: Chat, steps: list[Step]) -> None:
    for step in steps:
        if chat.ended:
            return
        print(f"来电    {step.text or step.keys or '(沉默)'}", flush=True)
        await chat.hear(step.text or (f"#{step.keys}" if step.keys else ""))


async def _from_terminal(chat: Chat) -> None:
    if sys.stdin.isatty():
        print("直接输入要说的话;#123 是按键;空行是沉默;Ctrl-D 挂机。")
    while not chat.ended:
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            return
        await chat.hear(line.strip())
