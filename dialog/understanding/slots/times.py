"""When it suits the caller: day, part of day, hours, as it was said."""

from __future__ import annotations

import re
import unicodedata

_N = r"[零一二两三四五六七八九十\d]"
_DAY = (
    r"(?:今天|今晚|今儿|明天|明早|明晚|明儿|后天|大后天|听日|后日|下个?周[一二三四五六日天末]?|下个?(?:星期|礼拜)[一二三四五六日天]?|(?:这)?周[一二三四五六日天末]|"
    r"(?:星期|礼拜)[一二三四五六日天]|双休日|工作日|节后|"
    rf"{_N}{{1,2}}月{_N}{{1,3}}[号日]|(?<![路街道巷弄村园区苑一二三四五六七八九十\d]){_N}{{1,3}}号(?!楼|柜|院|门|线))"
)
_PART = r"(?:凌晨|早上|早晨|一早|上午|中午|下午|傍晚|晚上|夜里|下班(?:以?后|之后)?|放学后|午休)"
_CLOCK = rf"(?:{_N}{{1,3}}点(?:半|一刻|三刻|{_N}{{1,3}}分?|钟)?|\d{{1,2}}:\d{{2}})"
_SPAN = rf"{_CLOCK}(?:(?:到|至|-|~|—){_PART}?{_CLOCK})?"
_SIDE = r"(?:(?:以后|之后|过后|后|以前|之前|前|左右)(?!面|天))"
_LATER = rf"(?:过|再过|晚|等){_N}{{1,2}}天(?:以后|之后|后)?|过几天|晚几天|改天"
_WINDOW = re.compile(
    rf"{_DAY}的?{_PART}?的?(?:{_SPAN})?{_SIDE}?|{_PART}的?{_SPAN}{_SIDE}?|{_SPAN}{_SIDE}?|{_LATER}|{_PART}"
)
_PAST = re.compile(r"昨|前天|上周|刚才|已经|早就|就说|就显示|说好|说的|约的|约好|报的|买的|寄的|签收")
_DENIED = re.compile(r"(?:不在|没人|不方便|没空|有事|出差|上班|别送|不要送|先别|不能|收不了|到不了|送不了)")


def time_window(text: str) -> str:
    """The time that suits, as spoken; the last one when 「今天不在家,明天再送」 names two; empty when none was said."""
    best = ""
    for clause in re.split(r"[,，。！？!?;；\s]", unicodedata.normalize("NFKC", text)):
        found = [match.group() for match in _WINDOW.finditer(clause)]
        if not found or _PAST.search(clause):
            continue
        if not best or not _DENIED.search(clause):
            best = found[-1]
    return best
