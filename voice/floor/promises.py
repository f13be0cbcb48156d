"""Promises in an agent's words: 「我两小时内给您回电话」 becomes what was promised and by when; pure.

Only a commitment with a time is a promise that can be kept or missed; the agent decides whether it was one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_N = r"(?:\d{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[零一二两三四五六七八九])"
_UNIT = r"(?P<unit>分钟|小时|钟头|天|个工作日|工作日)"
_WITHIN = re.compile(rf"(?:(?P<half>半)个?小时|(?P<n>{_N})个?半?{_UNIT})(?:之内|以内|内|左右|后)")
_DAY = r"(?P<day>今天|今晚|今日|明天|明早|明晚|后天|当天)"
_PART = r"(?P<part>早上|上午|中午|下午|傍晚|晚上|夜里)"
_HOUR = rf"(?P<hour>{_N})(?:点|时)(?P<halfpast>半)?"
_DAY2, _PART2 = _DAY.replace("day", "day2"), _PART.replace("part", "part2")
_BY = r"(?:下班)?(?:之前|以前|前|之内|内)?"
_AT = re.compile(rf"{_DAY}?{_PART}?{_HOUR}|{_DAY2}{_PART2}?{_BY}")
_I = re.compile(r"我|咱|给您|给你|保证|一定|这边|网点|快递员|派件员|小哥")
_WILL = re.compile(
    r"会|给您|给你|帮您|帮你|保证|一定|安排|负责|让他|尽快|答应|承诺|送到|送达|派送|回电|回复|联系|处理|解决|补发|退"
)
_NOT = re.compile(r"不能保证|无法保证|没法|不一定|不确定|您(?:看|可以|要是|方便)|[吗么嘛]$|请您")
_DEEDS = (
    ("回电", re.compile(r"回电|回个?电话|打(?:个)?电话|打给您|回复|回访|联系您|通知您|告诉您")),
    ("送达", re.compile(r"送到|送达|送过去|送货|派送|派件|送上门")),
    ("催派", re.compile(r"催|加急")),
    ("核实", re.compile(r"核实|查清|查一下|确认|核查|调查")),
    ("理赔处理", re.compile(r"赔|理赔")),
    ("退款退件", re.compile(r"退回|退款|退件")),
    ("联系网点", re.compile(r"联系网点|联系快递员|联系派件员|联系小哥")),
    ("处理", re.compile(r"处理|解决|安排|补发")),
)
_DAY_SHIFT = {"今天": 0, "今晚": 0, "今日": 0, "当天": 0, "明天": 1, "明早": 1, "明晚": 1, "后天": 2}
_PART_END = {"早上": 9, "上午": 12, "中午": 12, "下午": 18, "傍晚": 19, "晚上": 21, "夜里": 23}
_DAY_PART = {"今晚": "晚上", "明晚": "晚上", "明早": "早上"}
_DAY_END = 18


@dataclass(frozen=True, slots=True)
class PromiseHeard:
    """What was promised, in a few words and as it was said, and by when."""

    what: str
    said: str
    due_at: datetime


def find_promise(text: str, now: datetime) -> PromiseHeard | None:
    """The first promise in one utterance; ``now`` is zone-aware and gives the day."""
    for clause in re.split(r"[。！？!?；;]", text):
        if not _I.search(clause) or not _WILL.search(clause) or _NOT.search(clause):
            continue
        due_at = find_time(clause, now)
        if due_at is None:
            continue
        deed = next((name for name, pattern in _DEEDS if pattern.search(clause)), None)
        if deed is not None:
            return PromiseHeard(deed, clause.strip(",， "), due_at)
    return None


def find_time(text: str, now: datetime) -> datetime | None:
    """The latest moment that a time in words allows; None when there is none, or it has passed."""
    within = _WITHIN.search(text)
    if within is not None:
        return now + _length(within)
    for match in _AT.finditer(text):
        due_at = _moment(match, now)
        if due_at is not None and due_at > now:
            return due_at
    return None


def _length(match: re.Match[str]) -> timedelta:
    if match["half"]:
        return timedelta(minutes=30)
    amount = _number(match["n"]) + (0.5 if "半" in match[0] else 0)
    unit = match["unit"]
    if unit == "分钟":
        return timedelta(minutes=amount)
    return timedelta(hours=amount) if unit in ("小时", "钟头") else timedelta(days=amount)


def _moment(match: re.Match[str], now: datetime) -> datetime | None:
    day = match["day"] or match["day2"] or ""
    part = match["part"] or match["part2"] or _DAY_PART.get(day, "")
    base = (now + timedelta(days=_DAY_SHIFT.get(day, 0))).replace(minute=0, second=0, microsecond=0)
    if match["hour"] is None:
        return base.replace(hour=_PART_END[part] if part else _DAY_END)
    hour = round(_number(match["hour"]))
    if hour < 12 and (part in ("下午", "傍晚", "晚上", "夜里") or (part == "中午" and hour < 11)):
        hour += 12
    elif not part and not day and hour < 12 and base.replace(hour=hour) <= now:
        hour += 12  # 「三点前」 in the afternoon is this afternoon
    if hour > 23:
        return None
    return base.replace(hour=hour, minute=30 if match["halfpast"] else 0)


def _number(text: str) -> float:
    if text.isdigit():
        return float(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return 10.0 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)
    return float(_DIGITS[text])
