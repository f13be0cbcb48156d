"""Numbers, dates, times and names the way callers say them.

Every function takes the random source and returns spoken text; ``，`` is a breath. Digit strings use every
habit heard on a courier line: 幺 or 一 for 1, 零 or 洞 for 0, 拐 for 7, ``四个八``, ``双六``, groups with pauses.
"""

from __future__ import annotations

import random
from collections.abc import Callable

PLAIN = "零一二三四五六七八九"
FILLERS = ("嗯", "呃", "那个", "然后", "啊", "再就是")


def say_digits(digits: str, rng: random.Random, *, groups: bool = True) -> str:
    """A digit string as a caller says it (one habit per string), split into breath groups when long."""
    one = "幺" if rng.random() < 0.8 else "一"
    zero = "洞" if rng.random() < 0.06 else "零"
    seven = "拐" if rng.random() < 0.06 else "七"
    repeats = rng.random() < 0.25
    table = {**dict(enumerate(PLAIN)), 1: one, 0: zero, 7: seven}
    pieces = _groups(digits, rng) if groups and len(digits) > 5 and rng.random() < 0.75 else [digits]
    said: list[str] = []
    for piece in pieces:
        said.append(_piece(piece, table, repeats, rng))
        if rng.random() < 0.05:
            said[-1] = rng.choice(FILLERS) + said[-1]
    return "，".join(said)


