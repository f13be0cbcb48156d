"""One turn of the caller: what it means here, and who has to act on it.

Order of thought: a person or danger first; then manners (again, slower, wait); then the answer to the question in the
air; then new wishes, all of them, in the order they were spoken; else it was not understood.
"""

from __future__ import annotations

from dialog.engine import manners
from dialog.engine.dictation import add_piece, longest_run
from dialog.engine.flow import HOME, ask_again, run, same_aim, settle, want
from dialog.engine.ports import Understood
from dialog.engine.state import HeardTurn, Phase, Question, Wanted
from dialog.engine.trouble import no_match
from dialog.engine.turn import Answer, Turn
from dialog.protocol import ExpectKind, Heard, ModelAnswered, masked
from dialog.understanding.intents import DIALOGUE_INTENTS
from dialog.understanding.llm import chosen
from dialog.understanding.sounds import rfind_sound
from logistics_client.vocabulary import CallerClass

URGENT = ("safety", "authority", "human")
_FAIRLY_SURE, _SURE, _BEYOND_DOUBT = 0.5, 0.85, 0.95
# The dialogue's own words: never a matter of their own.
OWN = frozenset(DIALOGUE_INTENTS)
_SHORTEST_NUMBER = 4
_A_SENTENCE = 7  # characters
_SPOKEN_KEYS = {"1": "一", "2": "二", "3": "三", "4": "四"}
_REFUSALS = ("不用", "不要", "不是", "不对", "不需要", "没有", "算了", "别")
_ASSENTS = ("好", "行", "可以", "对", "要", "是的", "嗯", "麻烦")
_SURE_ASSENTS = ("是的", "对的", "对对", "没错", "有的")  # whatever was heard after these, they said yes
_NO_ASSENTS = ("要是", "要不", "好慢", "好几", "好久", "对方", "对不", "行不", "可以吗")
_CLOSING_LENGTH = 8
# What people say when nothing is left to do, and which says nothing else.
_CLOSING = ("没了", "没有了", "没事了", "没别的", "没有别的", "就这些", "就这样", "不用了", "可以了", "没问题了")
# Nobody says more in one breath; the rest of a hostile text is not read.
_TEXT_LIMIT = 400
# Slots that an agent wants to read on the card even when no scene asked for them.
NUMBER_SLOTS = ("waybill_no", "waybill_tail4", "phone_tail4", "order_no")
_REMARK_SLOTS = ("address_note", "issue_desc", "location_hint", "time_window", "new_address")


def on_heard(t: Turn, event: Heard) -> None:
    """Act on one caller turn."""
    text = event.text.strip()[:_TEXT_LIMIT]
    understood = t.dialogue.understand(text, t.expectation(), candidates=t.candidates(), confidence=event.confidence)
    intents = [scored.intent for scored in understood.intents]
    if _is_known_question(t, text, understood):
        intents = ["faq"]
    _remember(t, event, text, understood, intents)
    if t.state.phase is Phase.TRANSFERRING:
        manners.while_transferring(t, intents)
    elif urgent := _urgent(t, understood):
        t.change(queue=(), misses=0, keyed="")
        t.begin(t.dialogue.scene_for(urgent).name, intent=urgent)
        settle(t)
    elif not text:
        no_match(t, noise=True)
    elif _chooses(t, text) or not manners.handled(t, intents, understood):
        _answer_or_wish(t, event, text, understood, intents)


def _role(t: Turn, role: str | None, confidence: float) -> None:
    """Who the caller says to be: a helper hears less; a claim of more is noted, never believed."""
    if role == "helper" and not t.state.helper:
        t.change(helper=True, focus=None)
        t.say("helper.terms")
    elif role == "sender" and t.call.caller.caller_class is not CallerClass.SENDER:
        t.remark("自称寄件人", confidence)


def _urgent(t: Turn, understood: Understood) -> str | None:
    """What cannot wait; a message that names the authority is still a message."""
    question = t.state.question
    dictating = question is not None and question.free
    for scored in understood.intents:
        if scored.intent in URGENT and not (dictating and scored.intent == "authority"):
            sure = not dictating or scored.confidence >= _BEYOND_DOUBT
            if sure or scored.intent == "human":
                return scored.intent
    return None


def _chooses(t: Turn, text: str) -> bool:
    """「我再等等」 is an answer where waiting is offered, and manners elsewhere."""
    return t.state.question is not None and _chosen(t.state.question, text) is not None


