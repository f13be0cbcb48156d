"""What a fact is read from: the parcel, the order and the call as they stand at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from dialog.identity import Item, Leave, Rights
from dialog.protocol import HotlineProfile, Staffing
from dialog.settings import Settings
from logistics_client.facts import ParcelFacts, derive
from logistics_client.vocabulary import Bulletin, CallerClass, CallerProfile, Parcel, WorkOrder

if TYPE_CHECKING:
    from dialog.engine.state import Queued


@dataclass(frozen=True)
class View:
    """Everything a sentence may be about; built anew for every sentence, never kept."""

    now: datetime
    hotline: HotlineProfile
    staffing: Staffing
    caller: CallerProfile
    caller_class: CallerClass  # towards this parcel
    rights: Rights
    settings: Settings
    parcel: Parcel | None = None
    order: WorkOrder | None = None
    parcels: tuple[Parcel, ...] = ()
    bulletins: tuple[Bulletin, ...] = ()
    memory: Mapping[str, str] = field(default_factory=dict)
    queued: Queued | None = None
    knowledge: str | None = None  # the answer of the knowledge entry that was found

    def leave(self, item: Item) -> Leave:
        """What the caller may do with an item of this parcel."""
        return self.rights.of(self.caller_class, item)

    @cached_property
    def derived(self) -> ParcelFacts | None:
        """Cause, waiting and next move of the parcel, each with its source."""
        return derive(self.parcel, self.now, self.bulletins) if self.parcel is not None else None
