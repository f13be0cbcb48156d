"""What the sandbox carrier knows, by phone, waybill or any word a caller can say."""

from __future__ import annotations

from datetime import datetime

from logistics_client.bulletin_match import in_force
from logistics_client.clock import Clock, in_china
from logistics_client.sandbox import world
from logistics_client.sandbox.callers import STORIES, mothers_parcel, storm_bulletin
from logistics_client.sandbox.store import Store
from logistics_client.sandbox.story import Consignment, Story
from logistics_client.urgency import most_urgent_first
from logistics_client.vocabulary import Bulletin, CallerClass, Parcel, WorkOrder
from logistics_client.wire import SearchQuery


class Directory:
    """Contract callers, the seeded world and the store behind one set of questions.

    Args:
        store: received orders and published notices.
        clock: the moment at which every question is answered.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._stories: dict[str, tuple[datetime, Story]] = {}

    def now(self) -> datetime:
        """Return the present moment on the wall clock of China."""
        return in_china(self._clock())

    def story(self, phone: str) -> Story:
        """Return everything about one phone number; unknown numbers have an empty story."""
        number = phone.removeprefix("+86")
        second = self.now().replace(microsecond=0)
        known = self._stories.get(number)
        if known is not None and known[0] == second:
            return known[1]
        if number in STORIES:
            story = STORIES[number](self.now())
            self._stories[number] = (second, story)  # sixteen numbers at most, so the memory is bounded
            return story
        found = world.by_phone(number, self.now())
        if not found:
            return Story(CallerClass.UNKNOWN)
        return Story(CallerClass.RECEIVER, surname=found[0].parcel.receiver_surname, consignments=found)

    def parcels(self, story: Story, limit: int) -> tuple[Parcel, ...]:
        """Return the story's parcels, the most urgent first, at most ``limit``."""
        parcels = (consignment.parcel for consignment in story.consignments)
        return most_urgent_first(parcels, self.now(), story.bulletins)[:limit]

    def consignment(self, waybill: str) -> Consignment | None:
        """Return one parcel with the people of its order."""
        known = self._contract_waybills().get(waybill)
        if known is not None:
            return known
        return world.by_waybill(waybill, self.now())

    def search(self, query: SearchQuery) -> tuple[Consignment, ...]:
        """Return the parcels that fit everything that was said; nothing said fits nothing."""
        if query.phone is not None:
            candidates = self.story(query.phone).consignments
        elif query.waybill_tail is not None:
            contract = (c for c in self._contract_waybills().values() if c.parcel.waybill.endswith(query.waybill_tail))
            candidates = (*contract, *world.by_waybill_tail(query.waybill_tail[-4:], self.now()))
        elif query.phone_tail is not None:
            contract = (c for c in self._contract_waybills().values() if c.receiver_tail == query.phone_tail)
            candidates = (*contract, *self._world_tail(query.phone_tail))
        elif query.order_no is not None:
            candidates = tuple(self._contract_waybills().values())
        else:
            return ()
        return tuple(consignment for consignment in candidates if _fits(consignment, query))

    def orders(self, parcels: tuple[Parcel, ...], story: Story) -> tuple[WorkOrder, ...]:
        """Return running and answered orders of these parcels."""
        received = [order for parcel in parcels for order in self._store.orders_of(parcel.waybill, self.now())]
        shown = {parcel.waybill for parcel in parcels}
        return (*(order for order in story.orders if order.waybill in shown), *received)

    def orders_of(self, consignment: Consignment) -> tuple[WorkOrder, ...]:
        """Return the orders of one parcel."""
        return self.orders((consignment.parcel,), self.story(consignment.receiver_phone))

    def bulletins(self) -> tuple[Bulletin, ...]:
        """Return the notices in force, the contract's storm included."""
        now = self.now()
        published = (doc.to_domain() for doc in self._store.bulletins())
        return tuple(notice for notice in (storm_bulletin(now), *published) if in_force(notice, now))

    def _contract_waybills(self) -> dict[str, Consignment]:
        found = {c.parcel.waybill: c for phone in STORIES for c in self.story(phone).consignments}
        mother = mothers_parcel(self.now())
        return {**found, mother.parcel.waybill: mother}

    def _world_tail(self, tail: str) -> tuple[Consignment, ...]:
        return world.by_phone(world.customer_phone(int(tail)), self.now())


def _fits(consignment: Consignment, query: SearchQuery) -> bool:
    parcel = consignment.parcel
    return all(
        (
            query.waybill_tail is None or parcel.waybill.endswith(query.waybill_tail),
            query.phone_tail is None or consignment.receiver_tail == query.phone_tail,
            query.order_no is None or parcel.order_no == query.order_no,
            query.surname is None or (consignment.receiver_name or "").startswith(query.surname),
            query.district is None or query.district in (parcel.dest_district or ""),
        )
    )
