"""The one door of the room: what a running call asks about parcels and orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from logistics_client.vocabulary import Bulletin, CallerProfile, CodeCheck, OrderKind, Parcel, WorkOrder


class CarrierClient(Protocol):
    """A carrier, an aggregator or a courier's own platform."""

    name: str

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Return the parcel with its trace, oldest event first.

        Raises:
            LogisticsError: one of the named errors in ``logistics_client.errors``.
        """

    async def close(self) -> None:
        """Release connections."""


class Logistics(Protocol):
    """Everything a call may look up or start; every method honours its own deadline."""

    async def identify(self, number: str | None) -> CallerProfile:
        """Build the caller's profile from the calling number; never raises, degrades to what is known."""

    async def find(
        self,
        *,
        waybill: str | None = None,
        waybill_tail: str | None = None,
        phone: str | None = None,
        phone_tail: str | None = None,
        order_no: str | None = None,
        surname: str | None = None,
        district: str | None = None,
        number: str | None = None,
    ) -> tuple[Parcel, ...]:
        """Find parcels by what a caller can say; an empty tuple means no data.

        Raises:
            LogisticsError: carrier unavailable, needs phone tail, bad number ...
        """

    async def open_order(
        self,
        kind: OrderKind,
        parcel: Parcel | None,
        *,
        call_id: str,
        details: Mapping[str, str] | None = None,
    ) -> tuple[WorkOrder, bool]:
        """Open a work order, or return the running one of that kind; the flag says whether it is new."""

    async def bulletins(self) -> tuple[Bulletin, ...]:
        """Notices in force now, ours and the carrier's; at most 60 s old. Never raises."""

    async def orders_for(self, waybill: str) -> tuple[WorkOrder, ...]:
        """Work orders of a parcel, newest first."""

    async def send_link(self, purpose: str, parcel: Parcel, *, phone: str, call_id: str) -> bool:
        """Send a signed short link by SMS to the order's own phone; True only on the gateway's receipt.

        ``phone`` is the calling number when it may stand in for an order's phone that nobody knows, else empty.
        """

    async def send_number_link(self, phone: str, *, call_id: str) -> bool:
        """Text the calling mobile phone a page to type a waybill on; True only on the gateway's receipt.

        What is typed there comes as ``link.used`` of that call, with the purpose ``number``.
        """

    async def send_code(self, purpose: OrderKind, parcel: Parcel, *, phone: str, call_id: str) -> str | None:
        """Text a one-time code to the order's own phone, which allows one order of this kind.

        Returns:
            The last four digits of that phone on the gateway's receipt, else None; ``phone`` as in ``send_link``.
        """

    async def check_code(self, purpose: OrderKind, parcel: Parcel, said: str) -> CodeCheck:
        """Tell whether these are the digits that were texted last.

        Raises:
            LogisticsError: nobody can tell now.
        """

    async def remember(self, number: str, parcel: Parcel) -> None:
        """Bind a calling number to a parcel that the caller proved to know.

        Raises:
            LogisticsError: it was not stored.
        """

    async def close(self) -> None:
        """Release connections and stop background delivery."""
