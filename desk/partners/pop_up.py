"""URL pop: the page of another system that opens in the agent's browser when a call rings."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from desk.auth.roles import Account
from desk.calls.book import CallBook, caller_number
from desk.calls.masking import masked
from desk.errors import NotFound
from desk.partners.settings import FIELDS, PartnerSettings
from ledger import LedgerUnavailable


class PopUp:
    """Fills the address of a hotline's template for one offer."""

    def __init__(self, settings: PartnerSettings, book: CallBook) -> None:
        self._settings = settings
        self._book = book

    async def url(self, offer: Mapping[str, object], account: Account) -> str | None:
        """Return the address, every value URL-encoded; None when the hotline has none or the call is not known."""
        hotline = str(offer.get("hotline") or "")
        template = self._settings.pop_urls.get(hotline, self._settings.pop_urls.get("*"))
        if not template:
            return None
        try:
            number = caller_number(await self._book.events(str(offer.get("call_id") or "")))
        except (NotFound, LedgerUnavailable):
            return None  # the card is shown all the same
        card = offer.get("card")
        card = card if isinstance(card, Mapping) else {}
        values = {
            "caller": masked(number) if number else "",
            "number": number,
            "call_id": offer.get("call_id"),
            "called": offer.get("called"),
            "hotline": hotline,
            "waybill": card.get("waybill"),
            "intent": card.get("intent"),
            "agent": account.name,
        }
        return filled(template, values)


def filled(template: str, values: Mapping[str, object]) -> str:
    """Put values into a template; one that looks like another field stays what it is."""
    parts = template.split("{")
    found = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        assert name in FIELDS  # checked when the settings were read
        found.append(quote(str(values.get(name) or ""), safe="") + rest)
    return "".join(found)
