"""Bar charts with intervals and line charts, drawn with pillow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


COLOURS = ("#5b8def", "#d9604c", "#3f9e6b", "#b07fd0", "#c99a2e", "#5aa9b5")
HEIGHT, MARGIN = 420, 60


def line_chart(path: Path, title: str, curves: Mapping[str, Sequence[tuple[float, float]]], goal: float = 0.0) -> None:
    """Draw named curves of (x, y) over even steps of x, a dashed ``goal`` where there is one; save as PNG."""
    steps = sorted({x for points in curves.values() for x, _ in points})
    if not steps:
        return
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(14)
    draw.text((MARGIN, 14), title, "black", font)
    top = 1.1 * max([goal, *(y for points in curves.values() for _, y in points)]) or 1.0
    right, bottom = WIDTH - 160, HEIGHT - MARGIN

    def place(x: float, y: float) -> tuple[float, float]:
        return MARGIN + (right - MARGIN) * steps.index(x) / max(1, len(steps) - 1), bottom - (bottom - 50) * y / top

    draw.line((MARGIN, 50, MARGIN, bottom, right, bottom), "#1b2a49", 1)
    for x in steps:
        draw.text((place(x, 0)[0], bottom + 8), f"{x:g}", "black", font, anchor="mt")
    for share in (0.25, 0.5, 0.75, 1.0):
        draw.text((MARGIN - 8, bottom - (bottom - 50) * share), f"{top * share:.3g}", "black", font, anchor="rm")
    if goal:
        for x in range(MARGIN, right, 12):
            draw.line((x, place(steps[0], goal)[1], x + 6, place(steps[0], goal)[1]), "#888888", 1)
    for number, (name, points) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        draw.line([place(x, y) for x, y in points], colour, 2)
        draw.text((right + 12, 60 + 22 * number), name, colour, font)
    image.save(path)
