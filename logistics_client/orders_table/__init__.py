"""Orders by phone: whose parcel it is, before any carrier is asked."""

from logistics_client.orders_table.records import NumberKnown, OrderRef, Role
from logistics_client.orders_table.table import OrdersTable

__all__ = ["NumberKnown", "OrderRef", "OrdersTable", "Role"]
