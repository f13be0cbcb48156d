"""Links by SMS: a page on the caller's own phone for photos, a new address, or the delivery photo."""

from logistics_client.links.evidence import Evidence, EvidenceVault, PhotoRefusedError
from logistics_client.links.model import Link, LinkState, Purpose, Step, Use, next_step
from logistics_client.links.page import link_router
from logistics_client.links.service import LinkEvent, Links
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
    "LinkState",
    "LinkStore",
    "Links",
    "PhotoRefusedError",
    "Purpose",
    "SmsGateway",
    "Step",
    "TokenSigner",
    "Use",
    "link_router",
    "next_step",
]
