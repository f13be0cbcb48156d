"""The room's HTTP interface under ``/api/v1``: work orders, bulletins, and our own order table.

Who may ask is decided elsewhere: every factory takes ``require(*roles)``, which gives the FastAPI dependency that
returns the signed-in person or program (session cookie or API key).
"""

from logistics_client.web.bulletins import bulletin_router
from logistics_client.web.orders import order_router
from logistics_client.web.people import Person, Require
from logistics_client.web.work_orders import work_order_router

__all__ = ["Person", "Require", "bulletin_router", "order_router", "work_order_router"]
