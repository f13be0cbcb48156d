"""Telephone keys: menus, yes and no, digits, and the way to a person.

0 is a person in every state except while digits are keyed, where 0 is a digit and ``*`` is a person.
"""

from __future__ import annotations

from dialog.engine.flow import ask_again, run, settle, want
from dialog.engine.handover import still_calling
from dialog.engine.state import Phase, Question, Wanted
from dialog.engine.turn import Answer, Turn
from dialog.protocol import ExpectKind

# Keys of the open question, as the menu in trouble names them.
MENU_KEYS = {"1": "track", "2": "urge_delivery", "3": "complaint"}
_YES_NO = {"1": True, "2": False}


def on_key(t: Turn, key: str) -> None:
    """Act on one key."""
    t.change(active=True)
    question = t.state.question
    if t.state.phase is Phase.TRANSFERRING:
        still_calling(t)
    elif key == ("*" if _digits(t) else "0"):
        t.change(keyed="", queue=())
        t.begin("person", intent="human")
        settle(t)
    elif question is None:
        return
    elif _digits(t):
        _on_digit(t, question, key)
    elif key in _YES_NO and question.expect.kind is ExpectKind.YES_NO:
        _answer(t, question, Answer(yes=_YES_NO[key]))
    elif any(choice.key == key for choice in question.choices):
        name = next(choice.name for choice in question.choices if choice.key == key)
        _answer(t, question, Answer(choice=name))
    elif question.expect.kind is ExpectKind.OPEN and key in MENU_KEYS and not question.free:
        t.change(misses=0)
        want(t, (Wanted(MENU_KEYS[key], {}, t.state.turn),))
    else:
        t.say("keys.unknown")
        ask_again(t)


def _digits(t: Turn) -> bool:
    question = t.state.question
    return question is not None and question.expect.keys == "digits"


def _on_digit(t: Turn, question: Question, key: str) -> None:
    if key == "#":
        finish_keys(t)
        return
    if not key.isdigit():
        return
    t.change(keyed=t.state.keyed + key)
    if len(t.state.keyed) >= question.expect.max_digits:
        finish_keys(t)


def finish_keys(t: Turn) -> None:
    """The caller has keyed what there is: an answer when it is long enough, else ask again."""
    question = t.state.question
    keyed = t.state.keyed
    t.change(keyed="")
    if question is None:
        return
    if len(keyed) < max(1, question.expect.min_digits):
        t.say("keys.too_few")
        ask_again(t)
        return
    _answer(t, question, Answer(digits=keyed))


def _answer(t: Turn, question: Question, answer: Answer) -> None:
    t.change(misses=0)
    t.answer = answer
    run(t, question.step)
