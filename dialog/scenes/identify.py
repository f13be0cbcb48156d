"""Which parcel: the caller's own ones are offered, else a number is asked by voice or keys."""

from __future__ import annotations

from dataclasses import replace

from dialog.engine.questions import NUMBER, TAIL, YES_NO
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn
from dialog.numbers import decide, rank_candidates
from dialog.protocol import Expectation, ExpectKind, Heard
from logistics_client.vocabulary import CallerClass, Parcel

_PHONE_DIGITS = 11
_SHORTEST_WAYBILL = 10
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ATTEMPTS = 3  # numbers that led nowhere before a person is offered
_KEYS = Choice("keys", "3", ("按键", "键盘", "我按", "自己按"))
_WHILE_TYPING = replace(NUMBER, no_input_s=45.0)
_NUMBER_SLOTS = ("waybill_no", "waybill_tail4", "phone_tail4", "order_no")


def begin(t: Turn) -> None:
    """Use a number that was said with the wish; else offer the next own parcel; else ask."""
    said = _said_number(t)
    own = _own(t)
    if said:
        t.remember(**said)
        _find(t)
    elif t.topic.intent == "track_by_phone" and any(x.waybill == t.state.focus for x in own):
        _settle_on(t, t.state.focus or "")
    elif len(own) == 1 and not t.state.passed:  # spoken over the greeting: there is only one it can be
        _settle_on(t, own[0].waybill)
    elif own:
        t.remember(candidate=own[0].waybill)
        t.change(focus=own[0].waybill)
        t.ask("identify.offer", "offered", YES_NO)
    else:
        _ask_number(t, "identify.first" if t.topic.intent == "opening" else "identify.number")


def _said_number(t: Turn) -> dict[str, str]:
    """Numbers in this topic's memory or in the wish that needs the parcel, each used once."""
    if "used" in t.memory:
        return {}
    below = t.state.topics[-2].memory if len(t.state.topics) > 1 else {}
    slots = {**below, **t.memory}
    return {name: slots[name] for name in _NUMBER_SLOTS if slots.get(name)}


def _own(t: Turn) -> list[Parcel]:
    """The caller's own parcels not yet said no to; a shared number owns none by itself."""
    if t.call.caller.caller_class is CallerClass.SHARED or t.state.helper:
        return []
    owned = t.state.own_waybills - set(t.state.passed)
    return [x for x in t.state.parcels if x.waybill in owned]


def _ask_number(t: Turn, name: str) -> None:
    tries = int(t.memory.get("tries", "0"))
    if tries >= _ATTEMPTS:
        _other_way(t)
        return
    t.remember(tries=str(tries + 1), used="yes")
    # Asked as the opening it is an offer: whoever wants something else just says so.
    t.ask(name, "number", NUMBER, sticky=t.topic.intent != "opening")


def _other_way(t: Turn) -> None:
    """Nobody could hear the number: type it on a page, or by keys once more, or a person."""
    if t.memory.get("typing") or t.call.caller.caller_class is CallerClass.STAFF or not t.knows("identify.offer_link"):
        _give_up(t)
        return
    t.remember(typing="yes", rescued="yes")
    t.ask("identify.offer_link", "typing", YES_NO, choices=(_KEYS,))


def typing(t: Turn) -> None:
    """「要发短信吗」; a no means the keys."""
    if t.answer.yes:
        t.send_number_link("link_sent")
    else:
        t.ask("identify.number_keys", "number", NUMBER)


def link_sent(t: Turn) -> None:
    """The page brings the number into this call; a spoken or keyed one is taken all the same."""
    if t.link is None or not t.link.sent:
        t.say("link.failed")
        _give_up(t)
        return
    t.change(links=(*t.state.links, "identify.link_sent"))
    t.say("identify.link_sent")
    t.ask("identify.typing", "number", _WHILE_TYPING)


def _give_up(t: Turn) -> None:
    """No number leads anywhere: forget the wishes that need one and offer a person."""
    t.change(topics=tuple(x for x in t.state.topics if x.begun))
    t.begin("person", intent="no_number")


def offered(t: Turn) -> None:
    """「是这个吗」."""
    candidate = t.memory.get("candidate", "")
    if t.answer.yes:
        _settle_on(t, candidate)
        return
    t.change(passed=(*t.state.passed, candidate), focus=None)
    if t.memory.get("near"):
        _find(t)  # it was another parcel after all: look for the number as it was said
        return
    said = {name: t.answer.slots[name] for name in _NUMBER_SLOTS if t.answer.slots.get(name)}
    if said:
        t.remember(**said)
    begin(t)


