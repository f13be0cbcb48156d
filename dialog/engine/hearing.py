"""One turn of the caller: what it means here, and who has to act on it.

Order of thought: a person or danger first; then manners (again, slower, wait); then the answer to the question in the
air; then new wishes, all of them, in the order they were spoken; else it was not understood.
"""

from __future__ import annotations

from dialog.engine import manners
from dialog.engine.dictation import add_piece
from dialog.engine.flow import ask_again, run, settle, want
from dialog.engine.ports import Understood
from dialog.engine.state import HeardTurn, Phase, Question, Wanted
from dialog.engine.trouble import no_match
from dialog.engine.turn import Answer, Turn
from dialog.protocol import ExpectKind, Heard

URGENT = ("safety", "authority", "human")
# The dialogue's own words: never a matter of their own.
OWN = frozenset(
    [
        "affirm",
        "deny",
        "repeat",
        "hold",
        "slower",
        "bye",
        "give_number",
        "correct",
        "backchannel",
        "abuse",
        "no_recording",
        "out_of_domain",
    ]
)
# Nobody says more in one breath; the rest of a hostile text is not read.
_TEXT_LIMIT = 400
# Slots that an agent wants to read on the card even when no scene asked for them.
_REMARK_SLOTS = ("address_note", "issue_desc", "location_hint", "time_window", "new_address")


def on_heard(t: Turn, event: Heard) -> None:
    """Act on one caller turn."""
    text = event.text.strip()[:_TEXT_LIMIT]
    understood = t.dialogue.understand(text, t.expectation(), candidates=t.candidates(), confidence=event.confidence)
    intents = [scored.intent for scored in understood.intents]
    _remember(t, event, text, understood, intents)
    if t.state.phase is Phase.TRANSFERRING:
        manners.while_transferring(t, intents)
    elif urgent := next((name for name in URGENT if name in intents), None):
        t.change(queue=(), misses=0, keyed="")
        t.begin(t.dialogue.scene_for(urgent).name, intent=urgent)
        settle(t)
    elif not text:
        no_match(t, noise=True)
    elif not manners.handled(t, intents, understood):
        _answer_or_wish(t, event, text, understood, intents)


def _remember(t: Turn, event: Heard, text: str, understood: Understood, intents: list[str]) -> None:
    turn = t.state.turn + 1
    t.change(
        turn=turn,
        active=True,
        keyed="",
        after_say=None,
        heard=(*t.state.heard, HeardTurn(turn, event.at, text, tuple(intents), understood.confidence))[-60:],
    )
    if understood.emotion != "neutral":
        t.change(emotion=understood.emotion)
    for name in _REMARK_SLOTS:
        if understood.slots.get(name):
            t.remark(understood.slots[name], understood.confidence)
    if understood.slots.get("caller_role") == "helper":
        t.change(helper=True)
    t.note("intent", intents=intents, confidence=round(understood.confidence, 3), emotion=understood.emotion)


def _answer_or_wish(t: Turn, event: Heard, text: str, understood: Understood, intents: list[str]) -> None:
    question = t.state.question
    slots = dict(understood.slots)
    wishes = tuple(Wanted(name, slots, t.state.turn) for name in dict.fromkeys(intents) if name not in OWN)
    answer = read_answer(t, question, event, text, understood, intents) if question is not None else None
    if answer is not None and answer.partial:
        t.change(misses=0)
    elif answer is not None and question is not None:
        t.answer = answer
        t.change(misses=0)
        if not question.free:
            t.change(queue=(*wishes, *t.state.queue))
        run(t, question.step)
    elif wishes:
        t.change(misses=0)
        want(t, wishes)
    elif any(understood.slots.get(name) for name in _REMARK_SLOTS):
        t.change(misses=0)
        t.say("remark.noted")
        ask_again(t)
    else:
        no_match(t, understood)


def read_answer(
    t: Turn, question: Question, event: Heard, text: str, understood: Understood, intents: list[str]
) -> Answer | None:
    """Read the turn as an answer to the question; None when it is none."""
    slots = dict(understood.slots)
    chosen = _chosen(question, text)
    if chosen is not None:
        return Answer(text=text, choice=chosen, slots=slots)
    if question.expect.kind in (ExpectKind.NUMBER, ExpectKind.DIGITS):
        return add_piece(t, question, event, intents, slots)
    if question.expect.kind in (ExpectKind.YES_NO, ExpectKind.OPEN):
        yes = _yes_no(intents, question.expect.kind)
        if yes is not None:
            return Answer(text=text, yes=yes, slots=slots)
    if question.free:
        return Answer(text=text, slots=slots)
    return None


def _chosen(question: Question, text: str) -> str | None:
    """The choice whose words the caller used last: 「不等了,给我回电」 is a call back."""
    best: tuple[int, str] | None = None
    for choice in question.choices:
        for word in choice.words:
            at = text.rfind(word)
            if at >= 0 and (best is None or at > best[0]):
                best = (at, choice.name)
    return best[1] if best else None


def _yes_no(intents: list[str], kind: ExpectKind) -> bool | None:
    for name in intents:
        if name == "affirm" or (name == "backchannel" and kind is ExpectKind.YES_NO):
            return True
        if name in ("deny", "correct"):
            return False
    return None
