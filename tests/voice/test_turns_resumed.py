"""A continued turn on the real dialogue: one turn in the ledger, one answer, to the whole of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from dialog.engine import load_dialogue
from dialog.protocol import Heard
from ledger import Ledger
from tests.voice.test_conversation import Line, conversation
from voice.clock import SystemClock
from voice.config import PROJECT
from voice.conversation import Conversation
from voice.turns.mark import Resumed


def heard(text: str) -> Heard:
    return Heard(SystemClock().now(), text)


async def after_greeting(ledger: Ledger, line: Line) -> Conversation:
    made = conversation(load_dialogue(PROJECT / "config"), ledger, line)
    await asyncio.wait_for(line.said.get(), 5)
    return made


async def test_the_state_returns_and_the_whole_is_one_turn(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    await ledger.start()
    line, withdrawn = Line(), []
    made = await after_greeting(ledger, line)
    before = made.state
    made.heard(heard("我想寄"))
    await asyncio.wait_for(line.said.get(), 5)
    assert made.state.serial > before.serial
    made.resumed(Resumed(heard("我想寄一个快递到北京"), heard("一个快递到北京"), lambda: withdrawn.append(True)))
    answer = await asyncio.wait_for(line.said.get(), 5)
    await made.close()
    turns = [stored.event.data for stored in await ledger.read("c1") if stored.event.type == "turn.caller"]
    assert [(turn["turn"], turn["text"]) for turn in turns] == [(1, "我想寄"), (1, "一个快递到北京")]
    assert turns[1]["whole"] == "我想寄一个快递到北京" and turns[1]["continues"] is True
    assert withdrawn == [True] and answer
    await ledger.close()


async def test_getting_ready_for_a_guess_changes_nothing(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    await ledger.start()
    line = Line()
    made = await after_greeting(ledger, line)
    prepared: list[str] = []
    before = made.state
    made.foresee("我想寄一个快递", lambda say: prepared.append(say.text))
    assert made.state == before and line.said.empty()
    made.heard(heard("我想寄一个快递"))
    assert await asyncio.wait_for(line.said.get(), 5) == prepared[0]
    await made.close()
    await ledger.close()
