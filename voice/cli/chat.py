"""``hotline chat``: the same dialogue, typed."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from dialog.engine import load_dialogue
from ledger import Ledger
from voice.caller.script import Step, read_script
from voice.chat import Chat
from voice.clock import SystemClock
from voice.config import load_hotlines, load_settings
from voice.parcels import open_logistics
from voice.waybills import plausible


def run(options: argparse.Namespace) -> int:
    """Talk on stdin, or run a script."""
    number, steps = options.number, None
    if options.script:
        scripted, steps = read_script(Path(options.script))
        number = scripted or number
    asyncio.run(_chat(number, options.called, steps))
    return 0


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
