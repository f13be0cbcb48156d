"""One conversation: events in, ``dialog`` step, effects out; free of sound, pipecat and telephones.

The live call, ``hotline chat`` and the scripted tests all run this class; they differ in the ``Mouth`` and the ``Line``
behind it. Events are stepped one at a time by one task, so the pure dialogue never sees two at once.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any, Protocol

from dialog.engine import Dialogue, DialogueState
from dialog.protocol import (
    CallOver,
    EndCall,
    Event,
    Heard,
    KeyPressed,
    LeaveQueue,
    LookUp,
    LookupDone,
    NoInput,
    NoMatch,
    Note,
    RecogniserLost,
    Say,
    Sentence,
    SpeechEnded,
    StopRecording,
    Transfer,
    masked,
)
from ledger import Event as LedgerEvent
from ledger import Ledger, LedgerUnavailable
from voice.clock import Clock
from voice.effects import EffectRunner
from voice.turns.mark import Resumed, TurnMark

logger = logging.getLogger(__name__)

APOLOGY = "抱歉，刚才出了点问题，请您再说一遍，人工请按0。"


class Mouth(Protocol):
    """Where sentences go."""

    def say(self, say: Say) -> None:
        """Speak after what is being said, and return at once; ``Conversation.spoken`` is called when it ended."""


class Line(Protocol):
    """What can be done with the call itself."""

    def hang_up(self, cause: str) -> None:
        """End the call once what is being said was played."""

    def transfer(self, transfer: Transfer) -> None:
        """Try to reach a person; progress comes back as ``TransferProgress`` events."""

    def leave_queue(self, request_id: str) -> None:
        """The caller does not wait for the person any longer."""

    def stop_recording(self) -> None:
        """Stop and purge the recording."""


class Conversation:
    """Runs the dialogue of one call until it is over; ``keep`` is told where it stands after every step."""

    def __init__(
        self,
        call_id: str,
        *,
        dialogue: Dialogue,
        ledger: Ledger,
        effects: EffectRunner,
        mouth: Mouth,
        clock: Clock,
        keep: Callable[[DialogueState], None] | None = None,
    ) -> None:
        self.call_id = call_id
        self._dialogue = dialogue
        self._ledger = ledger
        self._effects = effects
        self._mouth = mouth
        self._clock = clock
        self._keep = keep
        self._line: Line | None = None
        self._mark: TurnMark | None = None
        self._events: asyncio.Queue[Event | Resumed | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._wordings: dict[str, list[str]] = {}
        self._turn = 0
        self.state: DialogueState = dialogue.initial()

    def attach(self, line: Line) -> None:
        """Give the conversation its line; before ``start``."""
        self._line = line

    @property
    def dialogue(self) -> Dialogue:
        """The dialogue that is being run."""
        return self._dialogue

    def start(self, opening: Event) -> None:
        """Begin with ``CallStarted``."""
        self._events.put_nowait(opening)
        self._task = asyncio.create_task(self._run(), name=f"conversation-{self.call_id}")

    async def close(self) -> None:
        """Tell the dialogue that the call is over and let running effects finish."""
        if self._task is not None:
            self.post(CallOver(self._clock.now()))
            self._events.put_nowait(None)
            await self._task
            self._task = None
        await self._effects.close()
        try:
            state = {"state": self.state.to_json()}
            # Waited for: events are committed in order, so the whole call is in the table when this is.
            await self._ledger.append(LedgerEvent("dialogue.state", self.call_id, self._clock.now(), state))
        except (LedgerUnavailable, ValueError) as error:
            logger.error("a call's last state is lost: %s", error)

    # --- what happens on the line ------------------------------------------------------------------------------------

    def post(self, event: Event) -> None:
        """Queue any event for the dialogue."""
        self._events.put_nowait(event)

    def heard(self, event: Heard, *, start_ms: int | None = None, end_ms: int | None = None) -> None:
        """Note that the caller finished a turn; times are milliseconds since the call was answered."""
        self._turn += 1
        text, confidence = self._shown(event.text), round(event.confidence, 3)
        data: dict[str, object] = {"turn": self._turn, "text": text, "confidence": confidence}
        if start_ms is not None:
            data |= {"start_ms": start_ms, "end_ms": end_ms}
        self.log("turn.caller", data)
        self.post(event)

    def resumed(self, turn: Resumed, *, start_ms: int | None = None, end_ms: int | None = None) -> None:
        """Note that the caller went on with the last turn: it is stepped again as a whole where that is possible."""
        later, whole = self._shown(turn.later.text), self._shown(turn.whole.text)
        text = {"text": later, "continues": True, "whole": whole}
        times = {} if start_ms is None else {"start_ms": start_ms, "end_ms": end_ms}
        self.log("turn.caller", {"turn": self._turn, "confidence": round(turn.later.confidence, 3), **text, **times})
        self._events.put_nowait(turn)

    def foresee(self, text: str, prepare: Callable[[Say], None]) -> None:
        """Get ready for ``text`` as if it were the whole turn: begin its look-up, hand its reply to ``prepare``."""
        if self._events.empty():
            self._foresee(self.state, Heard(self._clock.now(), text), prepare)

    @property
    def busy(self) -> bool:
        """Whether an answer from outside is still to come."""
        return self._effects.busy

    @property
    def doing(self) -> bool:
        """Whether something is being done for the caller: an order written, a link or a code sent."""
        return self._effects.doing

    def key(self, key: str) -> None:
        """Note that the caller pressed a key."""
        self.log("dtmf", {"key": self._shown(key)})
        self.post(KeyPressed(self._clock.now(), key))

    def _shown(self, words: str) -> str:
        """What the ledger may hold of words or keys: no digit of an answer to a secret question."""
        question = self.state.question
        return masked(words) if question is not None and question.expect.secret else words

    def silent(self) -> None:
        """Note that the caller said nothing for as long as the question allows."""
        self.post(NoInput(self._clock.now()))

    def not_understood(self) -> None:
        """Note that there was voice, but no words."""
        self.post(NoMatch(self._clock.now()))

    def deaf(self) -> None:
        """Note that the recogniser went away in mid-call."""
        self.log("degraded", {"what": "recogniser"})
        self.post(RecogniserLost(self._clock.now()))

    def spoken(
        self, say: Say, heard: str, *, interrupted: bool, start_ms: int | None = None, end_ms: int | None = None
    ) -> None:
        """Note that a ``Say`` ended; ``heard`` is what really reached the caller."""
        data: dict[str, object] = {
            "text": heard,
            "interrupted": interrupted,
            "slow": say.slow,
            "sentences": [sentence.text for sentence in say.sentences],
            "wording": [sentence.wording for sentence in say.sentences],
            "facts": [fact.source for sentence in say.sentences for fact in sentence.facts],
        }
        if start_ms is not None:
            data |= {"start_ms": start_ms, "end_ms": end_ms}
        if heard:
            self.log("turn.bot", data)
        self.post(SpeechEnded(self._clock.now(), say.say_id, heard, interrupted))

    def log(self, type_: str, data: Mapping[str, object]) -> None:
        """Append to the ledger without waiting; order is kept. The call goes on when it cannot be written."""
        try:
            self._ledger.post(LedgerEvent(type_, self.call_id, self._clock.now(), dict(data)))
        except (LedgerUnavailable, ValueError) as error:
            logger.error("an event of a call is lost: %s", error)

    # --- the one task ------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while (event := await self._events.get()) is not None:
            try:
                event = self._marked(event)
                self.state, effects = self._dialogue.step(self.state, event)
                for effect in effects:
                    if self._mark is not None:
                        self._mark.caused(effect)
                    self._perform(effect)
                if self._keep is not None:
                    self._keep(self.state)
            except Exception:
                logger.exception("a dialogue step failed on %s", type(event).__name__)
                self.log("degraded", {"what": "dialogue", "event": type(event).__name__})
                self._apologise()

    def _marked(self, event: Event | Resumed) -> Event:
        """Keep the state before every turn, and return to it when the caller goes on with that turn."""
        if isinstance(event, Resumed):
            event.withdraw()
            taken_back = self._mark is not None and self._mark.revocable
            if self._mark is not None and taken_back:
                self.state = self._mark.restored(self.state)
            event = event.whole if taken_back else event.later
        if isinstance(event, Heard):
            self._mark = TurnMark(self.state)
        elif self._mark is not None:
            self._mark.happened(event)
        return event

    def _foresee(self, state: DialogueState, event: Event, prepare: Callable[[Say], None]) -> None:
        try:
            after, effects = self._dialogue.step(state, event)
        except Exception as error:  # the same words will fail again in earnest, and be told of there
            logger.debug("a guess failed: %s", type(error).__name__)
            return
        for effect in effects:
            if isinstance(effect, Say):
                prepare(effect)
            elif isinstance(effect, LookUp):
                fields = {name: value for name, value in asdict(effect).items() if name != "request_id"}
                task = self._effects.ahead.begin(**fields)
                if task is not None:
                    then = partial(self._foresee_answer, after, effect.request_id, prepare)
                    task.add_done_callback(then)

    def _foresee_answer(
        self, state: DialogueState, request_id: str, prepare: Callable[[Say], None], done: asyncio.Task[Any]
    ) -> None:
        if not done.cancelled() and done.exception() is None:
            self._foresee(state, LookupDone(self._clock.now(), request_id, done.result()), prepare)

    def _apologise(self) -> None:
        """A bug costs one turn, not the call: the caller hears a sentence and is offered a person, never silence."""
        sentence = Sentence(APOLOGY, "voice.apology@1")
        self._mouth.say(Say(f"apology-{secrets.token_hex(4)}", (sentence,)))

    def _perform(self, effect: object) -> None:
        assert self._line is not None
        match effect:
            case Say():
                self._mouth.say(effect)
            case EndCall():
                self._line.hang_up(effect.cause)
            case Transfer():
                self._line.transfer(effect)
            case LeaveQueue():
                self._line.leave_queue(effect.request_id)
            case StopRecording():
                self.log("recording.refused", {})
                self._line.stop_recording()
            case Note():
                self.log(effect.type, effect.data)
            case _:
                self._effects.run(effect, self.post)
