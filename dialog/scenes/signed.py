"""签收未收到: the delivery photo by link, and the outlet has to find out; the sender has the same right."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item
from dialog.scenes import process
from logistics_client.vocabulary import CallerClass, OrderKind, Stage


def begin(t: Turn) -> None:
    """Never argue: have it checked at once."""
    parcel = t.own_parcel
    if not parcel.stage.is_signed:
        t.say("signed.not_signed")
        t.begin("track", intent="track")
        return
    if t.topic.intent == "pod_photo":
        if parcel.delivery_photo is None:
            t.say("signed.no_photo")
        elif process.offer_link(t, "pod_photo", Item.PHOTO, "photo_sent"):
            return
        else:
            t.say("signed.photo_not_yours")
            return
    else:
        t.say_first("signed.at", "track.stage")
    role = "sender" if t.caller_class is CallerClass.SENDER else "receiver"
    process.start(t, OrderKind.OUTLET_CHECK, role=role, looked=t.memory.get("location_hint", ""))
    if t.topic.waiting is None:
        _photo(t)


def opened(t: Turn) -> None:
    """The outlet has to answer; the photo goes to the order's phone."""
    if process.opened(t, "signed.opened_sender" if t.caller_class is CallerClass.SENDER else "signed.opened"):
        _photo(t)


def _photo(t: Turn) -> None:
    if t.parcel is not None and t.parcel.delivery_photo and "signed.photo_sent" not in t.state.links:
        process.offer_link(t, "pod_photo", Item.PHOTO, "photo_sent")


def photo_sent(t: Turn) -> None:
    """The photo is on its way, or not."""
    process.link_sent(t, "signed.photo_sent")


SCENE = Scene(
    name="signed",
    begin=begin,
    intents=("signed_not_received", "pod_photo"),
    request="显示签收但没有收到",
    whisper="签收未收到",
    steps={"opened": opened, "photo_sent": photo_sent},
    suits=(Stage.SIGNED_SELF, Stage.SIGNED_AGENT, Stage.PICKED_FROM_LOCKER),
    next_step="对照派件照片和快递员核实去向",
)
