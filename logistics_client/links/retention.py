"""``config/retention.yaml``: how long links and photos are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from logistics_client.config_lines import read_entries
from logistics_client.links.model import LIFE


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept after they came."""

    links: timedelta = timedelta(days=90)
    photos: timedelta = timedelta(days=180)


def read_retention(path: Path) -> Retention:
    """Read the section ``parcels``; other sections belong to other rooms, and without a file the defaults hold.

    Raises:
        ConfigLineError: what is wrong, with file and line.
    """
    if not path.exists():
        return Retention()
    section = dict(read_entries(path).pairs()).get("parcels")
    if section is None:
        return Retention()
    found = section.fields("links", "photos")
    usual = Retention()
    links = found["links"].span() if "links" in found else usual.links
    photos = found["photos"].span() if "photos" in found else usual.photos
    if links <= LIFE:
        found["links"].fail("links are deleted while they still work; keep them for more than 72 hours")
    if photos < links:
        found.get("photos", section).fail("photos are deleted before their links; keep them at least as long")
    return Retention(links, photos)
