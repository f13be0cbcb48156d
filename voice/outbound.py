"""Click-to-call: an agent calls a customer; the agent's own telephone is connected first, then the customer's rings.

So the customer never answers to silence, and a wrong headset is noticed before anybody is disturbed. The customer hears
that the call is recorded before the gates open. From then on the call is a hand-over like any other: hold, consult,
transfer and supervision are the same code.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets

from desk.ports import Message
from ledger import LedgerUnavailable
from voice.config import Hotline
from voice.floor.agents import Agent, Refused, dial_out, passed
from voice.floor.board import AWAY
from voice.floor.calls import CallFacts
from voice.floor.line import Offered
from voice.outbound_call import OutboundCall
from voice.services import Services

logger = logging.getLogger(__name__)

WRONG_NUMBER = "电话号码不正确，请检查后再拨。"
_NUMBER = re.compile(r"\+?[0-9]{3,20}", re.ASCII)


class Outbound:
    """Every call that agents of this process make; ``dial`` is :data:`voice.floor.floor.Dial`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._calls: dict[str, asyncio.Task[None]] = {}

    async def dial(self, agent: Agent, number: str, earlier: str = "") -> Message:
        """Begin a call and return at once: its id, and where the agent's browser connects its sound.

        ``earlier`` is the call that is called back: its hotline's number is what the customer sees.

        Raises:
            Refused: no line outwards, no telephone number, or the agent has a call.
        """
        plain = number.replace("-", "").replace(" ", "")
        if not _NUMBER.fullmatch(plain):
            raise Refused(WRONG_NUMBER)
        services, tools = self._services, self._services.floor.tools
        uri, board = tools.routing.trunk.to(plain), tools.board
        hotline = await self._hotline(earlier)
        call_id, offer_id = f"c-{secrets.token_hex(8)}", f"o-{secrets.token_hex(8)}"
        claimed = await board.edit(
            agent.agent_id, lambda one: dial_out(one, call_id, offer_id, board.process, board.now)
        )
        facts = CallFacts(call_id, plain, "", hotline.number, hotline.profile.name)
        call = OutboundCall(services, facts, hotline, Offered(claimed, offer_id, asyncio.Event()), uri, earlier)
        try:
            await call.begin()
        except (LedgerUnavailable, *AWAY):
            await services.floor.tools.line.settle(agent.agent_id, offer_id, passed)
            raise
        self._calls[call_id] = asyncio.create_task(call.run(), name=call_id)
        self._calls[call_id].add_done_callback(lambda done: self._ended(call_id, done))
        return {"call_id": call_id, **({"media": call.media} if call.media else {})}

    async def close(self) -> None:
        """Hang up what still runs."""
        for task in list(self._calls.values()):
            task.cancel()
        await asyncio.gather(*self._calls.values(), return_exceptions=True)

    async def _hotline(self, earlier: str) -> Hotline:
        hotlines = self._services.hotlines
        if not earlier:
            return hotlines.default
        events = [stored.event for stored in await self._services.ledger.read(earlier)]
        called = next((str(e.data.get("called") or "") for e in events if e.type == "call.started"), "")
        return hotlines.choose(called)

    def _ended(self, call_id: str, task: asyncio.Task[None]) -> None:
        self._calls.pop(call_id, None)
        if not task.cancelled() and task.exception() is not None:
            logger.error("a call that an agent made failed", exc_info=task.exception())
