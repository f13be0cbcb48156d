"""Things that are counted and measured: weights, lengths, spans, percentages, ranges, ordinals, plain numbers."""

from __future__ import annotations

from tts.text.numerals import NUMBER, cardinal, counted, decimal, row
from tts.text.rule import Match, rule

_UNITS = {
    "kg": "公斤", "g": "克", "mg": "毫克", "t": "吨", "km": "公里", "m": "米", "cm": "厘米", "mm": "毫米",
    "ml": "毫升", "l": "升", "h": "小时", "min": "分钟", "s": "秒", "°c": "度", "°": "度", "m2": "平方米",
    "m3": "立方米", "km/h": "公里每小时", "gb": " G B", "mb": " M B",
}  # fmt: skip
_UNIT = "km/h|kg|mg|km|cm|mm|ml|min|m2|m3|gb|mb|°c|°|g|t|m|l|h|s"

_MEASURES = (
    "个|件|单(?!元|号)|票|箱|包|袋|份|条|张|位|名|人|家|天|周|星期|年|小时|钟头|分钟|秒|刻钟|次|趟|回|遍|公斤|千克|斤|克"
    "|吨|米|公里|千米|厘米|毫米|里|升|毫升|平方|立方|块|毛|角|分钱|万|千|百|亿|倍|辆|台|部|种|类|只|双|瓶|盒|套|岁|点"
    "|度|页|字|句|笔|面|封|批|夜|晚|项|起|轮|场|排|车|柜|工作日|条|多|余|来|几|支|根|颗|本|把|块|顶|尺|寸|两|户|元"
)
_ORDINAL = "[号日月楼层栋幢座弄巷期级班组区路环]|单元"
"""What a number names instead of counting: 二 stays 二 before it."""

_TO = r"\s*(?:-|~|到|至)\s*"
_N = rf"(?<![\d.A-Za-z])(?P<number>{NUMBER})"


def _unit(name: str) -> str:
    return _UNITS[name.lower()]


def _size(match: Match) -> str:
    name = match["unit"] or ""
    unit = _UNITS.get(name.lower(), name)
    return "乘".join(counted(n) + unit for n in (match["a"], match["b"], match["c"]) if n)


def _degrees(number: str) -> str:
    return f"零下{counted(number[1:])}度" if number.startswith("-") else counted(number)


def _percent(match: Match) -> str:
    number = match["number"]
    return "百分之百" if number == "100" else f"百分之{decimal(number)}"


def _plain(match: Match) -> str:
    """A number with nothing that says what it is: from four digits on it is a name, not an amount."""
    number = match["number"]
    return row(number) if "." not in number and "," not in number and len(number) >= 4 else decimal(number)


def _version(match: Match) -> str:
    return "点".join(map(cardinal, match[0].split(".")))


RULES = (
    rule(
        rf"(?<![\d.A-Za-z])(?P<low>-?{NUMBER})(?:°[Cc]?|度)?{_TO}(?P<high>-?{NUMBER})\s?(?:°[Cc]?|度)",
        lambda m: f"{_degrees(m['low'])}到{_degrees(m['high']).removesuffix('度')}度",
    ),
    rule(
        rf"(?<![\d.])(?P<a>{NUMBER})(?:{_UNIT})?\s?[*xX]\s?(?P<b>{NUMBER})(?:{_UNIT})?"
        rf"(?:\s?[*xX]\s?(?P<c>{NUMBER}))?\s?(?P<unit>(?i:{_UNIT})|厘米|毫米|米|公分)?(?![A-Za-z])",
        _size,
    ),
    rule(
        rf"(?<![\d.])(?P<low>{NUMBER})%?{_TO}(?P<high>{NUMBER})%",
        lambda m: f"百分之{decimal(m['low'])}到百分之{decimal(m['high'])}",
    ),
    rule(rf"{_N}\s?%", _percent),
    rule(rf"{_N}\s?‰", lambda m: f"千分之{decimal(m['number'])}"),
    rule(
        rf"(?<![\d.])(?P<low>{NUMBER})\s?(?:(?i:{_UNIT}))?{_TO}(?P<high>{NUMBER})\s?(?P<unit>(?i:{_UNIT}))(?![A-Za-z])",
        lambda m: f"{counted(m['low'])}到{counted(m['high'])}{_unit(m['unit'])}",
    ),
    rule(rf"(?<![\d.A-Za-z])-(?P<number>{NUMBER})\s?(?:°[Cc]?|度)", lambda m: f"零下{counted(m['number'])}度"),
    rule(rf"{_N}\s?(?P<unit>(?i:{_UNIT}))(?![A-Za-z])", lambda m: counted(m["number"]) + _unit(m["unit"])),
    rule(
        rf"(?<![\d.-])(?P<low>\d{{1,3}}){_TO}(?P<high>\d{{1,3}})(?={_ORDINAL})",
        lambda m: f"{cardinal(m['low'])}到{cardinal(m['high'])}",
    ),
    rule(r"第\s?(?P<number>\d+)", lambda m: f"第{cardinal(m['number'])}"),
    rule(rf"(?<!\d)(?P<number>\d{{1,2}})(?={_ORDINAL})", lambda m: cardinal(m["number"])),
    rule(
        rf"(?<![\d.])(?P<low>{NUMBER})(?P<unit>{_MEASURES})?{_TO}(?P<high>{NUMBER})(?=\s?(?:{_MEASURES}))",
        lambda m: f"{counted(m['low'])}{m['unit'] or ''}到{counted(m['high'])}",
    ),
    rule(
        rf"(?<![\d.])(?P<low>[1-9])、(?P<high>[2-9])(?={_MEASURES})",
        lambda m: counted(m["low"]) + ("" if int(m["high"]) == int(m["low"]) + 1 else "、") + cardinal(m["high"]),
    ),
    rule(rf"{_N}(?=分\d+秒)", lambda m: counted(m["number"])),
    rule(rf"{_N}\s?(?={_MEASURES})", lambda m: counted(m["number"])),
    rule(r"(?<!\d)(?P<low>\d{1,3}):(?P<high>\d{1,3})(?!\d)", lambda m: f"{cardinal(m['low'])}比{cardinal(m['high'])}"),
    rule(
        r"(?<![\d/])(?P<part>[1-9])[/⁄](?P<whole>[1-9]\d?)(?![\d/])",
        lambda m: f"{cardinal(m['whole'])}分之{cardinal(m['part'])}",
    ),
    rule(r"(?<![\d.])\d+(?:\.\d+){2,}", _version),
    rule(
        rf"(?<![\d.])(?P<low>\d{{1,3}}){_TO}(?P<high>\d{{1,3}})(?![\d-])",
        lambda m: f"{cardinal(m['low'])}到{cardinal(m['high'])}",
    ),
    rule(rf"(?<![\w.])-(?P<number>{NUMBER})", lambda m: f"负{decimal(m['number'])}"),
    rule(rf"(?P<number>{NUMBER})", _plain),
)
