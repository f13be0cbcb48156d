"""The domain words that every room shares (see ``docs/glossary.md``); values only, no I/O."""

from logistics_client.vocabulary.codes import CodeCheck
from logistics_client.vocabulary.orders import ORDER_NAMES, OrderKind, OrderStatus, Promise, WorkOrder
from logistics_client.vocabulary.parcels import (
    Bulletin,
    Courier,
    Outlet,
    Parcel,
    PickupPlace,
    RouteLeg,
    Stage,
    TraceEvent,
)
from logistics_client.vocabulary.people import CallerClass, CallerProfile, Party

__all__ = [
    "ORDER_NAMES",
    "Bulletin",
    "CallerClass",
    "CallerProfile",
    "CodeCheck",
    "Courier",
    "OrderKind",
    "OrderStatus",
    "Outlet",
    "Parcel",
    "Party",
    "PickupPlace",
    "Promise",
    "RouteLeg",
    "Stage",
    "TraceEvent",
    "WorkOrder",
]
