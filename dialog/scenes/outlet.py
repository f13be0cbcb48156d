"""网点信息: hours and number of the parcel's outlet, else what the knowledge file holds."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.scenes import connect


def begin(t: Turn) -> None:
    """Answer from the parcel and offer to connect, else answer from the file."""
    if t.parcel is not None and t.say_first("outlet.hours_and_phone", "outlet.hours", "outlet.phone"):
        connect.offers(t, "outlet")
        return
    t.begin("knowledge", intent="outlet_info")


SCENE = Scene(
    name="outlet",
    begin=begin,
    intents=("outlet_info",),
    needs_parcel=False,
    request="咨询网点信息",
    whisper="问网点",
    next_step="告知网点营业时间和电话",
)