def _is_known_question(t: Turn, text: str, understood: Understood) -> bool:
    """「你们是机器人吗」 may sound like an insult: what the knowledge file answers is answered."""
    unsure = all(x.intent in ("abuse", "out_of_domain") and x.confidence < _SURE for x in understood.intents)
    question = t.state.question
    dictating = question is not None and (question.free or question.expect.keys == "digits")
    return unsure and not dictating and t.dialogue.knowledge.find(text) is not None


def _remember(t: Turn, event: Heard, text: str, understood: Understood, intents: list[str]) -> None:
    turn, secret = t.state.turn + 1, _is_secret(t)
    kept = HeardTurn(turn, event.at, masked(text) if secret else text, tuple(intents), understood.confidence)
    t.change(turn=turn, active=True, keyed="", after_say=None, heard=(*t.state.heard, kept)[-60:])
    if understood.emotion != "neutral":
        t.change(emotion=understood.emotion)
    for name in _REMARK_SLOTS:
        if understood.slots.get(name) and not secret:
            t.remark(understood.slots[name], understood.confidence)
    _role(t, understood.slots.get("caller_role"), understood.confidence)
    t.note("intent", intents=intents, confidence=round(understood.confidence, 3), emotion=understood.emotion)


def _is_secret(t: Turn) -> bool:
    return t.state.question is not None and t.state.question.expect.secret


def _answer_or_wish(t: Turn, event: Heard, text: str, understood: Understood, intents: list[str]) -> None:
    question = t.state.question
    slots = dict(understood.slots)
    wishes = _wishes(t, text, understood) or ((Wanted("faq", slots, t.state.turn),) if intents == ["faq"] else ())
    answer = read_answer(t, question, event, text, understood, intents) if question is not None else None
    if answer is not None and answer.partial:
        t.change(misses=0)
    elif answer is not None and question is not None:
        t.answer = answer
        t.change(misses=0)
        if not question.free:
            # 「好让他给我打」 and 「给我回电吧」 take what is offered; they do not ask for the same thing again.
            others = tuple(wish for wish in wishes if not (answer.yes and _is_topic_of(t, wish)))
            if answer.choice is not None and len(wishes) == 1:
                others = ()
            t.change(queue=(*others, *t.state.queue))
        run(t, question.step)
    elif wishes:
        t.change(misses=0)
        want(t, wishes)
    elif "give_number" in intents or any(slots.get(name) for name in NUMBER_SLOTS):
        t.change(misses=0)
        want(t, (Wanted("give_number", slots, t.state.turn),))
    elif "correct" in intents and question is not None and t.topic.scene == HOME:
        t.change(misses=0)
        _other_parcel(t)
    elif any(understood.slots.get(name) for name in (*_REMARK_SLOTS, "caller_role")):
        t.change(misses=0)
        t.say("remark.noted")
        ask_again(t)
    elif t.dialogue.assist and not _is_secret(t) and understood.ranked and not understood.intents:
        t.ask_model(event, tuple(sorted(t.dialogue.intents)))
    else:
        no_match(t, understood)


def on_model_answered(t: Turn, event: ModelAnswered) -> None:
    """The language model chose one of the offered intents, or nothing came of it: then it goes on as without it."""
    asked = t.state.asking
    if asked is None or asked.request_id != event.request_id:
        return  # the caller has gone on meanwhile
    t.change(asking=None)
    text = asked.heard.text.strip()[:_TEXT_LIMIT]
    understood = t.dialogue.understand(
        text, t.expectation(), candidates=t.candidates(), confidence=asked.heard.confidence
    )
    choice = chosen(event.reply, t.dialogue.intents)
    if choice is None:
        no_match(t, understood)
        return
    t.note("intent", intents=[choice.intent], confidence=round(choice.confidence, 3), by="model")
    t.change(misses=0)
    want(t, (Wanted(choice.intent, dict(understood.slots), t.state.turn),))


def _is_topic_of(t: Turn, wish: Wanted) -> bool:
    return same_aim(t.dialogue.scene_for(wish.intent).name, t.topic.scene)


def _other_parcel(t: Turn) -> None:
    """「不对,不是这个件」 after an answer: the parcel was the wrong one."""
    t.change(passed=(*t.state.passed, t.state.focus or ""), focus=None)
    want(t, (Wanted("other_parcel", {}, t.state.turn),))


