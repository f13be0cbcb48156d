"""A small world around the dialogue: parcels in memory, orders with the promise clocks of ``config/promises.yaml``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dialog.engine import Dialogue
from dialog.protocol import (
    CallStarted,
    CheckCode,
    CodeChecked,
    CodeSent,
    Effect,
    Event,
    Heard,
    HotlineProfile,
    KeyPressed,
    LinkDone,
    LookUp,
    LookupDone,
    NoInput,
    OpenOrder,
    OrderDone,
    Say,
    SendCode,
    SendLink,
    SpeechEnded,
    Staffing,
)
from dialog.scripts import TEXTED_CODE, Identify, Reply, Report, Request, Script, play
from logistics_client.promises import promise_for, read_promises
from logistics_client.vocabulary import CallerProfile, CodeCheck, OrderStatus, Parcel, WorkOrder
from tests.dialog.parcels import NOON, every_parcel, profile

CONFIG = Path(__file__).parents[2] / "config"
PROMISES = read_promises(CONFIG / "promises.yaml")


@dataclass
class World:
    """Answers requests; remembers what was opened, so that a second opening finds the first."""

    orders: dict[tuple[str, str], WorkOrder] = field(default_factory=dict)
    order_error: str | None = None
    lookup_error: str | None = None
    links_work: bool = True
    code_tail: str | None = "8000"  # where codes go; None: the gateway is away
    code_outcome: CodeCheck | None = None  # instead of comparing

    def identify(self, number: str | None, now: datetime) -> CallerProfile:
        known = profile(number, now)
        for order in known.orders:
            self.orders[(order.kind.value, order.waybill or "")] = order
        return known

    def reply(self, request: Request, now: datetime) -> Reply:
        match request:
            case Identify():
                return self.identify(request.number, now)
            case LookUp():
                return LookupDone(now, request.request_id, self._find(request, now), self.lookup_error)
            case OpenOrder():
                return self._open(request, now)
            case SendLink():
                return LinkDone(now, request.request_id, self.links_work)
            case SendCode():
                return CodeSent(now, request.request_id, self.code_tail)
            case CheckCode(said=said):
                right = CodeCheck.RIGHT if said == TEXTED_CODE else CodeCheck.WRONG
                return CodeChecked(now, request.request_id, self.code_outcome or right)
            case _:
                return None

    def _find(self, request: LookUp, now: datetime) -> tuple[Parcel, ...]:
        def fits(parcel: Parcel) -> bool:
            if request.waybill:
                return parcel.waybill.endswith(request.waybill)
            if request.waybill_tail:
                return parcel.tail == request.waybill_tail
            return bool(request.phone_tail) and parcel.receiver_phone_tail == request.phone_tail

        return tuple(parcel for parcel in every_parcel(now) if fits(parcel)) if self.lookup_error is None else ()

    def _open(self, request: OpenOrder, now: datetime) -> OrderDone:
        if self.order_error is not None:
            return OrderDone(now, request.request_id, None, False, self.order_error)
        key = (request.kind.value, request.waybill or "")
        running = self.orders.get(key)
        if running is not None:
            return OrderDone(now, request.request_id, running, False)
        order_id = f"N{len(self.orders) + 1}"
        parcel = next((x for x in every_parcel(now) if x.waybill == request.waybill), None)
        promise = promise_for(request.kind, now, PROMISES, outlet=parcel.outlet if parcel else None)
        details = dict(request.details)
        order = WorkOrder(order_id, request.kind, request.waybill, now, OrderStatus.OPENED, promise, details=details)
        self.orders[key] = order
        return OrderDone(now, request.request_id, order, True)


def run_script(
    dialogue: Dialogue,
    script: Script,
    world: World | None = None,
    *,
    ear: Callable[[Heard], Heard] | None = None,
    repeats: int = 0,
) -> Report:
    """Play a script against the world."""
    world = world or World()
    player = play(dialogue, script, ear=ear, repeats=repeats)
    reply: Reply = None
    try:
        while True:
            request = player.send(reply)
            at = request.at if isinstance(request, Identify) else script.at
            reply = world.reply(request, at)
    except StopIteration as done:
        assert isinstance(done.value, Report)
        return done.value


class Call:
    """One call led by a test: ``call.says(...)`` returns what the hotline answers."""

    def __init__(
        self,
        dialogue: Dialogue,
        number: str = "13800138000",
        *,
        now: datetime = NOON,
        person: bool = True,
        world: World | None = None,
        caller: CallerProfile | None = None,
        staffing: Staffing | None = None,
    ) -> None:
        self.dialogue, self.now, self.world = dialogue, now, world or World()
        self.effects: list[Effect] = []
        self.state = dialogue.initial()
        staffing = staffing or Staffing(person, person)
        caller = caller or self.world.identify(number, now)
        hotline = HotlineProfile("main", "云雀快递", "95000", "")
        self.heard = self.feed(CallStarted(now, "c1", caller, hotline, staffing))

    def feed(self, event: Event) -> str:
        """Give an event and play out what follows; returns the words spoken."""
        words, waiting = "", [event]
        self.effects = []
        while waiting:
            self.state, effects = self.dialogue.step(self.state, waiting.pop(0))
            for effect in effects:
                self.effects.append(effect)
                reply = self.world.reply(effect, self.now)
                if isinstance(reply, LookupDone | OrderDone | LinkDone | CodeSent | CodeChecked):
                    waiting.append(reply)
                if isinstance(effect, Say):
                    words += effect.text
                    if not effect.interruptible:
                        waiting.append(SpeechEnded(self.now, effect.say_id, effect.text, False))
        return words

    def says(self, text: str, confidence: float = 1.0) -> str:
        return self.feed(Heard(self.now, text, confidence))

    def keys(self, keys: str) -> str:
        return "".join(self.feed(KeyPressed(self.now, key)) for key in keys)

    def silent(self) -> str:
        return self.feed(NoInput(self.now))

    @property
    def question(self) -> str:
        return self.state.question.name if self.state.question else ""

    def did(self, kind: type[Effect]) -> list[Effect]:
        """Effects of a kind in the last turn."""
        return [effect for effect in self.effects if isinstance(effect, kind)]