def number(t: Turn) -> None:
    """A number was said or keyed, or there is none."""
    if t.answer.digits is None:
        if t.memory.get("no_number"):
            _give_up(t)
            return
        t.remember(no_number="yes")
        t.ask("identify.tail", "number", TAIL)
        return
    for name in _NUMBER_SLOTS:
        if t.answer.slots.get(name):
            t.remember(**{name: t.answer.slots[name]})
            break
    else:
        t.remember(**{_slot_of(t, t.answer.digits): t.answer.digits})
    _find(t)


def _offer_near(t: Turn, digits: str) -> bool:
    """One misheard digit still finds the caller's own parcel: it is asked about, never taken for granted."""
    if t.call.caller.caller_class is CallerClass.SHARED or t.state.helper:
        return False
    match = decide(rank_candidates(digits, (), sorted(t.state.own_waybills), t.dialogue.plausible))
    if match.kind == "none" or match.candidates[0].exact or t.memory.get("near") == digits:
        return False
    near = [parcel for x in match.candidates if (parcel := t.state.parcel(x.number)) is not None]
    if match.kind == "several":
        t.remember(near=digits)
        _which(t, near)
        return True
    t.remember(candidate=match.candidates[0].number, near=digits)
    t.change(focus=match.candidates[0].number)
    t.ask("identify.offer", "offered", YES_NO)
    return True


def _slot_of(t: Turn, digits: str) -> str:
    if len(digits) == 4:
        return "phone_tail4" if t.memory.get("no_number") else "tail4"
    if len(digits) == _PHONE_DIGITS and digits.startswith("1"):
        return "phone"
    return "waybill_no"


def _find(t: Turn) -> None:
    """Look among the known parcels first, then outside."""
    m = t.memory
    t.remember(used="yes", tail="", number=m.get("waybill_no", ""))
    tail = m.get("waybill_tail4") or m.get("tail4") or m.get("phone_tail4")
    if m.get("waybill_no"):
        if m["waybill_no"] in t.state.own_waybills:
            _settle_on(t, m["waybill_no"])
            return
        if _offer_near(t, m["waybill_no"]):
            return
        t.look_up("found", waybill=m["waybill_no"], phone_tail=m.get("phone_tail4"))
    elif tail:
        t.remember(tail=tail)
        _find_tail(t, tail)
    elif m.get("phone"):
        t.look_up("found", phone=m["phone"])
    else:
        t.look_up("found", order_no=m.get("order_no"))


def _find_tail(t: Turn, tail: str) -> None:
    m = t.memory
    by_waybill = [x for x in t.state.parcels if x.tail == tail]
    by_phone = [x for x in t.state.parcels if x.receiver_phone_tail == tail and not m.get("waybill_tail4")]
    known = by_waybill or by_phone
    if len(known) == 1:
        _settle_on(t, known[0].waybill)
    elif len(known) > 1:
        _which(t, known)
    elif not m.get("phone_tail4") and _offer_near(t, tail):
        return
    elif m.get("waybill_tail4"):
        t.look_up("found", waybill_tail=tail)
    else:
        t.look_up("found", phone_tail=tail)


def found(t: Turn) -> None:
    """The look-up came back."""
    result = t.found
    assert result is not None  # this step runs only with a look-up
    if result.error == "NeedsPhoneTailError":
        t.ask("identify.carrier_tail", "carrier_tail", TAIL)
    elif result.error in (
        "UnavailableError",
        "CarrierAwayError",
        "RateLimitedError",
        "BadReplyError",
        "MisconfiguredError",
    ):
        t.say("identify.away")
        _give_up(t)
    elif not result.parcels:
        _none(t)
    elif len(result.parcels) == 1:
        _one(t, result.parcels[0])
    else:
        _which(t, list(result.parcels))


def _none(t: Turn) -> None:
    """Nothing there: letters are misheard most, so the digits alone are tried; then the number is read back once."""
    digits = t.memory.get("number", "").lstrip(_LETTERS)
    if digits != t.memory.get("number") and len(digits) >= _SHORTEST_WAYBILL and not t.memory.get("bare"):
        t.remember(bare="yes")
        t.look_up("found", waybill=digits, phone_tail=t.memory.get("phone_tail4"))
        return
    if t.memory.get("number") and not t.memory.get("read_back"):
        t.remember(read_back="yes")
        t.ask("identify.read_back", "read_back", YES_NO)
        return
    t.say_first("identify.none")
    _forget_number(t)
    _ask_number(t, "identify.number_keys")


def _forget_number(t: Turn) -> None:
    t.remember(**dict.fromkeys((*_NUMBER_SLOTS, "tail4", "phone", "number"), ""))


