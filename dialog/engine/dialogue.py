"""The dialogue of one hotline: configuration that never changes, and the pure step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from dialog.card import build_card
from dialog.engine import handover, results, trouble
from dialog.engine.flow import open_call
from dialog.engine.hearing import on_heard, on_model_answered
from dialog.engine.keys import on_key
from dialog.engine.opening import on_call_started
from dialog.engine.ports import NumberHearing, Understander
from dialog.engine.scene import Scene
from dialog.engine.state import DialogueState, Phase
from dialog.engine.turn import Turn
from dialog.identity import Rights
from dialog.knowledge import Knowledge
from dialog.numbers import Plausibility, unknown_formats
from dialog.protocol import (
    BulletinsChanged,
    CallOver,
    CallStarted,
    CodeChecked,
    CodeSent,
    Effect,
    Event,
    HandoverCard,
    Heard,
    KeyPressed,
    LinkDone,
    LookupDone,
    ModelAnswered,
    NoInput,
    NoMatch,
    NumberTyped,
    OrderDone,
    RecogniserLost,
    SpeechEnded,
    TransferProgress,
)
from dialog.settings import Settings
from dialog.wording import Wording


@dataclass(frozen=True)
class Dialogue:
    """Immutable configuration; shared by all calls of a process."""

    wording: Wording
    rights: Rights
    knowledge: Knowledge
    scenes: Mapping[str, Scene]
    understand: Understander
    hear_number: NumberHearing
    settings: Settings = field(default_factory=Settings)
    plausible: Plausibility = unknown_formats
    assist: bool = False  # whether a language model may be asked about what is below the line

    @cached_property
    def intents(self) -> Mapping[str, Scene]:
        """Which scene serves an intent."""
        return {intent: scene for scene in self.scenes.values() for intent in scene.intents}

    def scene_for(self, intent: str) -> Scene:
        """The scene of an intent; what nobody serves is out of scope and said so."""
        return self.intents.get(intent) or self.scenes["outside"]

    def intent_words(self, intent: str) -> str:
        """An intent in a caller's words, for 「您是想……,还是想……」."""
        return self.wording[f"intent.{intent}"].variants[0].text

    def initial(self) -> DialogueState:
        """The state before the call."""
        return DialogueState()

    def step(self, state: DialogueState, event: Event) -> tuple[DialogueState, tuple[Effect, ...]]:
        """Take one event; pure: the same state and event give the same state and effects."""
        if (
            state.over
            or state.phase is Phase.ENDED
            or (state.phase is Phase.NEW and not isinstance(event, CallStarted))
        ):
            return state, ()
        t = Turn(self, replace(state, now=event.at))
        _dispatch(t, event)
        return t.finish()

    def card(self, state: DialogueState, now: datetime) -> HandoverCard:
        """The hand-over card as it stands now."""
        return build_card(replace(state, now=now), self)

    def phrases(self) -> list[str]:
        """Fixed sentences for prerendering."""
        return self.wording.fixed_phrases()


def _dispatch(t: Turn, event: Event) -> None:
    match event:
        case CallStarted():
            on_call_started(t, event)
        case SpeechEnded():
            results.on_speech_ended(t, event)
        case LookupDone():
            results.on_lookup(t, event)
        case OrderDone():
            results.on_order(t, event)
        case LinkDone():
            results.on_link(t, event)
        case CodeSent():
            results.on_code_sent(t, event)
        case CodeChecked():
            results.on_code_checked(t, event)
        case NumberTyped():
            results.on_number_typed(t, event)
        case TransferProgress():
            handover.on_progress(t, event)
        case CallOver():
            t.change(over=True)
        case BulletinsChanged(bulletins=bulletins):
            call = t.state.started
            if call is not None:
                t.change(started=replace(call, caller=replace(call.caller, bulletins=bulletins)))
        case ModelAnswered():
            on_model_answered(t, event)
        case _ if t.state.phase is Phase.BRIDGED:
            return  # a person leads the call
        case _:
            t.change(asking=None)
            _on_caller(t, event)


def _on_caller(t: Turn, event: Event) -> None:
    match event:
        case RecogniserLost():
            trouble.recogniser_lost(t)
        case Heard():
            on_heard(t, event)
        case KeyPressed(key=key):
            on_key(t, key)
        case NoInput():
            _on_silence(t)
        case NoMatch():
            _on_noise(t)


def _on_noise(t: Turn) -> None:
    if t.state.after_say is None:  # over the greeting it interrupts nothing: the opening asks in a moment
        trouble.no_match(t, noise=True)


def _on_silence(t: Turn) -> None:
    if t.state.after_say is not None:  # the greeting's end was never reported: open the call now
        open_call(t)
    elif t.state.phase is Phase.TRANSFERRING:
        handover.still_calling(t)
    else:
        trouble.no_input(t)
