"""Telephones, browsers and agents that behave at random; everything else in a run is the real thing."""

# ruff: noqa: D102 - the methods are those of the ports that these people stand in for

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.ports import AgentSeat, Message
from telephony.ports import CallerId, CallInfo, DialFailed

FRAME = b"\x10\x10" * 160


class Leg:
    """A person's leg that says one thing all the time; :class:`telephony.ports.SipCall`."""

    def __init__(self, number: str | None = None, *, talks: bool = True) -> None:
        self.info = CallInfo(
            "leg", CallerId(number, None, number is None, False), "95000", "G711", 8000, "udp", "inbound"
        )
        self.rate = 8000
        self.on_hold = False
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.digits: list[str] = []
        self._talks = talks

    async def answer(self) -> None:
        """Be up at once."""

    async def reject(self, cause: str = "rejected") -> None:
        self.leave(cause)

    async def hangup(self, cause: str = "local_hangup") -> None:
        self.leave(cause)

    async def send_dtmf(self, digits: str) -> None:
        self.digits += digits

    def on_dtmf(self, callback: Callable[[str], None]) -> None:
        """Keys are not pressed here."""

    def on_closed(self, callback: Callable[[str], None]) -> None:
        if self.closed.done():
            callback(self.closed.result())
        else:
            self.closed.add_done_callback(lambda future: callback(future.result()))

    def leave(self, cause: str = "remote_hangup") -> None:
        """Hang up."""
        if not self.closed.done():
            self.closed.set_result(cause)

    def read(self) -> bytes:
        return 10 * FRAME if self._talks else b""

    def write(self, pcm: bytes) -> int:
        return len(pcm)

    def queued(self) -> int:
        return 0

    def flush(self) -> None:
        """Nothing is ever queued."""


@dataclass
class Habits:
    """What people do, as probabilities; the rest accepts and talks."""

    decline: float = 0.1
    no_answer: float = 0.1
    busy: float = 0.05
    fail: float = 0.05
    page_dies: float = 0.04
    no_sound: float = 0.04
    leg_dies: float = 0.08
    caller_leaves: float = 0.15
    commands: tuple[str, ...] = (
        "hold",
        "resume",
        "mute",
        "unmute",
        "to_bot",
        "hangup",
        "transfer",
        "consult",
        "hand_on",
    )


@dataclass
class Telephones:
    """Desk telephones; :class:`telephony.ports.SipEndpoint` as far as a hand-over dials."""

    dice: random.Random
    habits: Habits
    legs: list[Leg] = field(default_factory=list)

    async def dial(
        self,
        uri: str,
        *,
        from_number: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
    ) -> Leg:
        dice, habits = self.dice, self.habits
        await asyncio.sleep(dice.uniform(0.0, 0.2))
        throw = dice.random()
        if throw < habits.busy:
            raise DialFailed(486, "busy")
        if (throw := throw - habits.busy) < habits.decline:
            await asyncio.sleep(dice.uniform(0.5, 6))
            raise DialFailed(603, "declined")
        if (throw := throw - habits.decline) < habits.fail:
            raise DialFailed(0, "unreachable")
        if throw - habits.fail < habits.no_answer:
            await asyncio.sleep(timeout)
            raise DialFailed(408, "no_answer")
        await asyncio.sleep(dice.uniform(0.5, timeout))
        leg = Leg()
        self.legs.append(leg)
        hang_up_after = dice.uniform(0.0, 40.0)
        cause = "media_timeout" if dice.random() < habits.leg_dies else "remote_hangup"
        asyncio.get_running_loop().call_later(hang_up_after, leg.leave, cause)
        return leg


class Browsers:
    """Where softphones connect; the SDP is the name of the agent."""

    def __init__(self) -> None:
        self.legs: dict[str, Leg] = {}

    async def softphone(self, sdp: str) -> tuple[Any, str]:
        leg = self.legs[sdp] = Leg()
        return leg, "answer"


class AgentPage:
    """One agent at a browser, for as long as the run lasts; a page that dies is opened again."""

    def __init__(
        self, floor: Any, browsers: Browsers, name: str, skills: tuple[str, ...], dice: random.Random, habits: Habits
    ):
        self.seat = AgentSeat(name, f"坐席{name}", skills)
        self._floor, self._browsers, self._dice, self._habits = floor, browsers, dice, habits
        self.seen: dict[str, float] = {}
        self.state = ""
        self._acts: set[asyncio.Task[None]] = set()
        self._working: set[str] = set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            with contextlib.suppress(ConnectionError, _PageDied):
                async with contextlib.aclosing(self._floor.attend(self.seat)) as told:
                    await self._read(told)
            await asyncio.sleep(self._dice.uniform(1, 8))

    async def _read(self, told: AsyncIterator[Message]) -> None:
        async for message in told:
            if message["type"] in ("hello", "state"):
                self.state = str(message["state"])
            if self.state == "busy":
                self._do(self._idle_again())
            calls: Any = message["calls"] if message["type"] == "hello" else [message]
            if message["type"] == "offer":
                self.seen[str(message["call_id"])] = asyncio.get_running_loop().time()
                if self._dice.random() < self._habits.page_dies:
                    raise _PageDied
                self._do(self._answer(message))
                continue
            for call in calls:  # a page that missed news is told again by a hello
                if call.get("phase") == "talking" and call["call_id"] not in self._working:
                    self._working.add(str(call["call_id"]))
                    self._do(self._work(str(call["call_id"])))

    async def _idle_again(self) -> None:
        await asyncio.sleep(self._dice.uniform(1, 20))
        await self._floor.tell(self.seat.agent_id, {"type": "state", "state": "idle"})

    async def _answer(self, offer: Mapping[str, Any]) -> None:
        dice, habits, me = self._dice, self._habits, self.seat.agent_id
        if dice.random() >= habits.no_sound:
            await asyncio.sleep(dice.uniform(0.1, 0.7))
            with contextlib.suppress(PermissionError):
                await self._floor.media_offer(str(offer["call_id"]), str(offer["media"]["ticket"]), me)
        await asyncio.sleep(dice.uniform(0.2, 10))
        throw = dice.random()
        if throw < habits.no_answer:
            return
        verb = "decline" if throw < habits.no_answer + habits.decline else "accept"
        await self._floor.tell(me, {"type": verb, "offer_id": offer["offer_id"]})

    async def _work(self, call_id: str) -> None:
        """Talk, press buttons, hang up; sometimes the browser dies."""
        dice, me = self._dice, self.seat.agent_id
        for _ in range(dice.randrange(3)):
            await asyncio.sleep(dice.uniform(0.2, 6))
            verb = dice.choice(self._habits.commands)
            target = dice.choice(["general", "complaint", "坐席a1", "nobody", "12345"])
            await self._floor.tell(me, {"type": verb, "call_id": call_id, "target": target})
        await asyncio.sleep(dice.uniform(0.5, 30))
        leg = self._browsers.legs.get(me)
        if dice.random() < self._habits.leg_dies and leg is not None:
            leg.leave("media_timeout")
        else:
            end = {"type": dice.choice(["hangup", "to_bot"]), "call_id": call_id}
            while (await self._floor.tell(me, end)).get("error") and self.state == "talking":  # noqa: ASYNC110
                await asyncio.sleep(2)
        self._working.discard(call_id)
        await asyncio.sleep(dice.uniform(0.1, 5))
        await self._floor.tell(me, {"type": "acw", "do": "finish"})

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)


class _PageDied(Exception):  # noqa: N818 - what happens
    pass
