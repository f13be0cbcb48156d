"""Delivery photos of the sandbox: a drawn door with a parcel before it, the same one whenever it is asked for."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime

from PIL import Image, ImageDraw

_SIZE = (960, 1280)
_WALLS = ((214, 208, 196), (198, 205, 210), (221, 214, 201))
_DOORS = ((110, 62, 41), (74, 82, 92), (134, 98, 60))


def delivery_photo(waybill: str, taken_at: datetime) -> bytes:
    """Draw the photo of one delivery as a JPEG.

    Args:
        waybill: chooses door and wall; its tail stands on the parcel.
        taken_at: when the courier took it; stands in the corner, as couriers' apps print it.
    """
    seed = hashlib.sha256(waybill.encode()).digest()
    image = Image.new("RGB", _SIZE, _WALLS[seed[0] % len(_WALLS)])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 1060, *_SIZE), fill=(120, 114, 108))
    left = 180 + seed[1] % 160
    draw.rectangle((left, 180, left + 420, 1060), fill=_DOORS[seed[2] % len(_DOORS)], outline=(40, 30, 24), width=8)
    draw.ellipse((left + 350, 620, left + 390, 660), fill=(212, 175, 55))
    _parcel(draw, left + 40 + seed[3] % 120, waybill[-4:])
    draw.text((24, 1228), taken_at.strftime("%Y-%m-%d %H:%M"), fill=(255, 255, 255), font_size=36)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def _parcel(draw: ImageDraw.ImageDraw, left: int, tail: str) -> None:
    draw.rectangle((left, 900, left + 300, 1110), fill=(196, 154, 108), outline=(120, 90, 60), width=4)
    draw.rectangle((left + 130, 900, left + 170, 1110), fill=(222, 196, 150))
    draw.rectangle((left + 30, 950, left + 270, 1050), fill=(250, 250, 250))
    draw.text((left + 60, 965), f"YQ ...{tail}", fill=(20, 20, 20), font_size=40)
