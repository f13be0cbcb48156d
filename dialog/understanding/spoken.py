"""Made-up numbers, times and amounts as callers say them, for the slots that no file can list."""

from __future__ import annotations

import random
from collections.abc import Callable

HANZI = "零一二三四五六七八九"


def digits(rng: random.Random, low: int, high: int) -> str:
    """A run of spoken digits; one is mostly 幺."""
    one = "幺" if rng.random() < 0.8 else "一"
    return "".join(one if char == "一" else char for char in rng.choices(HANZI, k=rng.randint(low, high)))


def count(rng: random.Random) -> str:
    """A quantity from one to ninety-nine."""
    number = rng.randint(1, 99)
    tens, ones = divmod(number, 10)
    if number == 2:
        return "两"
    if not tens:
        return HANZI[ones]
    return ("" if tens == 1 else HANZI[tens]) + "十" + (HANZI[ones] if ones else "")


def waybill(rng: random.Random) -> str:
    """A waybill, with or without its letters."""
    letters = rng.choice(["", "", "", "S F", "Y T", "J T", "J D"])
    return letters + digits(rng, 12, 14)


def phone(rng: random.Random) -> str:
    """A mobile number."""
    return "幺" + rng.choice("三五七八九") + digits(rng, 9, 9)


def amount(rng: random.Random) -> str:
    """A sum of money."""
    unit = rng.choice(["块", "块钱", "元"])
    return rng.choice(
        [f"{count(rng)}{unit}", f"{HANZI[rng.randint(1, 9)]}百{unit}", f"{HANZI[rng.randint(1, 9)]}千{unit}"]
    )


def clock(rng: random.Random) -> str:
    """An hour of the day."""
    hour = rng.choice(["一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"])
    return f"{hour}点{rng.choice(['', '', '', '半', '钟'])}"


def date(rng: random.Random) -> str:
    """A day of the month."""
    return f"{rng.choice(['', count_month(rng)])}{count_day(rng)}{rng.choice('号日')}"


def count_month(rng: random.Random) -> str:
    """A month."""
    return rng.choice("一二三四五六七八九十") + "月"


def count_day(rng: random.Random) -> str:
    """A day number."""
    day = rng.randint(1, 31)
    tens, ones = divmod(day, 10)
    return ["", "十", "二十", "三十"][tens] + (HANZI[ones] if ones else "")


def span(rng: random.Random) -> str:
    """A time window."""
    return f"{rng.choice(['上午', '下午', '晚上', ''])}{clock(rng)}到{clock(rng)}"


MADE: dict[str, Callable[[random.Random], str]] = {
    "waybill": waybill,
    "phone": phone,
    "tail4": lambda rng: digits(rng, 4, 4),
    "code": lambda rng: digits(rng, 4, 8),
    "order": lambda rng: digits(rng, 15, 19),
    "digits": lambda rng: digits(rng, 2, 8),
    "amount": amount,
    "date": date,
    "clock": clock,
    "span": span,
    "count": count,
}
"""Makers by slot name."""
