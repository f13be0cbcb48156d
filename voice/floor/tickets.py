"""One-time tickets by which a softphone's sound finds the call that rings it."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from telephony.ports import SipCall

TICKET_S = 60.0


@dataclass(slots=True)
class _Ticket:
    call_id: str
    expires: float
    leg: asyncio.Future[SipCall]


class Tickets:
    """The softphones that are expected; ``monotonic`` is the clock."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._open: dict[str, _Ticket] = {}

    def issue(self, call_id: str) -> tuple[str, asyncio.Future[SipCall]]:
        """Expect a softphone; returns the ticket for its page and the leg that will come."""
        now = self._monotonic()
        self._open = {key: ticket for key, ticket in self._open.items() if ticket.expires > now}
        key = secrets.token_urlsafe(24)
        leg: asyncio.Future[SipCall] = asyncio.get_running_loop().create_future()
        self._open[key] = _Ticket(call_id, now + TICKET_S, leg)
        return key, leg

    def redeem(self, call_id: str, key: str) -> asyncio.Future[SipCall]:
        """Use a ticket up; the caller of this puts the leg into the future.

        Raises:
            PermissionError: the ticket is unknown, used, expired, or for another call.
        """
        found = next((known for known in self._open if hmac.compare_digest(known.encode(), key.encode())), None)
        ticket = self._open.get(found) if found is not None else None
        if found is None or ticket is None or ticket.call_id != call_id or ticket.expires <= self._monotonic():
            raise PermissionError("接入凭证无效或已过期，请等待下一次来电。")
        del self._open[found]
        if ticket.leg.done():
            raise PermissionError("这次来电已经结束。")
        return ticket.leg

    def withdraw(self, key: str) -> None:
        """Expect it no longer."""
        ticket = self._open.pop(key, None)
        if ticket is not None:
            ticket.leg.cancel()
