"""Who may embed the desk, where webhooks may go, and what other desktops are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desk.http.cross_origin import check_origin


@dataclass(frozen=True, slots=True)
class PartnerSettings:
    """Settings of the doors to other desktops.

    Attributes:
        embed_origins: origins (``https://crm.example.com``) whose pages may hold ``/embed/desk`` in a frame.
        private_webhooks: whether webhooks may go to private addresses; for installations inside one network.
        pop_urls: template of the page that opens when a call rings, by hotline name (``*``: all others).
        pop_hosts: hosts that such a page may lie on.
    """

    embed_origins: tuple[str, ...] = ()
    private_webhooks: bool = False
    pop_urls: Mapping[str, str] = field(default_factory=dict)
    pop_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for origin in self.embed_origins:
            check_origin(origin)
        for hotline, template in self.pop_urls.items():
            check_template(template, self.pop_hosts, hotline)


FIELDS = ("caller", "number", "call_id", "waybill", "called", "hotline", "intent", "agent")
"""What a template may name; never the transcript. ``caller`` is masked, ``number`` is whole: the operator chooses."""


def check_template(template: str, hosts: tuple[str, ...], hotline: str) -> None:
    """Refuse what could lead an agent's browser anywhere else.

    Raises:
        ValueError: not https, a host outside the list, a field in the host, or an unknown field.
    """
    parts = urlsplit(template)
    if parts.scheme != "https" or parts.hostname not in hosts or "{" in parts.netloc or "@" in parts.netloc:
        raise ValueError(f"the pop-up address of {hotline} must be https and on one of the listed hosts")
    filled = template
    for name in FIELDS:
        filled = filled.replace("{" + name + "}", "")
    if "{" in filled or "}" in filled:
        raise ValueError(f"the pop-up address of {hotline} names an unknown field; known are {', '.join(FIELDS)}")
