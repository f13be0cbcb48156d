"""Sending links, noting what becomes of them, and taking what callers hand in."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from logistics_client.clock import Clock, system_clock
from logistics_client.errors import BadReplyError, LogisticsError
from logistics_client.links.evidence import EvidenceVault, PhotoRefusedError
from logistics_client.links.model import LIFE, UNOPENED, Link, Purpose, Step, Use, next_step
from logistics_client.links.retention import Retention
from logistics_client.links.sms import DeliveryReport, SmsGateway
from logistics_client.links.store import LinkStore, new_use_id
from logistics_client.links.token import TokenSigner
from logistics_client.links.wording import message

logger = logging.getLogger(__name__)

MAX_PHOTOS = 9
# A new address or a stop is taken once: a second one would be a second order, and needs a second call.
ONLY_ONCE = frozenset({Purpose.ADDRESS, Purpose.INTERCEPT})


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """Something that happened to a link: ``link.sent``, ``link.delivered``, ``link.opened`` or ``link.used``."""

    name: str
    link: Link
    at: datetime


class LinkOutcomes(Protocol):
    """Who has to know; implemented where ledger and work orders are."""

    async def happened(self, event: LinkEvent) -> None:
        """Note an event in the ledger."""

    async def handed_in(self, use: Use) -> None:
        """Put photos or fields on the work order; may come twice with the same ``use_id``.

        Raises:
            LogisticsError: not stored; it comes again.
        """

    async def wants_call(self, link: Link) -> None:
        """Arrange a call: the link was texted twice and never opened; may come twice.

        Raises:
            LogisticsError: not arranged; it comes again.
        """


@dataclass(frozen=True, slots=True)
class Site:
    """How links look: public address of the hotline, and the brand that signs the texts."""

    public_url: str
    brand: str


class Links:
    """The links of the hotline.

    Args:
        store: the tables.
        vault: the photos.
        sms: the gateway.
        signer: the tokens.
        site: public address and brand.
        outcomes: who has to know.
        clock: our clock.
    """

    def __init__(
        self,
        store: LinkStore,
        vault: EvidenceVault,
        sms: SmsGateway,
        signer: TokenSigner,
        site: Site,
        outcomes: LinkOutcomes,
        *,
        clock: Clock = system_clock,
    ) -> None:
        self.store = store
        self.vault = vault
        self._sms = sms
        self._signer = signer
        self._site = site
        self._outcomes = outcomes
        self._clock = clock

    async def send(
        self,
        purpose: Purpose,
        waybill: str,
        *,
        phone: str,
        call_id: str,
        order_id: str | None = None,
        lines: Sequence[str] = (),
    ) -> Link:
        """Make a link and text it; returning is the gateway's receipt.

        Args:
            purpose: what the page is for.
            waybill: the parcel.
            phone: the order's own number, never one that was only said.
            call_id: the call.
            order_id: the work order that photos and fields belong to, when there is one.
            lines: what a list shows.

        Raises:
            LogisticsError: no receipt, so nobody may say that a text was sent.
        """
        now = self._clock()
        link = Link(
            link_id=self._signer.new_id(),
            purpose=purpose,
            waybill=waybill,
            phone=phone,
            call_id=call_id,
            created_at=now,
            expires_at=now + LIFE,
            order_id=order_id,
            lines=tuple(lines),
        )
        await self.store.add(link)
        await self._text(link)
        return link

    async def visit(self, token: str) -> Link | None:
        """Return the link of a token that is ours and not expired; the first visit is the event ``link.opened``."""
        link = await self.find(token)
        if link is not None and link.opened_at is None:
            await self._mark(link, "opened_at", "link.opened")
        return link

    async def find(self, token: str) -> Link | None:
        """Return the link of a token that is ours and not expired, without noting anything."""
        link_id = self._signer.link_id(token)
        link = await self.store.get(link_id) if link_id is not None else None
        return link if link is not None and link.is_open_to(self._clock()) else None

    async def text(self, phone: str, words: str, message_id: str) -> None:
        """Send a text without a link; returning is the gateway's receipt.

        Raises:
            LogisticsError: no receipt.
        """
        await self._sms.send(phone, words, message_id=message_id)

    async def take_photos(self, link: Link, photos: Sequence[bytes]) -> None:
        """Seal photos and put them on the work order.

        Raises:
            PhotoRefusedError: one of them is none; the others are on the work order all the same.
        """
        sealed: list[str] = []
        refused: PhotoRefusedError | None = None
        for data in photos:
            try:
                evidence = await self.vault.seal(data, waybill=link.waybill, now=self._clock())
            except PhotoRefusedError as error:
                refused = error
                continue
            await self.store.add_evidence(link.link_id, evidence)
            sealed.append(evidence.sha256)
        if sealed:
            await self._take(Use(new_use_id(), link, self._clock(), photos=tuple(sealed)), once=False)
        if refused is not None:
            raise refused

    async def take_fields(self, link: Link, fields: dict[str, str]) -> bool:
        """Put a form on the work order; False when this link had brought its one form already."""
        use = Use(new_use_id(), link, self._clock(), fields=fields)
        return await self._take(use, once=link.purpose in ONLY_ONCE)

    async def seen(self, link: Link) -> None:
        """Note that what the link shows (delivery photo, list) was really shown."""
        await self._mark(link, "used_at", "link.used")

    async def report(self, report: DeliveryReport) -> None:
        """Note the gateway's word about a text.

        Raises:
            BadReplyError: about no text of ours.
        """
        link = await self.store.get(report.message_id.partition(".")[0])
        if link is None:
            raise BadReplyError("the delivery report is about no message of ours", carrier="sms")
        if report.delivered:
            await self._mark(link, "delivered_at", "link.delivered")

    async def tick(self) -> None:
        """Do what is due: text once more, ask for a call, hand over what did not reach its work order yet."""
        now = self._clock()
        for link in await self.store.unopened(now - UNOPENED, now):
            match next_step(link, now):
                case Step.RESEND:
                    await self._again(link)
                case Step.CALL:
                    await self._call(link, now)
        for use in await self.store.not_handed_over():
            await self._hand_over(use)

    async def purge(self, retention: Retention) -> None:
        """Delete what is older than it may be."""
        now = self._clock()
        while await self.store.purge_links(now - retention.links):
            pass
        while hashes := await self.store.purge_evidence(now - retention.photos):
            for sha256 in hashes:
                await self.vault.forget(sha256)
        logger.info("old links and photos deleted")

    async def close(self) -> None:
        """Release the gateway's connections."""
        await self._sms.close()

    async def _text(self, link: Link) -> None:
        if not await self.store.claim_send(link.link_id, link.sends):
            return  # another process is sending this text
        url = f"{self._site.public_url.rstrip('/')}/u/{self._signer.token(link.link_id)}"
        text = message(self._site.brand, link.purpose, link.waybill, url)
        await self._sms.send(link.phone, text, message_id=f"{link.link_id}.{link.sends + 1}")
        now = self._clock()
        await self.store.note_sent(link.link_id, now)
        await self._tell(LinkEvent("link.sent", link, now))

    async def _again(self, link: Link) -> None:
        try:
            await self._text(link)
        except LogisticsError as error:
            # The text counts as tried: the next tick asks for a call.
            logger.warning("link not sent again", extra={"call_id": link.call_id, "error": type(error).__name__})

    async def _call(self, link: Link, now: datetime) -> None:
        try:
            await self._outcomes.wants_call(link)
        except LogisticsError as error:
            logger.warning("call not arranged yet", extra={"call_id": link.call_id, "error": type(error).__name__})
            return
        await self.store.mark(link.link_id, "call_wanted_at", now)

    async def _take(self, use: Use, *, once: bool) -> bool:
        if not await self.store.add_use(use, once=once):
            return False
        # A typed number is told by whoever takes it, with the number, and each time.
        if use.link.used_at is None and use.link.purpose is not Purpose.NUMBER:
            await self._tell(LinkEvent("link.used", use.link, use.at))
        await self._hand_over(use)
        return True

    async def _hand_over(self, use: Use) -> None:
        try:
            await self._outcomes.handed_in(use)
        except LogisticsError as error:
            logger.warning("hand-in waits for its order", extra={"use_id": use.use_id, "error": type(error).__name__})
            return
        await self.store.note_handed_over(use.use_id)

    async def _mark(self, link: Link, moment: str, event: str) -> None:
        now = self._clock()
        if await self.store.mark(link.link_id, moment, now):
            await self._tell(LinkEvent(event, link, now))

    async def _tell(self, event: LinkEvent) -> None:
        try:
            await self._outcomes.happened(event)
        except LogisticsError as error:
            # The tables hold the truth; a ledger that is away must not close the page before the caller.
            logger.warning("link event not told", extra={"event": event.name, "error": type(error).__name__})
