"""A scripted conversation in virtual time: the real dialogue and the real parcels' room over the embedded carrier.

``hotline chat --script`` plays one this way; nothing waits, and the clock stands where the script puts it.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from dialog.engine import Dialogue
from dialog.protocol import (
    CheckCode,
    CodeChecked,
    CodeSent,
    LinkDone,
    LookUp,
    LookupDone,
    OpenOrder,
    OrderDone,
    SendCode,
    SendLink,
)
from dialog.scripts import TEXTED_CODE, Identify, Reply, Report, Request, Script, play
from logistics_client.assembly import Plan, open_logistics
from logistics_client.errors import LogisticsError
from logistics_client.ports import Logistics
from logistics_client.vocabulary import CodeCheck, Parcel


class Answers:
    """Answers a script's requests from a parcels' room; links and codes are taken for sent, nobody gets a text."""

    def __init__(self, logistics: Logistics, number: str | None) -> None:
        self._logistics, self._number = logistics, number
        self._parcels: dict[str, Parcel] = {}

    async def reply(self, request: Request, now: datetime) -> Reply:
        """The answer to one request; None for those that have none."""
        match request:
            case Identify(number=number):
                profile = await self._logistics.identify(number)
                self._learn(profile.parcels)
                return profile
            case LookUp():
                return await self._look_up(request, now)
            case OpenOrder(request_id=request_id, kind=kind, waybill=waybill, details=details):
                parcel = self._parcels.get(waybill or "")
                order, new = await self._logistics.open_order(kind, parcel, call_id="script", details=details)
                return OrderDone(now, request_id, order, new)
            case SendLink(request_id=request_id):
                return LinkDone(now, request_id, True)
            case SendCode(request_id=request_id, waybill=waybill):
                return CodeSent(now, request_id, self._parcels[waybill].receiver_phone_tail)
            case CheckCode(request_id=request_id, said=said):
                return CodeChecked(now, request_id, CodeCheck.RIGHT if said == TEXTED_CODE else CodeCheck.WRONG)
            case _:
                return None

    def _learn(self, parcels: tuple[Parcel, ...]) -> None:
        self._parcels.update({parcel.waybill: parcel for parcel in parcels})

    async def _look_up(self, request: LookUp, now: datetime) -> LookupDone:
        try:
            parcels = await self._logistics.find(
                waybill=request.waybill,
                waybill_tail=request.waybill_tail,
                phone=request.phone,
                phone_tail=request.phone_tail,
                order_no=request.order_no,
                number=self._number,
            )
        except LogisticsError as error:
            return LookupDone(now, request.request_id, (), type(error).__name__)
        self._learn(parcels)
        return LookupDone(now, request.request_id, parcels)


async def rehearse(dialogue: Dialogue, script: Script, *, data_dir: Path, promises: Path) -> Report:
    """Play a script against an embedded carrier of its own.

    Args:
        dialogue: the dialogue.
        script: the conversation.
        data_dir: an empty folder for the carrier and the work orders.
        promises: the promise clocks.
    """
    now = script.at
    async with AsyncExitStack() as stack:
        plan = Plan(data_dir=data_dir, promises=promises)
        logistics = await stack.enter_async_context(open_logistics(plan, clock=lambda: now))
        answers, player = Answers(logistics, script.number), play(dialogue, script)
        reply: Reply = None
        while True:
            try:
                request = player.send(reply)
            except StopIteration as done:
                report: Report = done.value
                return report
            now = request.at if isinstance(request, Identify) else now
            reply = await answers.reply(request, now)
