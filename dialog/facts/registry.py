"""All facts by name, gathered from the modules that read them."""

from __future__ import annotations

from dialog.facts.kind import FactKind
from dialog.facts.of_call import CALL_FACTS
from dialog.facts.of_order import ORDER_FACTS
from dialog.facts.of_parcel import PARCEL_FACTS

FACTS: dict[str, FactKind] = {fact.name: fact for fact in (*CALL_FACTS, *PARCEL_FACTS, *ORDER_FACTS)}

__all__ = ["FACTS", "FactKind"]