def _wishes(t: Turn, text: str, understood: Understood) -> tuple[Wanted, ...]:
    """New matters in this breath; after 「不用」 or 「好的没了」 only what is beyond doubt."""
    least = _SURE if text.startswith(_REFUSALS) or _is_closing(t, text) else 0.0
    names = [scored.intent for scored in understood.intents if scored.confidence >= least]
    return tuple(
        Wanted(name, dict(understood.slots), t.state.turn)
        for name in dict.fromkeys(names)
        if name not in OWN and not _asked_for(t, name)
    )


def _asked_for(t: Turn, intent: str) -> bool:
    """「用我手机号查」 while a number is asked for is no second wish."""
    return t.state.topic is not None and t.topic.scene == "identify" and t.dialogue.scene_for(intent).name == "identify"


def read_answer(
    t: Turn, question: Question, event: Heard, text: str, understood: Understood, intents: list[str]
) -> Answer | None:
    """Read the turn as an answer to the question; None when it is none."""
    slots = dict(understood.slots)
    chosen = _chosen(question, text)
    if chosen is not None:
        return Answer(text=text, choice=chosen, slots=slots)
    if question.expect.kind in (ExpectKind.NUMBER, ExpectKind.DIGITS):
        return None if _is_a_wish(t, understood, text) else add_piece(t, question, event, intents, slots)
    if question.expect.kind in (ExpectKind.YES_NO, ExpectKind.OPEN):
        asked = question.expect.kind is ExpectKind.YES_NO
        yes = True if asked and text.startswith(_SURE_ASSENTS) else _yes_no(intents, question.expect.kind)
        if yes is None and question.expect.kind is ExpectKind.YES_NO:
            yes = _first_word(text)
        if question.expect.kind is ExpectKind.OPEN and _is_closing(t, text) and not _wishes(t, text, understood):
            yes = False
        if yes is not None:
            return Answer(text=text, yes=yes, slots=slots)
    if question.free:
        return Answer(text=text, slots=slots)
    return None


def _chosen(question: Question, text: str) -> str | None:
    """The choice whose words the caller used last (「不等了,给我回电」 is a call back), or whose key was spoken."""
    best: tuple[int, int, str] | None = None
    for choice in question.choices:
        if text.strip("按选第个键吧。,. ") in (choice.key, _SPOKEN_KEYS.get(choice.key)):
            return choice.name
        for word in choice.words:
            at = text.rfind(word)
            # The longer word wins where two end together: 没解决 is not 解决.
            if at >= 0 and (best is None or (at + len(word), len(word)) > best[:2]):
                best = (at + len(word), len(word), choice.name)
    return best[2] if best else _chosen_by_sound(question, text)


def _chosen_by_sound(question: Question, text: str) -> str | None:
    """「流言」 sounds like 「留言」: in a choice, words of two syllables and more count by their sound too."""
    ends = [
        (rfind_sound(text, word), len(word), choice.name)
        for choice in question.choices
        for word in choice.words
        if len(word) > 1
    ]
    best = max(ends, default=(0, 0, ""))
    return best[2] if best[0] else None


def _is_a_wish(t: Turn, understood: Understood, text: str) -> bool:
    """「约的两点到四点没来取」 holds digits but is no number."""
    # A sentence around the digits says what it wants; the recogniser's doubts about a character do not undo that.
    line = _FAIRLY_SURE if len(text) - longest_run(text) >= _A_SENTENCE else _SURE
    sure = [x.intent for x in understood.intents if x.confidence >= line and x.intent not in OWN]
    named = any(understood.slots.get(name) for name in NUMBER_SLOTS)
    wants = any(t.dialogue.scene_for(name).name != "identify" for name in sure)
    return wants and not named and not t.state.pieces and longest_run(text) < _SHORTEST_NUMBER


def _is_closing(t: Turn, text: str) -> bool:
    """A few words that say nothing is left, where that was asked."""
    question = t.state.question
    asked = question is not None and question.expect.kind is ExpectKind.OPEN and not question.free
    return asked and len(text) <= _CLOSING_LENGTH and any(word in text for word in _CLOSING)


def _first_word(text: str) -> bool | None:
    """「好让他给我打」, 「不用我自己去」: the first word answers, whatever follows."""
    if text.startswith(_REFUSALS):
        return False
    return True if text.startswith(_ASSENTS) and not text.startswith(_NO_ASSENTS) else None


def _yes_no(intents: list[str], kind: ExpectKind) -> bool | None:
    for name in intents:
        if name == "affirm" or (name == "backchannel" and kind is ExpectKind.YES_NO):
            return True
        if name == "deny" or (name == "correct" and kind is ExpectKind.YES_NO):
            return False
    return None
