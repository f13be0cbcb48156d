"""Stuck at a hub or an outlet: the cause, when it moves, and a query with priority."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item, Leave
from dialog.scenes import process, track
from logistics_client.vocabulary import OrderKind, Stage

_WITH_THE_OUTLET = (Stage.AT_OUTLET, Stage.DELIVERY_FAILED, Stage.UNREACHABLE, Stage.OUT_OF_AREA)

_WAITS_FOR_PICKUP = (Stage.AWAITING_PICKUP_LOCKER, Stage.AWAITING_PICKUP_STATION)


def begin(t: Turn) -> None:
    """Say why and when as far as it is known; ask the hub where it is not, and have it noted as urgent."""
    parcel = t.own_parcel
    if parcel.stage.is_signed:
        t.begin("track", intent="track")
        return
    if parcel.stage in _WAITS_FOR_PICKUP:
        t.begin("locker", intent="locker_station")
        return
    if parcel.stage in _WITH_THE_OUTLET:
        if t.running(OrderKind.URGE_DELIVERY) is None:
            t.say("stuck.outlet")
        t.begin("urge", intent="urge_delivery")
        return
    if "told" not in t.memory:  # an accepted offer follows the explanation
        _explain(t)
    process.start(t, OrderKind.HUB_QUERY, priority="yes")


def _explain(t: Turn) -> None:
    if t.may(Item.TRACE) is not Leave.YES:
        t.say("track.stage")
    elif not track.say_why(t):
        t.say_first("stuck.no_cause", "track.stage")


def opened(t: Turn) -> None:
    """The hub has the query."""
    process.opened(t, "stuck.opened")


SCENE = Scene(
    name="stuck",
    begin=begin,
    intents=("stuck_hub", "stuck_outlet"),
    request="包裹滞留未动",
    whisper="包裹滞留",
    steps={"opened": opened},
    suits=(Stage.AT_HUB, Stage.STRANDED, Stage.AT_OUTLET),
    next_step="核实滞留原因,告知发出时间",
)
