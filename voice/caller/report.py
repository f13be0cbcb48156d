"""A simulated call judged against the hotline's own ledger."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from dialog.scripts import Script
from ledger import Ledger, StoredEvent
from tts.speaker import Speaker
from voice.caller.caller import CallRecord, Turn, received_between
from voice.caller.expectations import TurnReport, unmet
from voice.caller.listening import same_speech
from voice.clock import Clock

LEDGER_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class CallReport:
    """The whole call in the words of the contracts."""

    answered: bool
    call_id: str | None
    turns: tuple[TurnReport, ...]
    end: str
    unmet: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Every line was answered, the answers were really heard, and a script's expectations were met."""
        return self.answered and not self.unmet and all(turn.heard and turn.audio_ok for turn in self.turns)

    def as_dict(self) -> dict[str, object]:
        """JSON of ``hotline call --json``."""
        return asdict(self)


async def judge(
    record: CallRecord, ledger: Ledger, speaker: Speaker, clock: Clock, script: Script | None = None
) -> CallReport:
    """Compare what was received with what the ledger says was spoken, and the call with what a script expects."""
    events = await _call_events(ledger, record.sip_call_id)
    call_id = events[0].event.call_id if events else None
    offset = clock.now() - timedelta(seconds=time.monotonic())
    bot: list[list[StoredEvent]] = [[] for _ in record.turns]
    for stored in events:
        if stored.event.type == "turn.bot":
            bot[_turn_of(record.turns, _began(stored, offset))].append(stored)
    turns = []
    for turn, spoken in zip(record.turns, bot, strict=True):
        heard = "".join(str(stored.event.data["text"]) for stored in spoken)
        audio_ok = bool(spoken) and await _audio_ok(record, turn, spoken, speaker)
        turns.append(TurnReport(turn.said or turn.keys, heard, turn.gap_ms, audio_ok))
    missed = unmet(script, turns, events) if script is not None else []
    return CallReport(True, call_id, tuple(turns), record.end, tuple(missed))


def save(record: CallRecord, report: CallReport, folder: Path) -> None:
    """Write ``call.wav`` (left: caller, right: what was received) and ``call.json``."""
    import json
    import wave

    folder.mkdir(parents=True, exist_ok=True)
    right = record.timeline.samples()
    left = np.zeros(len(right), np.int16)
    for began, pcm in record.sent:
        at = max(0, round((began - record.timeline.start) * 8000))
        samples = np.frombuffer(pcm, np.int16)[: max(0, len(left) - at)]
        left[at : at + len(samples)] = samples
    with wave.open(str(folder / "call.wav"), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(np.column_stack((left, right)).astype("<i2").tobytes())
    text = json.dumps(report.as_dict(), ensure_ascii=False, indent=1)
    (folder / "call.json").write_text(text, encoding="utf-8")


async def _call_events(ledger: Ledger, sip_call_id: str) -> list[StoredEvent]:
    """Wait for the hotline to write the call's end, a moment after the line is down."""
    deadline = time.monotonic() + LEDGER_PATIENCE_S
    events: list[StoredEvent] = []
    while time.monotonic() < deadline:
        for started in await ledger.recent(["call.started"], limit=200):
            if started.event.data.get("sip_call_id") == sip_call_id:
                events = await ledger.read(started.event.call_id)
        if events and events[-1].event.type in ("call.ended", "dialogue.state"):
            return events
        await asyncio.sleep(0.1)
    return events


def _began(stored: StoredEvent, offset: object) -> float:
    """Monotonic time at which a bot's turn began, from the wall time at which it ended."""
    data = stored.event.data
    length = (int(str(data.get("end_ms", 0))) - int(str(data.get("start_ms", 0)))) / 1000
    assert hasattr(offset, "timestamp")
    return stored.event.at.timestamp() - float(offset.timestamp()) - length


def _turn_of(turns: list[Turn], began: float) -> int:
    """The exchange whose last word was said before the bot began."""
    index = 0
    for number, turn in enumerate(turns):
        if turn.began and turn.ended <= began + 0.1:
            index = number
    return index


async def _audio_ok(record: CallRecord, turn: Turn, spoken: list[StoredEvent], speaker: Speaker) -> bool:
    if turn.reply_at is None:
        return False
    received = received_between(record.timeline, turn.reply_at - 0.1, turn.until + 0.3)
    expected = []
    for stored in spoken:
        slow = bool(stored.event.data.get("slow"))
        for sentence in _sentences(stored):
            chunks = speaker.speak(sentence, rate=8000, slow=slow, private=True)
            expected.append(b"".join([chunk.pcm async for chunk in chunks]))
    return same_speech(received, expected)


def _sentences(stored: StoredEvent) -> list[str]:
    sentences = stored.event.data.get("sentences")
    if stored.event.data.get("interrupted") or not isinstance(sentences, list):
        return [str(stored.event.data["text"])]
    return [str(sentence) for sentence in sentences]
