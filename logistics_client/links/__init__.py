"""Links by SMS: a page on the caller's own phone for photos, a new address, or the delivery photo."""

from logistics_client.links.assembly import LinkPlan, open_links
from logistics_client.links.evidence import Evidence, EvidenceVault, PhotoRefusedError
from logistics_client.links.model import Link, LinkState, Purpose, Step, Use, next_step
from logistics_client.links.on_orders import OrderOutcomes, ParcelLinks
from logistics_client.links.page import link_router
from logistics_client.links.service import LinkEvent, LinkOutcomes, Links, Site
from logistics_client.links.sms import FileOutbox, HttpSmsGateway, SmsGateway
from logistics_client.links.store import LinkStore
from logistics_client.links.token import TokenSigner

__all__ = [
    "Evidence",
    "EvidenceVault",
    "FileOutbox",
    "HttpSmsGateway",
    "Link",
    "LinkEvent",
    "LinkOutcomes",
    "LinkPlan",
    "LinkState",
    "LinkStore",
    "Links",
    "OrderOutcomes",
    "ParcelLinks",
    "PhotoRefusedError",
    "Purpose",
    "Site",
    "SmsGateway",
    "Step",
    "TokenSigner",
    "Use",
    "link_router",
    "next_step",
    "open_links",
]
