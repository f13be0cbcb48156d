"""What happened on every call: a durable append-only table, and its delivery to readers."""

from ledger.events import EVENT_TYPES, Event, StoredEvent
from ledger.store import Ledger, LedgerUnavailable

__all__ = ["EVENT_TYPES", "Event", "Ledger", "LedgerUnavailable", "StoredEvent"]
