"""Answers of the outside world: look-ups, orders, links, codes, and what became of a sentence that was spoken."""

from __future__ import annotations

from collections.abc import Iterable

from dialog.engine.flow import open_call, run, settle
from dialog.engine.state import Deed, Phase
from dialog.engine.turn import Turn
from dialog.protocol import CodeChecked, CodeSent, LinkDone, LookupDone, NumberTyped, OrderDone, SpeechEnded
from logistics_client.vocabulary import Parcel, WorkOrder


def on_lookup(t: Turn, event: LookupDone) -> None:
    """Parcels were found, or not."""
    t.found = event
    learn_parcels(t, event.parcels)
    _go_on(t, event.request_id)


def on_order(t: Turn, event: OrderDone) -> None:
    """A process was started, or found running."""
    t.ordered = event
    if event.order is not None:
        learn_orders(t, (event.order,))
        if all(deed.order_id != event.order.order_id for deed in t.state.deeds):
            t.change(deeds=(*t.state.deeds, Deed(event.order.order_id, t.state.turn, event.new)))
    _go_on(t, event.request_id)


def on_link(t: Turn, event: LinkDone) -> None:
    """A short message went out, or did not."""
    t.link = event
    _go_on(t, event.request_id)


def on_code_sent(t: Turn, event: CodeSent) -> None:
    """A one-time code went out, or did not."""
    t.code_sent = event
    _go_on(t, event.request_id)


def on_code_checked(t: Turn, event: CodeChecked) -> None:
    """Somebody compared what was said with the code."""
    t.code_checked = event
    _go_on(t, event.request_id)


def on_number_typed(t: Turn, event: NumberTyped) -> None:
    """A number came from the page: it is looked up at once; whoever is being called finds it on the card."""
    if t.state.phase is not Phase.TALKING:
        t.remark(f"用短信链接填的单号:{event.number}")
        return
    t.change(misses=0, keyed="", pieces=())
    t.say("identify.typed")
    t.begin("identify", intent="give_number", waybill_no=event.number)
    settle(t)


def on_speech_ended(t: Turn, event: SpeechEnded) -> None:
    """Keep what the caller did not hear; after the greeting, go on with the opening."""
    if t.state.after_say == event.say_id:
        open_call(t)
        return
    say = t.state.last_say
    if not event.interrupted or say is None or say.say_id != event.say_id:
        return
    heard, unheard = event.heard, []
    for sentence in say.sentences:
        if heard.startswith(sentence.text):
            heard = heard[len(sentence.text) :]
        else:
            heard = ""
            unheard.append(sentence)
    t.change(unheard=tuple(unheard))


def learn_parcels(t: Turn, parcels: Iterable[Parcel]) -> None:
    """Add parcels to what is known, newer readings in place of older ones."""
    known = {parcel.waybill: parcel for parcel in t.state.parcels}
    known.update({parcel.waybill: parcel for parcel in parcels})
    t.change(parcels=tuple(known.values()))


def learn_orders(t: Turn, orders: Iterable[WorkOrder]) -> None:
    """Add work orders to what is known, newer readings in place of older ones."""
    known = {order.order_id: order for order in t.state.orders}
    known.update({order.order_id: order for order in orders})
    t.change(orders=tuple(known.values()))


def _go_on(t: Turn, request_id: str) -> None:
    """Run the step that waits for this answer, bringing its matter to the top: news first, then the open question."""
    owner = next((topic for topic in t.state.topics if topic.waiting == request_id), None)
    if owner is None or t.state.phase is not Phase.TALKING:
        return
    others = tuple(topic for topic in t.state.topics if topic is not owner)
    t.change(topics=(*others, owner))
    step = owner.then
    run(t, step)
    settle(t)
