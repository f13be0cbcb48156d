"""Silence, noise and words without sense, handled once for all scenes.

Two re-prompts, each easier than the one before (other words, then slowly and with keys), then a person or what can
honestly be offered instead. A caller who never made a sound is released.
"""

from __future__ import annotations

from dialog.engine.dictation import finish_pieces
from dialog.engine.flow import HOME, ask_again, run, settle
from dialog.engine.keys import finish_keys
from dialog.engine.ports import Understood
from dialog.engine.state import Phase, Topic
from dialog.engine.turn import Turn
from dialog.engine.waiting import announce, is_due

_EITHER_OR = 0.15  # a second reading below this is no reading


def no_input(t: Turn) -> None:
    """The caller said nothing."""
    t.note("no_input", question=_question_name(t))
    if t.state.keyed:
        finish_keys(t)
        return
    if t.state.topic is not None and t.topic.waiting is not None:
        _still_waiting(t)
        return
    if finish_pieces(t):
        return
    if t.state.queued is not None:  # silence is what waiting sounds like
        if is_due(t):
            announce(t)
        return
    t.change(misses=t.state.misses + 1, trouble=t.state.trouble + 1)
    at_home = t.state.topic is not None and t.topic.scene == HOME
    if t.state.misses > _limit(t):
        _give_up(t, "no_input")
    elif at_home and t.state.served and t.state.misses > 1:
        t.begin("goodbye", intent="silence")
        settle(t)
    else:
        again = "trouble.silence_digits" if _takes_digits(t) else "trouble.silence_keys"
        t.say("trouble.silence" if t.state.misses == 1 else again)
        ask_again(t)


def no_match(t: Turn, understood: Understood | None = None, *, noise: bool = False) -> None:
    """The caller made a sound or said words that mean nothing here."""
    if t.state.phase is not Phase.TALKING:
        return
    t.note("no_match", question=_question_name(t), noise=noise)
    t.change(misses=t.state.misses + 1, trouble=t.state.trouble + 1)
    if t.state.topic is not None and t.topic.waiting is not None:
        return
    readings = _readings(t, understood)
    if t.state.misses > _limit(t):
        _give_up(t, "not_understood")
    elif t.state.misses == 1 and len(readings) == 2 and not t.state.topics[1:]:
        t.begin("either", reading1=readings[0], reading2=readings[1])
        settle(t)
    elif t.state.misses == 1:
        t.say("trouble.noise" if noise else "trouble.pardon")
        ask_again(t)
    else:
        t.change(slow=True)
        t.say("trouble.keys_digits" if _takes_digits(t) else "trouble.keys")
        ask_again(t)


def recogniser_lost(t: Turn) -> None:
    """Hearing is away: say so and go on with keys."""
    t.say("trouble.deaf")
    if t.state.phase is Phase.TALKING and t.state.question is not None and _takes_digits(t):
        ask_again(t)
        return
    t.begin("menu")
    settle(t)


def _limit(t: Turn) -> int:
    return t.dialogue.settings.reprompts


def _takes_digits(t: Turn) -> bool:
    return t.state.question is not None and t.state.question.expect.keys == "digits"


def _question_name(t: Turn) -> str:
    return t.state.question.name if t.state.question else ""


def _readings(t: Turn, understood: Understood | None) -> list[str]:
    """The two likeliest meanings of what was below the line, when both can be named to the caller."""
    if understood is None or t.state.question is None or t.state.question.choices:
        return []
    ranked = [s.intent for s in understood.ranked if s.confidence >= _EITHER_OR]
    scenes: dict[str, str] = {}
    for intent in ranked:
        if f"intent.{intent}" in t.dialogue.wording:
            scenes.setdefault(t.dialogue.scene_for(intent).name, intent)
    return list(scenes.values())[:2]


def _still_waiting(t: Turn) -> None:
    """The outside world is slow: say so; when it stays slow, give up on it honestly."""
    topic: Topic = t.topic
    waited = int(topic.memory.get("waited", "0")) + 1
    if waited > _limit(t):
        t.update(waiting=None, then="")
        t.drop()
        t.begin("person", intent="backend_slow")
        settle(t)
        return
    t.remember(waited=str(waited))
    t.say("trouble.still_checking")
    t.hold = False


def _give_up(t: Turn, reason: str) -> None:
    t.change(misses=0)
    if reason == "no_input" and not t.state.active:
        t.say("trouble.nobody_there")
        t.end("silence")
        return
    if reason == "no_input" and t.topic.scene == HOME and t.state.served:
        t.begin("goodbye", intent="silence")
    elif not _is_rescued(t):
        t.begin("person", intent=reason)
    settle(t)


def _is_rescued(t: Turn) -> bool:
    """Whether the matter at work knows another way to the answer; it is tried once."""
    question = t.state.question
    rescue = t.dialogue.scenes[t.topic.scene].rescue.get(question.step) if question is not None else None
    if rescue is None or t.memory.get("rescued"):
        return False
    t.remember(rescued="yes")
    run(t, rescue)
    return True
