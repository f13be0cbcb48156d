"""One simulated call from dialling to hanging up, with everything that was said, heard and measured."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from telephony.rawsip import RawCaller
from telephony.rawsip.rtp import Timeline
from tts.ports import SpokenText
from tts.text.spoken import spoken
from tts.voices.espeak.voice import EspeakVoice
from voice.caller.ear import Ear
from voice.caller.listening import FRAME, VOICED_RMS, levels, trim
from voice.caller.script import Step

REPLY_S = 12.0
TURN_S = 45.0


@dataclass(slots=True)
class Turn:
    """One exchange; times are monotonic, ``pcm`` is what was received from the caller's last word to the next one."""

    said: str
    keys: str = ""
    began: float = 0.0
    ended: float = 0.0
    reply_at: float | None = None
    until: float = 0.0
    answered: bool = False

    @property
    def gap_ms(self) -> int | None:
        """End of our speech to the first sound of the reply."""
        return None if self.reply_at is None else round((self.reply_at - self.ended) * 1000)


@dataclass(slots=True)
class CallRecord:
    """A finished call."""

    sip_call_id: str
    turns: list[Turn] = field(default_factory=list)
    timeline: Timeline = field(default_factory=lambda: Timeline(b"", 0.0, ()))
    sent: list[tuple[float, bytes]] = field(default_factory=list)
    end: str = ""


class SimulatedCaller:
    """Dials, waits its turn, and speaks each step."""

    def __init__(self, raw: RawCaller, voice: EspeakVoice, steps: list[Step]) -> None:
        self._raw = raw
        self._voice = voice
        self._steps = steps
        self._ear = Ear(raw)

    async def run(self) -> CallRecord:
        """Run the call.

        Raises:
            CallRefused: the hotline did not answer.
        """
        speech = [await self._speech(step.text) if step.text else b"" for step in self._steps]
        await self._raw.call()
        record = CallRecord(self._raw.call_id)
        answered = time.monotonic()
        greeting = Turn("", began=answered, ended=answered)
        record.turns.append(greeting)
        await self._hear(greeting)
        for step, pcm in zip(self._steps, speech, strict=True):
            if self._raw.ended.done():
                record.turns.append(Turn(step.text, step.keys))
                continue
            record.turns.append(await self._take_turn(step, pcm, record))
        record.end = await self._leave()
        record.timeline = self._raw.received()
        for turn in record.turns:
            turn.reply_at = first_sound(record.timeline, turn.ended, turn.until) if turn.answered else None
        return record

    async def _take_turn(self, step: Step, pcm: bytes, record: CallRecord) -> Turn:
        turn = Turn(step.text, step.keys, began=time.monotonic())
        if step.keys:
            self._raw.send_dtmf(step.keys)
            turn.ended = turn.began
        elif step.silence_s:
            await asyncio.sleep(step.silence_s)
            turn.ended = time.monotonic()
        else:
            turn.began, turn.ended = await self._raw.send(pcm)
            turn.ended += 0.02
            record.sent.append((turn.began, pcm))
        await self._hear(turn)
        return turn

    async def _hear(self, turn: Turn) -> None:
        turn.answered = await self._ear.speech_after(turn.ended, REPLY_S)
        if turn.answered:
            await self._ear.silence(TURN_S)
        turn.until = time.monotonic()

    async def _leave(self) -> str:
        if self._raw.ended.done():
            return self._raw.ended.result()
        await self._raw.hangup()
        return "caller_hangup"

    async def _speech(self, text: str) -> bytes:
        words: SpokenText = spoken(text)
        return trim(b"".join([chunk.pcm async for chunk in self._voice.speak(words, 8000, 1.0)]))


def first_sound(timeline: Timeline, after: float, before: float) -> float | None:
    """Monotonic time of the first voiced frame that was received between two moments."""
    for index, level in enumerate(levels(timeline.pcm)):
        if level > VOICED_RMS:
            at = timeline.heard_at(index * FRAME)
            if after < at <= before:
                return at
    return None


def received_between(timeline: Timeline, after: float, before: float) -> bytes:
    """The received PCM between two monotonic moments."""
    first = max(0, round((after - timeline.start) * 8000))
    last = max(first, round((before - timeline.start) * 8000))
    return timeline.pcm[2 * first : 2 * last]