def read_back(t: Turn) -> None:
    """「我听到的是……,对吗」; 「不对,最后一位是九」 is looked up again."""
    corrected = _corrected(t)
    if corrected:
        t.remember(waybill_no=corrected)
        _find(t)
        return
    if t.answer.yes:
        t.say_first("identify.none")
    _forget_number(t)
    _ask_number(t, "identify.number_keys")


def _corrected(t: Turn) -> str | None:
    """The number with the correction in this answer applied; None when there is none."""
    heard = t.memory.get("number", "")
    pieces = (Heard(t.now, heard), Heard(t.now, t.answer.text))
    digits = t.dialogue.hear_number(pieces, NUMBER).digits if t.answer.text else heard
    return digits if digits != heard and len(digits) >= len(heard) - 1 else None


def _one(t: Turn, parcel: Parcel) -> None:
    stranger = t.class_for(parcel.waybill) in (CallerClass.UNKNOWN, CallerClass.LINE_TEST)
    if not stranger or parcel.waybill in t.state.classes:
        _settle_on(t, parcel.waybill)
        return
    proof = t.memory.get("phone_tail4")
    knows_waybill = bool(t.memory.get("waybill_no"))
    if knows_waybill and proof and proof == parcel.receiver_phone_tail:
        _verified(t, parcel.waybill)
    elif knows_waybill and parcel.receiver_phone_tail:
        t.remember(candidate=parcel.waybill)
        t.ask("identify.proof", "proof", TAIL)
    else:
        _settle_on(t, parcel.waybill)


def _verified(t: Turn, waybill: str) -> None:
    t.change(classes={**t.state.classes, waybill: CallerClass.VERIFIED})
    t.bind_number(waybill)
    _settle_on(t, waybill)


def proof(t: Turn) -> None:
    """The tail of the order's phone opens the trace; without it the caller hears the stage.

    Two tries, because one digit may be misheard; then never again in this call, or the tail could be guessed.
    """
    candidate = t.memory.get("candidate", "")
    parcel = t.state.parcel(candidate)
    if parcel is not None and t.answer.digits and t.answer.digits == parcel.receiver_phone_tail:
        _verified(t, candidate)
    elif t.answer.digits and not t.memory.get("tried"):
        t.remember(tried="yes")
        t.ask("identify.proof_again", "proof", TAIL)
    else:
        t.say("identify.no_proof")
        t.change(classes={**t.state.classes, candidate: CallerClass.UNKNOWN})
        _settle_on(t, candidate)


def carrier_tail(t: Turn) -> None:
    """The carrier answers only with the phone's tail."""
    if t.answer.digits is None:
        _give_up(t)
        return
    t.remember(phone_tail4=t.answer.digits)
    t.look_up("found", waybill=t.memory.get("number") or None, phone_tail=t.answer.digits)


def _which(t: Turn, parcels: list[Parcel]) -> None:
    """Two are asked about, never guessed; more than two, or two of one tail, need the whole number."""
    if len(parcels) > 2 or parcels[0].tail == parcels[1].tail:
        t.say("identify.many")
        _forget_number(t)
        _ask_number(t, "identify.number")
        return
    first, second = parcels
    t.remember(first=first.tail, second=second.tail, candidate=first.waybill, other=second.waybill)
    choices = (
        Choice("first", "1", ("第一", "前一", "前面", first.tail)),
        Choice("second", "2", ("第二", "后一", "后面", second.tail)),
    )
    expect = Expectation(kind=ExpectKind.CHOICE, no_input_s=0.0)
    t.ask("identify.which", "chosen", expect, choices=choices)


def chosen(t: Turn) -> None:
    """First or second."""
    _settle_on(t, t.memory["candidate" if t.answer.choice == "first" else "other"])


def _settle_on(t: Turn, waybill: str) -> None:
    """The parcel is found: every wish that waits for one gets it."""
    waiting = [x for x in t.state.topics[:-1] if not x.begun]
    t.change(focus=waybill)
    if not waiting and not t.state.queue:
        t.begin("track", intent="track")


SCENE = Scene(
    name="identify",
    begin=begin,
    intents=("track_by_phone", "give_number", "other_parcel"),
    needs_parcel=False,
    request="查询包裹,单号未确认",
    whisper="查件,没有单号",
    steps={
        "offered": offered,
        "number": number,
        "found": found,
        "read_back": read_back,
        "proof": proof,
        "carrier_tail": carrier_tail,
        "chosen": chosen,
        "other_way": _other_way,
        "typing": typing,
        "link_sent": link_sent,
    },
    rescue={"number": "other_way"},
)
