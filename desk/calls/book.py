"""The desk's way to the ledger: one call's events, who is on it now, and what people add to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desk.auth.roles import Account
from desk.calls.fold import agent_of
from desk.database import Clock
from desk.errors import Conflict, Forbidden, NotFound
from ledger import Event, Ledger, StoredEvent
from logistics_client.vocabulary import OrderKind

CALLED_BACK = (OrderKind.CALL_BACK.value, OrderKind.MESSAGE.value)
_CALL_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class People:
    """Who is on a call now: ``offered`` hears it ring, ``talking`` accepted it; ``known`` ever was one of them."""

    offered: str
    talking: frozenset[str]
    known: frozenset[str]
    over: bool


def people(events: Sequence[StoredEvent]) -> People:
    """Read from the events who is on the call."""
    offered, talking, known, over = "", set[str](), set[str](), False
    for stored in events:
        type_, data = stored.event.type, stored.event.data
        agent = agent_of(data)
        if type_ == "agent.offered":
            offered = agent
            known.add(agent)
        elif type_ in ("agent.declined", "agent.no_answer", "transfer.failed"):
            offered = ""
        elif type_ in ("agent.accepted", "transfer.bridged") and (agent or offered):
            talking.add(agent or offered)
            known.add(agent or offered)
            offered = ""
        elif type_ == "hold" and data.get("state") == "agent_left":
            talking = talking - {agent} if agent else set()
        elif type_ == "call.ended":
            offered, talking, over = "", set(), True
    return People(offered, frozenset(talking - {""}), frozenset(known - {""}), over)


class CallBook:
    """Reads calls and appends to them."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def events(self, call_id: str) -> list[StoredEvent]:
        """Return a call's events.

        Raises:
            NotFound: the id is forged, stale or mistyped.
        """
        found = await self._ledger.read(call_id) if _CALL_ID.fullmatch(call_id) else []
        if not found:
            raise NotFound("没有这通电话,可能编号有误。")
        return found

    async def own(self, call_id: str, account: Account) -> list[StoredEvent]:
        """Return the events of a call that the account may write about and hear.

        That is the own ones, those in the 回电 queue, which all agents share, and any for those who lead.

        Raises:
            NotFound: no such call.
            Forbidden: somebody else's.
        """
        events = await self.events(call_id)
        if not account.leads and account.account_id not in people(events).known and not is_called_back(events):
            raise Forbidden("这不是您接听的电话。", code="not_your_call")
        return events

    async def live(self, call_id: str, account: Account, verb: str) -> list[StoredEvent]:
        """Return the events of a live call that the account may act on now.

        Raises:
            NotFound: no such call.
            Conflict: it is over.
            Forbidden: somebody else's, or only heard ringing by somebody else.
        """
        events = await self.events(call_id)
        now = people(events)
        if now.over:
            raise Conflict("这通电话已经结束。", code="call_over")
        me = account.account_id
        rings = verb in ("answer", "decline")
        mine = me == now.offered if rings else me in now.talking
        if not mine and (rings or not account.leads):
            raise Forbidden("这不是您的电话,或已转给别人。", code="not_your_call")
        return events

    async def append(self, type_: str, call_id: str, data: Mapping[str, object]) -> StoredEvent:
        """Commit what a person added to a call."""
        return await self._ledger.append(Event(type_, call_id, self._clock(), data))


def is_called_back(events: Sequence[StoredEvent]) -> bool:
    """Whether a call-back was promised or a message left, so that any agent may take it up."""
    return any(
        stored.event.type == "work_order.opened" and stored.event.data.get("kind") in CALLED_BACK for stored in events
    )


def caller_number(events: Sequence[StoredEvent]) -> str | None:
    """The caller's number, None for an anonymous call."""
    started = next((stored.event.data for stored in events if stored.event.type == "call.started"), {})
    number = started.get("caller")
    return str(number) if number else None
