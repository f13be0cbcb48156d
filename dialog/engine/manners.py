"""Manners of talk, the same in every scene: again, slower, wait, thank you, insults, and refusing to be recorded."""

from __future__ import annotations

from dialog.engine.flow import HOME, ask_again, settle
from dialog.engine.handover import still_calling
from dialog.engine.ports import Understood
from dialog.engine.turn import Turn
from dialog.protocol import ExpectKind

# The caller looks for glasses, a pen or a number.
_PATIENCE_S = 25.0
# Below this a strange sentence is more likely a wish that was not understood.
_SURELY_OUTSIDE = 0.85


def handled(t: Turn, intents: list[str], understood: Understood) -> bool:
    """Deal with a turn that is about the talk itself; False leaves it to the scenes."""
    if "no_recording" in intents:
        _refuse_recording(t)
        return True
    if "abuse" in intents or understood.emotion == "abusive":
        t.change(insults=t.state.insults + 1)
        if set(intents) <= {"abuse", "deny", "affirm", "backchannel"}:
            _calm(t)
            return True
    for name, act in (("slower", _slower), ("repeat", _repeat), ("hold", _hold)):
        if name in intents and not _wishes(t, intents):
            act(t)
            return True
    if "bye" in intents and not _wishes(t, intents):
        t.change(misses=0)
        t.begin("goodbye", intent="bye")
        settle(t)
        return True
    if intents == ["backchannel"] and not _asks_yes_no(t):
        _go_on(t)
        return True
    outside = intents == ["out_of_domain"] and understood.confidence >= _SURELY_OUTSIDE
    if outside and not (t.state.question and t.state.question.free):
        _outside(t)
        return True
    return False


def while_transferring(t: Turn, intents: list[str]) -> None:
    """The caller speaks while a person is being called: nothing is started, nobody is left in silence."""
    if "bye" in intents:
        t.say("goodbye.plain")
        t.end("caller_bye")
        return
    still_calling(t)


def _outside(t: Turn) -> None:
    """Out of scope once is said so; three times in a row it is us who do not understand."""
    t.change(misses=t.state.misses + 1)
    lost = t.state.misses > t.dialogue.settings.reprompts
    if lost:
        t.change(misses=0)
    t.begin("person" if lost else "outside", intent="not_understood" if lost else "out_of_domain")
    settle(t)


def _wishes(t: Turn, intents: list[str]) -> bool:
    return any(name in t.dialogue.intents for name in intents)


def _asks_yes_no(t: Turn) -> bool:
    return t.state.question is not None and t.state.question.expect.kind is ExpectKind.YES_NO


def _repeat(t: Turn) -> None:
    """Say again what was said last, the question included, in the same words."""
    last, question = t.state.last_say, t.state.question
    if last is None:
        settle(t)
        return
    t.say_again(last.sentences)
    if question is not None:
        t.keep_asking(question)


def _slower(t: Turn) -> None:
    t.change(slow=True)
    t.say("manners.slower")
    _repeat(t)


def _hold(t: Turn) -> None:
    t.patience = _PATIENCE_S
    t.say("manners.hold")
    if t.state.question is not None:
        t.keep_asking(t.state.question)


def _calm(t: Turn) -> None:
    limit = t.dialogue.settings.abuse_limit
    t.change(misses=0)
    t.say("manners.calm" if t.state.insults < limit else "manners.calm_person")
    ask_again(t)


def _go_on(t: Turn) -> None:
    """「嗯」: go on with what was interrupted, else leave the question in the air."""
    question = t.state.question
    if t.state.unheard:
        t.say_again(t.state.unheard)
    elif t.state.topic is not None and t.topic.scene == HOME:
        t.say("manners.please")
    else:
        ask_again(t)
        return
    if question is not None:
        t.keep_asking(question)


def _refuse_recording(t: Turn) -> None:
    t.change(misses=0)
    if t.state.recording:
        t.stop_recording()
    t.say("manners.no_recording")
    ask_again(t)