def _groups(digits: str, rng: random.Random) -> list[str]:
    if len(digits) == 11 and rng.random() < 0.8:
        sizes = rng.choice([(3, 4, 4), (3, 4, 4), (3, 3, 5), (3, 2, 3, 3), (4, 4, 3)])
    else:
        size = rng.choice([3, 4, 4, 5, 2])
        sizes = (size,) * (len(digits) // size + 1)
    out, at = [], 0
    for size in sizes:
        if digits[at : at + size]:
            out.append(digits[at : at + size])
        at += size
    return out


def _piece(piece: str, table: dict[int, str], repeats: bool, rng: random.Random) -> str:
    out, at = [], 0
    while at < len(piece):
        run = 1
        while at + run < len(piece) and piece[at + run] == piece[at]:
            run += 1
        digit = table[int(piece[at])]
        if run >= 2 and repeats:
            out.append(f"双{digit}" if run == 2 and rng.random() < 0.2 else f"{count_word(run)}个{digit}")
        else:
            out.append(digit * run)
        at += run
    return "".join(out)


def count_word(number: int) -> str:
    """One to 99 as a quantity (2 = 两)."""
    if number == 2:
        return "两"
    return cardinal(number)


def cardinal(number: int) -> str:
    """0 to 99999 as a Chinese cardinal."""
    if number < 10:
        return PLAIN[number]
    if number < 20:
        return "十" + (PLAIN[number % 10] if number % 10 else "")
    for unit, word in ((10000, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= unit:
            head, rest = divmod(number, unit)
            lead = "两" if head == 2 and unit > 10 else cardinal(head)
            if not rest:
                return lead + word
            gap = "零" if rest < unit // 10 else ""
            tail = cardinal(rest)
            return lead + word + gap + ("一" + tail if tail.startswith("十") and unit > 10 else tail)
    raise ValueError(f"{number} is outside 0 to 99999")


def _random_digits(count: int, rng: random.Random) -> str:
    """Digits with more twins (88) than chance has: a repeated digit is what gets lost in hearing."""
    kind = rng.random()
    if kind < 0.2:
        pool = rng.sample("0123456789", 3)
        return "".join(rng.choice(pool) for _ in range(count))
    drawn = [rng.choice("0123456789") for _ in range(count)]
    if kind < 0.6:
        for at in range(1, count):
            if rng.random() < 0.3:
                drawn[at] = drawn[at - 1]
    return "".join(drawn)


def digits(rng: random.Random) -> str:
    """A bare group of 2 to 8 digits."""
    return say_digits(_random_digits(rng.choice([2, 3, 3, 4, 4, 4, 5, 6, 7, 8]), rng), rng)


def tail4(rng: random.Random) -> str:
    """Four digits, now and then with a repeat such as 三六双九 or 四个八."""
    if rng.random() < 0.1:
        return "四个" + rng.choice(PLAIN)
    return say_digits(_random_digits(4, rng), rng)


def phone(rng: random.Random) -> str:
    """A mobile number (sometimes a fixed line with area code)."""
    if rng.random() < 0.08:
        area = say_digits("0" + _random_digits(rng.choice([2, 3]), rng), rng)
        return f"{area}，{say_digits(_random_digits(8, rng), rng)}"
    return say_digits(f"1{rng.choice('3456789')}{_random_digits(9, rng)}", rng)


def waybill(rng: random.Random) -> str:
    """A waybill number of one of the carriers' formats, letters said one by one."""
    prefix, lead, size = rng.choice(
        [("S F ", "", 13), ("S F ", "", 12), ("", "7" + rng.choice("3456789"), 12), ("Y T ", "", 13),
         ("", rng.choice(["4", "3", "1"]), 12), ("", "77", 11), ("", "77", 13), ("J T ", "", 13),
         ("J D ", "", 13), ("J D V ", "", 12), ("D P K ", "", 10), ("", "9", 12), ("", "", 12), ("", "", 15)]
    )  # fmt: skip
    pause = rng.choice(["", "，", "顺丰的，" if prefix == "S F " else ""])
    return prefix + pause + say_digits(lead + _random_digits(size, rng), rng)


def code(rng: random.Random) -> str:
    """A pick-up code: six digits, 3-2-1058, A8B9."""
    kind = rng.random()
    if kind < 0.5:
        return say_digits(_random_digits(rng.choice([4, 6, 6, 8]), rng), rng)
    if kind < 0.85:
        shelf, row = cardinal(rng.randint(1, 30)), cardinal(rng.randint(1, 12))
        return f"{shelf}杠{row}杠{say_digits(_random_digits(4, rng), rng)}"
    letter = rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ")
    return f"{letter} {say_digits(_random_digits(4, rng), rng)}"


def order(rng: random.Random) -> str:
    """A work order or shop order number."""
    return say_digits(_random_digits(rng.choice([8, 8, 10, 12, 14, 19]), rng), rng)


def amount(rng: random.Random) -> str:
    """Money as said: 两百三十六块五, 三千块, 八毛."""
    kind = rng.random()
    if kind < 0.4:
        size = rng.choice([rng.randint(1, 99), rng.randint(1, 9) * 100, rng.randint(100, 999)])
        return cardinal(size) + rng.choice(["块", "块钱", "元"])
    if kind < 0.6:
        return f"{cardinal(rng.randint(3, 400))}块{cardinal(rng.randint(1, 9))}"
    if kind < 0.85:
        return cardinal(rng.randint(1, 30) * 1000 // rng.choice([1, 10])) + rng.choice(["块", "元", "多块", "块钱"])
    return f"{cardinal(rng.randint(1, 9))}万" + rng.choice(["", "块", "多"])


def date(rng: random.Random) -> str:
    """A calendar day: 十一月二十二号."""
    return f"{cardinal(rng.randint(1, 12))}月{cardinal(rng.randint(1, 31))}" + rng.choice(["号", "日", "号"])


def clock(rng: random.Random) -> str:
    """A time of day: 下午两点半, 晚上八点, 九点四十."""
    part = rng.choice(["", "", "早上", "上午", "中午", "下午", "下午", "晚上", "晚上", "今晚", "明早", "明天下午"])
    hour = f"{count_word(rng.randint(1, 12))}点"
    minute = rng.choice(["", "", "", "半", "半", "钟", "一刻", "四十", "二十", "十分", "多", "左右", "三十"])
    return part + hour + minute


def span(rng: random.Random) -> str:
    """A window of time: 两点到四点."""
    start = rng.randint(1, 10)
    part = rng.choice(["", "上午", "下午", "明天", "晚上", "明天下午"])
    return f"{part}{count_word(start)}点到{count_word(start + rng.randint(1, 3))}点"


def count(rng: random.Random) -> str:
    """A quantity, mostly small."""
    return count_word(rng.choice([rng.randint(1, 10), rng.randint(1, 30), rng.randint(1, 99)]))


MADE: dict[str, Callable[[random.Random], str]] = {
    "digits": digits,
    "tail4": tail4,
    "phone": phone,
    "waybill": waybill,
    "code": code,
    "order": order,
    "amount": amount,
    "date": date,
    "clock": clock,
    "span": span,
    "count": count,
}
"""Slots that no file lists."""

CHARACTERS = (
    PLAIN + "幺洞拐双个十百千万两杠块钱元多毛月号日点半钟一刻分左右到早上午中下晚今明天顺丰的再就是然后那嗯呃啊"
)
"""Every character these functions can speak."""
