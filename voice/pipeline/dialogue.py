"""Where pipecat meets the conversation: the caller's voice and words in, sentences out, turns in between.

It sits where a language model usually does. Frames only fill an inbox; one task of our own, the floor task, runs the
turn policy and acts on it. That matters: pipecat cancels the frame that a processor is handling when it is
interrupted, and what a caller said must not be lost that way.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor, FrameProcessorSetup

from asr.echo import is_echo
from dialog.protocol import Expectation, ExpectKind, Heard, HeardToken, Say, Sentence
from telephony.hub import BotLeg
from voice.clock import Clock
from voice.conversation import Conversation
from voice.pipeline.frames import SayEndFrame, UtteranceFrame
from voice.pipeline.playout import Playout
from voice.pipeline.stages import AnswerStages
from voice.pipeline.tts import SpeakerTTS
from voice.pipeline.vad import STOP_S, WebRtcVadAnalyzer
from voice.turns.decision import Act, Decision, Piece
from voice.turns.mark import Resumed
from voice.turns.policy import TurnPolicy

# How long a sentence may stay unheard before it is given up: a stuck voice must not freeze the call.
SAY_DEADLINE_S = 60.0

ACKNOWLEDGEMENT = "好的，"
FILLERS = ("我看一下啊。", "稍等，我查一下。", "正在查，马上就好。")


class DialogueProcessor(FrameProcessor):
    """Hosts the turn policy and is the conversation's mouth.

    ``vad`` is told who speaks; ``call_ms`` tells the time since the call was answered, in milliseconds, for the ledger.
    """

    def __init__(
        self,
        *,
        policy: TurnPolicy,
        tts: SpeakerTTS,
        playout: Playout,
        leg: BotLeg,
        vad: WebRtcVadAnalyzer,
        clock: Clock,
        call_ms: Callable[[], int],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._policy = policy
        self._tts = tts
        self._playout = playout
        self._leg = leg
        self._vad = vad
        self._wall = clock
        self._call_ms = call_ms
        self._conversation: Conversation | None = None
        self._captions: Callable[[str, str], None] | None = None
        self._inbox: asyncio.Queue[Callable[[float], list[Decision]]] = asyncio.Queue()
        self._says: deque[Say] = deque()
        self._to_say: asyncio.Event = asyncio.Event()
        self._held = False
        self._fillers = 0
        self._foreseen = ""
        self._current: Say | None = None
        self._said: asyncio.Event = asyncio.Event()
        self._quiet: asyncio.Event = asyncio.Event()
        self._quiet.set()
        self._say_began_ms = 0
        self._last_said, self._last_ended_ms = "", 0
        self._voice_began_ms: int | None = None
        self._voice_ended_ms = 0
        self._tasks: list[Any] = []
        policy.asking = playout.asking
        self._stages = AnswerStages(clock.monotonic, STOP_S)
        tts.on_sound = lambda: self._reached("first_sound")

    def bind(self, conversation: Conversation, *, captions: Callable[[str, str], None] | None = None) -> None:
        """Connect the conversation, and what shows ``(who, text)`` while it is spoken; before the pipeline starts."""
        self._conversation = conversation
        self._captions = captions
        self._tts.on_fault = lambda fault: conversation.log("degraded", {"what": "voice", **fault})

    async def setup(self, setup: FrameProcessorSetup) -> None:  # type: ignore[override]  # as pipecat does
        """Start the floor and the mouth."""
        await super().setup(setup)
        self._tasks = [self.create_task(self._run_floor()), self.create_task(self._run_mouth())]

    async def cleanup(self) -> None:
        """Stop both; what was being said is reported as far as it was heard."""
        for task in self._tasks:
            await self.cancel_task(task)
        self._tasks = []
        self._report_current(interrupted=True)
        await super().cleanup()  # type: ignore[no-untyped-call]

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Note what the caller does; pass everything else on."""
        await super().process_frame(frame, direction)
        match frame:
            case VADUserStartedSpeakingFrame():
                if self._voice_began_ms is None:
                    self._voice_began_ms = self._call_ms() - round(self._vad.start_s * 1000)
                self._inbox.put_nowait(self._policy.voice_started)
            case VADUserStoppedSpeakingFrame():
                self._voice_ended_ms = self._call_ms() - round(STOP_S * 1000)
                self._reached("voice_ended")
                self._inbox.put_nowait(self._policy.voice_stopped)
            case UtteranceFrame():
                self._take_utterance(frame)
                return
            case InterimTranscriptionFrame():
                text, confidence = frame.text, getattr(frame, "confidence", 1.0)
                if is_echo(text, self._spoken_over()):
                    return
                self._caption("caller", text)
                self._inbox.put_nowait(lambda now: self._take_interim(now, text, confidence))
                return
        await self.push_frame(frame, direction)

    def key_pressed(self, key: str) -> None:
        """A DTMF key: it ends what is being said and goes to the dialogue."""
        self._inbox.put_nowait(self._policy.key)
        self._bound.key(key)

    def suspend(self) -> None:
        """A person has the call now: nobody waits for answers to the bot."""
        self._inbox.put_nowait(lambda _now: self._policy.suspend())

    async def quiet(self) -> None:
        """Wait until everything that was to be said has been played."""
        await self._quiet.wait()

    # --- the mouth ---------------------------------------------------------------------------------------------------

    def say(self, say: Say) -> None:
        """Speak when what is being said is over: only the caller cuts the bot short, never the bot itself."""
        self._quiet.clear()
        self._says.append(say)
        self._to_say.set()

    async def _next_say(self) -> Say:
        while self._held or not self._says:
            self._to_say.clear()
            await self._to_say.wait()
        return self._says.popleft()

    async def _run_mouth(self) -> None:
        while True:
            say = await self._next_say()
            self._said.clear()
            self._current = say
            self._reached("say_began")
            self._playout.begin(len(say.sentences))
            self._tts.plan(say)
            self._say_began_ms = self._call_ms()
            self._inbox.put_nowait(partial(self._begin_say, say))
            self._caption("bot", say.text)
            for sentence in say.sentences:
                await self.push_frame(TTSSpeakFrame(sentence.text, append_to_context=False))
            await self.push_frame(SayEndFrame(say.say_id))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._said.wait(), SAY_DEADLINE_S)
            self._report_current(interrupted=False)
            if not self._says:
                self._inbox.put_nowait(self._policy.bot_ended)
                self._inbox.put_nowait(self._mark_quiet)

    def _begin_say(self, say: Say, now: float) -> list[Decision]:
        return self._policy.bot_started(now, say.expect, interruptible=say.interruptible)

    def _drop_waiting(self) -> None:
        kept = [say for say in self._says if not say.interruptible]
        self._says.clear()
        self._says.extend(kept)

    def played(self, say_id: str) -> None:
        """The output played the last sample of a ``Say``."""
        if self._current is not None and self._current.say_id == say_id:
            self._said.set()

    def _mark_quiet(self, _now: float) -> list[Decision]:
        if not self._says and self._current is None:
            self._quiet.set()
        return []

    def _report_current(self, *, interrupted: bool) -> None:
        say, self._current = self._current, None
        if say is None:
            return
        heard = self._playout.heard_text() if interrupted else say.text
        self._last_said, self._last_ended_ms = say.text, self._call_ms()
        self._bound.spoken(say, heard, interrupted=interrupted, start_ms=self._say_began_ms, end_ms=self._call_ms())

    # --- the floor ---------------------------------------------------------------------------------------------------

    async def _run_floor(self) -> None:
        while True:
            deadline = self._policy.deadline
            wait = None if deadline is None else max(0.0, deadline - self._wall.monotonic())
            step: Callable[[float], list[Decision]] = self._policy.tick
            with contextlib.suppress(TimeoutError):
                step = await asyncio.wait_for(self._inbox.get(), wait)
            decisions = step(self._wall.monotonic())
            self._vad.over_bot(self._policy.bot_speaking)
            for decision in decisions:
                await self._act(decision)

    async def _act(self, decision: Decision) -> None:
        match decision.act:
            case Act.PAUSE:
                self._leg.pause()
                self._bound.log("barge_in", {"decision": "pause", "reason": decision.reason})
            case Act.RESUME:
                self._leg.resume()
                self._bound.log("barge_in", {"decision": "resume", "reason": decision.reason})
            case Act.STOP:
                await self._stop(decision.reason)
            case Act.END_TURN:
                await self._end_turn(decision)
            case Act.ACKNOWLEDGE:
                self._acknowledge()
            case Act.FILL:
                self._fill()
            case Act.NO_INPUT:
                self._bound.silent()
            case Act.NO_MATCH:
                self._voice_began_ms = None
                self._bound.not_understood()

    async def _stop(self, reason: str) -> None:
        if self._current is None:
            return
        self._drop_waiting()
        self._bound.log("barge_in", {"decision": "stop", "reason": reason})
        self._report_current(interrupted=True)
        await self.broadcast_interruption()  # type: ignore[no-untyped-call]
        self._leg.flush()
        self._playout.stopped()
        self._said.set()

    async def _end_turn(self, decision: Decision) -> None:
        self._reached("turn_ended")
        began, self._voice_began_ms = self._voice_began_ms, None
        self._foreseen = ""
        times = {"start_ms": began, "end_ms": self._voice_ended_ms}
        whole = self._heard(decision.pieces)
        if not decision.earlier:
            self._bound.heard(whole, **times)
            return
        # Nothing of the answer to the half turn may begin any more; what of it waits goes when the turn is stepped.
        self._held = True
        await self._stop("resumed")
        later = self._heard(decision.pieces[decision.earlier :])
        self._bound.resumed(Resumed(whole, later, self._withdraw), **times)

    def _withdraw(self) -> None:
        self._drop_waiting()
        self._held = False
        self._to_say.set()

    def _heard(self, pieces: tuple[Piece, ...]) -> Heard:
        tokens = tuple(HeardToken(text, confidence) for piece in pieces for text, confidence in piece.tokens)
        weight = sum(len(piece.text) for piece in pieces) or 1
        confidence = sum(piece.confidence * len(piece.text) for piece in pieces) / weight
        return Heard(self._wall.now(), "".join(piece.text for piece in pieces), confidence, tokens)

    def _take_interim(self, now: float, text: str, confidence: float) -> list[Decision]:
        decisions = self._policy.interim(now, text, confidence)
        if text != self._foreseen and self._policy.sounds_finished(text):
            self._foreseen = text
            self._bound.foresee(text, self._tts.prepare)
        return decisions

    def _fill(self) -> None:
        """Say a word while an answer is being fetched; when none is under way, silence is what the dialogue wants."""
        if not self._bound.busy or self._current is not None or self._says:
            return
        text = FILLERS[self._fillers % len(FILLERS)]
        self._fillers += 1
        self._interject(text, "filler")

    def _acknowledge(self) -> None:
        """Say that a wish was heard while its order is written or its text sent; what came of it is said when it is."""
        if self._bound.doing and self._current is None and not self._says:
            self._policy.acknowledged()
            self._interject(ACKNOWLEDGEMENT, "acknowledgement")

    def _interject(self, text: str, kind: str) -> None:
        """Say a word that belongs to no answer and asks nothing."""
        sentence = Sentence(text, f"voice.{kind}@1")
        self.say(Say(f"{kind}-{secrets.token_hex(4)}", (sentence,), Expectation(ExpectKind.NOTHING)))

    def _take_utterance(self, frame: UtteranceFrame) -> None:
        self._reached("heard")
        if frame.lost:
            self._bound.deaf()
        tokens = tuple((token.text, token.confidence) for token in frame.tokens)
        text, confidence = frame.text, frame.confidence
        if is_echo(text, self._spoken_over()):
            text, tokens = "", ()
        self._inbox.put_nowait(lambda now: self._policy.final(now, text, confidence, tokens))

    def _spoken_over(self) -> str:
        """What the bot was saying when the voice that is heard now began; nothing when it was silent."""
        if self._current is not None:
            return self._current.text
        began = self._voice_began_ms
        return self._last_said if began is not None and began < self._last_ended_ms else ""

    def _reached(self, stage: str) -> None:
        took = self._stages.reached(stage)
        if took is not None:
            self._bound.log("vad", {"what": "answer", "ms": took})

    def _caption(self, who: str, text: str) -> None:
        if self._captions is not None:
            self._captions(who, text)

    @property
    def _bound(self) -> Conversation:
        assert self._conversation is not None, "bind() comes before the pipeline starts"
        return self._conversation


def number_complete(text: str, expect: Expectation) -> bool:
    """Whether the digits that the question asks for are all there."""
    digits = sum(character.isdigit() for character in text)
    return expect.max_digits > 0 and digits >= expect.max_digits
