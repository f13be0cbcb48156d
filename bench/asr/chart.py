"""A horizontal bar chart with intervals, drawn with pillow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, ROW, LEFT, TOP = 980, 30, 330, 48


def bar_chart(path: Path, title: str, bars: Sequence[tuple[str, float, float, float]]) -> None:
    """Draw (name, value, low, high) bars and save them as PNG."""
    image = Image.new("RGB", (WIDTH, TOP + ROW * len(bars) + 16), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(14)
    draw.text((LEFT, 14), title, "black", font)
    scale = (WIDTH - LEFT - 80) / max([1.0, *(high for _, _, _, high in bars)])
    for number, (name, value, low, high) in enumerate(bars):
        middle = TOP + ROW * number + ROW // 2
        draw.text((LEFT - 10, middle), name, "black", font, anchor="rm")
        draw.rectangle((LEFT, middle - 9, LEFT + value * scale, middle + 9), "#5b8def")
        draw.line((LEFT + low * scale, middle, LEFT + high * scale, middle), "#1b2a49", 2)
        draw.text((LEFT + high * scale + 8, middle), f"{value:.1f}", "black", font, anchor="lm")
    image.save(path)
