"""Effects that reach outside: look-ups, orders, links, codes. They run in tasks of their own.

Barge-in stops the voice, never one of these: an order that was begun is finished, and what was opened is in the ledger
before the dialogue hears of it, so nothing is promised that is not written down.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from dialog.protocol import (
    AskModel,
    CheckCode,
    CodeChecked,
    CodeSent,
    Event,
    LinkDone,
    LookUp,
    LookupDone,
    ModelAnswered,
    NumberTyped,
    OpenOrder,
    OrderDone,
    Remember,
    SendCode,
    SendLink,
)
from ledger import Event as LedgerEvent
from ledger import Ledger, LedgerUnavailable
from logistics_client.errors import LogisticsError
from logistics_client.ports import Logistics
from logistics_client.vocabulary import Parcel, WorkOrder
from voice.clock import Clock
from voice.language_model import LanguageModel
from voice.turns.ahead import LookAhead

logger = logging.getLogger(__name__)

LOOKUP_DEADLINE_S = 6.0
ORDER_DEADLINE_S = 6.0
CLOSE_DEADLINE_S = 10.0
SLOW_S = 1.0
"""An answer from outside that takes longer is heard as a pause, and written to the log."""
LOOK_S = 1.5
"""How often a call looks whether a number was typed for it: one row by index."""
NUMBER = "number"

_DEEDS = frozenset(kind.__name__ for kind in (OpenOrder, SendLink, SendCode))
"""Effects that do something for the caller; their tasks carry their names."""

Post = Callable[[Event], None]


class EffectRunner:
    """Runs one call's effects against the parcels' service, the ledger and, where there is one, a language model."""

    def __init__(
        self,
        call_id: str,
        number: str | None,
        logistics: Logistics,
        ledger: Ledger,
        clock: Clock,
        model: LanguageModel | None = None,
        *,
        look_s: float = LOOK_S,
    ) -> None:
        self._call_id = call_id
        self._number = number
        self._logistics = logistics
        self._ledger = ledger
        self._clock = clock
        self._model = model
        self.ahead = LookAhead(logistics, clock.monotonic)
        self._parcels: dict[str, Parcel] = {}
        self._own: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._typing: asyncio.Task[None] | None = None  # waits for a number from the page of a link
        self._look_s = look_s
        self._closing = asyncio.Event()

    def know(self, parcels: tuple[Parcel, ...]) -> None:
        """Learn the calling number's own parcels; the dialogue names them by waybill alone."""
        self._note_parcels(parcels)
        self._own.update(parcel.waybill for parcel in parcels)

    def run(self, effect: object, post: Post) -> None:
        """Start an effect; its answer is posted as an event."""
        match effect:
            case LookUp():
                work = self._look_up(effect, post)
            case OpenOrder():
                work = self._open_order(effect, post)
            case SendLink():
                work = self._send_link(effect, post)
            case SendCode():
                work = self._send_code(effect, post)
            case CheckCode():
                work = self._check_code(effect, post)
            case Remember():
                work = self._remember(effect)
            case AskModel():
                work = self._ask_model(effect, post)
            case _:
                raise TypeError(f"no runner for the effect {type(effect).__name__}")
        name = type(effect).__name__
        task = asyncio.create_task(self._timed(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def busy(self) -> bool:
        """Whether an answer from outside is still to come."""
        return bool(self._tasks)

    @property
    def doing(self) -> bool:
        """Whether something is being done for the caller: an order written, a link or a code sent."""
        return any(task.get_name() in _DEEDS for task in self._tasks)

    async def close(self) -> None:
        """Wait for what is running: an order half-way is finished even when the caller has gone."""
        self.ahead.close()
        self._closing.set()
        if self._typing is not None:
            # Asked, not cancelled: the database driver may swallow a cancellation that arrives inside its clean-up.
            await self._typing
        if self._tasks:
            _done, late = await asyncio.wait(self._tasks, timeout=CLOSE_DEADLINE_S)
            for task in late:
                task.cancel()

    async def _timed(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        began = self._clock.monotonic()
        await work
        took = self._clock.monotonic() - began
        if took > SLOW_S:
            logger.warning("%s took %.1f s", what, took, extra={"call_id": self._call_id})

    async def _look_up(self, effect: LookUp, post: Post) -> None:
        started = self._clock.monotonic()
        parcels: tuple[Parcel, ...] = ()
        error: str | None = None
        try:
            async with asyncio.timeout(LOOKUP_DEADLINE_S):
                parcels = await self.ahead.find(
                    waybill=effect.waybill,
                    waybill_tail=effect.waybill_tail,
                    phone=effect.phone,
                    phone_tail=effect.phone_tail,
                    order_no=effect.order_no,
                    surname=effect.surname,
                    number=self._number,
                )
        except LogisticsError as failure:
            error = type(failure).__name__
        except TimeoutError:
            error = "UnavailableError"
        self._note_parcels(parcels)
        took = round((self._clock.monotonic() - started) * 1000)
        self._note("lookup", {"found": len(parcels), "error": error, "ms": took})
        post(LookupDone(self._clock.now(), effect.request_id, parcels, error))

    def _note_parcels(self, parcels: tuple[Parcel, ...]) -> None:
        self._parcels.update({parcel.waybill: parcel for parcel in parcels})

    async def _remember(self, effect: Remember) -> None:
        parcel = self._parcels.get(effect.waybill)
        if parcel is None or not self._number:
            return
        try:
            async with asyncio.timeout(ORDER_DEADLINE_S):
                await self._logistics.remember(self._number, parcel)
        except (LogisticsError, TimeoutError) as failure:
            logger.warning("a number was not bound to its parcel: %s", type(failure).__name__)

    async def _ask_model(self, effect: AskModel, post: Post) -> None:
        started = self._clock.monotonic()
        reply = None
        if self._model is not None:
            reply = await self._model.choose(effect.text, effect.offered, effect.question)
        took = round((self._clock.monotonic() - started) * 1000)
        self._note("lookup", {"what": "language_model", "answered": reply is not None, "ms": took})
        post(ModelAnswered(self._clock.now(), effect.request_id, reply))

    async def _open_order(self, effect: OpenOrder, post: Post) -> None:
        parcel = self._parcels.get(effect.waybill) if effect.waybill else None
        try:
            async with asyncio.timeout(ORDER_DEADLINE_S):
                order, new = await self._logistics.open_order(
                    effect.kind, parcel, call_id=self._call_id, details=effect.details
                )
                if new:
                    await self._write_order(order)
        except (LogisticsError, LedgerUnavailable, TimeoutError) as failure:
            logger.warning("an order could not be opened: %s", type(failure).__name__)
            self._note("degraded", {"what": "order", "kind": effect.kind.value, "error": type(failure).__name__})
            post(OrderDone(self._clock.now(), effect.request_id, error=type(failure).__name__))
            return
        post(OrderDone(self._clock.now(), effect.request_id, order, new))

    async def _write_order(self, order: WorkOrder) -> None:
        data: dict[str, object] = {"order_id": order.order_id, "kind": order.kind.value, "waybill": order.waybill}
        written = [LedgerEvent("work_order.opened", self._call_id, self._clock.now(), data)]
        if order.promise is not None:
            promise = {"what": order.promise.what, "due_at": order.promise.due_at.isoformat()}
            written.append(LedgerEvent("promise.made", self._call_id, self._clock.now(), data | promise))
        # one commit for both: the caller waits for it
        await asyncio.gather(*(self._ledger.append(event) for event in written))

    async def _send_link(self, effect: SendLink, post: Post) -> None:
        parcel = self._parcels.get(effect.waybill)
        sent = False
        try:
            async with asyncio.timeout(ORDER_DEADLINE_S):
                if effect.purpose == NUMBER:
                    sent = await self._logistics.send_number_link(self._number or "", call_id=self._call_id)
                elif parcel is not None:
                    sent = await self._logistics.send_link(
                        effect.purpose, parcel, phone=self._own_phone(parcel), call_id=self._call_id
                    )
        except (LogisticsError, TimeoutError) as failure:
            logger.warning("a link could not be sent: %s", type(failure).__name__)
        if sent and effect.purpose == NUMBER and self._typing is None:
            self._typing = asyncio.create_task(self._await_number(post), name=f"number-{self._call_id}")
        if not sent:
            self._note("degraded", {"what": "link", "purpose": effect.purpose, "waybill": effect.waybill})
        post(LinkDone(self._clock.now(), effect.request_id, sent))

    async def _send_code(self, effect: SendCode, post: Post) -> None:
        parcel, tail = self._parcels.get(effect.waybill), None
        about: dict[str, object] = {"kind": effect.kind.value, "waybill": effect.waybill}
        if parcel is not None:
            try:
                async with asyncio.timeout(ORDER_DEADLINE_S):
                    tail = await self._logistics.send_code(
                        effect.kind, parcel, phone=self._own_phone(parcel), call_id=self._call_id
                    )
            except (LogisticsError, TimeoutError) as failure:
                logger.warning("a code could not be sent: %s", type(failure).__name__)
        if tail is None:
            self._note("degraded", {"what": "code", **about})
        else:
            self._note("code.sent", about | {"phone_tail": tail})
        post(CodeSent(self._clock.now(), effect.request_id, tail))

    async def _check_code(self, effect: CheckCode, post: Post) -> None:
        """Compare; the ledger learns what came of it, never the digits."""
        parcel, outcome = self._parcels.get(effect.waybill), None
        about: dict[str, object] = {"kind": effect.kind.value, "waybill": effect.waybill}
        if parcel is not None:
            try:
                async with asyncio.timeout(ORDER_DEADLINE_S):
                    outcome = await self._logistics.check_code(effect.kind, parcel, effect.said)
            except (LogisticsError, TimeoutError) as failure:
                logger.warning("a code could not be checked: %s", type(failure).__name__)
        self._note("code.checked", about | {"outcome": outcome.value if outcome is not None else None})
        post(CodeChecked(self._clock.now(), effect.request_id, outcome))

    async def _await_number(self, post: Post) -> None:
        """Post every number that is typed on the page; another process may serve it, so the table is asked."""
        known = 0
        while not self._closing.is_set():
            try:
                typed = await self._ledger.of_type(self._call_id, "link.used")
            except LedgerUnavailable as failure:
                logger.warning("a typed number cannot be read: %s", failure)
                typed = []
            for stored in typed:
                data = stored.event.data
                if stored.seq > known and data.get("purpose") == NUMBER:
                    post(NumberTyped(self._clock.now(), str(data.get("waybill", ""))))
                known = max(known, stored.seq)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._look_s)

    def _own_phone(self, parcel: Parcel) -> str:
        """The calling number where it is the parcel's own, else nothing: a link never goes to whoever just calls."""
        number = self._number or ""
        is_own = parcel.waybill in self._own or (
            bool(parcel.receiver_phone_tail) and number.endswith(parcel.receiver_phone_tail or "?")
        )
        return number if is_own else ""

    def _note(self, type_: str, data: dict[str, object]) -> None:
        self._ledger.post(LedgerEvent(type_, self._call_id, self._clock.now(), data))
