"""Where the delivery photo of a parcel comes from: the courier's platform, or 快递100 where the account allows."""

from __future__ import annotations

from logistics_client.carriers.kuaidi100_orders import Kuaidi100Orders
from logistics_client.errors import LogisticsError
from logistics_client.http_client import HttpCarrier
from logistics_client.links.page import DeliveryPhoto
from logistics_client.numbers import candidates


async def no_photo(_: str) -> bytes | None:
    """Know no photo: the carrier hands none out."""
    return None


def platform_photos(platform: HttpCarrier) -> DeliveryPhoto:
    """Look photos up at the courier's own platform."""

    async def look(waybill: str) -> bytes | None:
        try:
            return await platform.delivery_photo(waybill)
        except LogisticsError:
            return None

    return look


def kuaidi100_photos(orders: Kuaidi100Orders) -> DeliveryPhoto:
    """Look photos (底单) up at 快递100."""

    async def look(waybill: str) -> bytes | None:
        likely = candidates(waybill)
        if not likely:
            return None
        try:
            return await orders.photo(await orders.photo_url(waybill, likely[0].carrier))
        except LogisticsError:
            return None

    return look
