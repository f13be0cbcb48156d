"""What is in the parcel and who carries it."""

from __future__ import annotations

import re
from functools import cache

from dialog.numbers import read_line
from dialog.protocol import Expectation
from dialog.understanding.templates import UTTERANCES, read_lines

_CARRIERS: tuple[tuple[str, str], ...] = (
    ("sf", "顺丰|顺风"),
    ("zto", "中通|钟通"),
    ("yto", "圆通|元通|园通|原通|源通"),
    ("sto", "申通|深通|身通"),
    ("yunda", "韵达|运达|韵搭"),
    ("jt", "极兔|几兔|鸡兔|吉兔|集兔"),
    ("jd", "京东"),
    ("ems", "邮政|EMS|ems|e m s"),
    ("deppon", "德邦|的邦|得邦|的帮"),
    ("cainiao", "菜鸟(?!驿站|那边)"),
    ("danniao", "丹鸟"),
)
_CARRIER = re.compile("|".join(f"(?P<{code}>{words})" for code, words in _CARRIERS))
_NOT_THIS = re.compile(r"(?:不是|不)$")
_POSTAL_OFFICE = re.compile(r"邮政(?:局|管理)")
_INSURED_NO = re.compile(r"(?:没有?|未|不)(?:买|办|做|交|给)?(?:保价|保险|报价)|没保")
_INSURED_YES = re.compile(r"(?:买|办|做|交|有|付|加)(?:了|过)?(?:保价|保险)|保(?:了|过)价|保价(?:了|过)|保价件")
_WORTH = re.compile(
    r"(?:值|价值|保价|投保|保了|声明|花了|花|货值|原价|买的时候|损失|一共|总共|大概)(?:是|了|大概|差不多|有|要)*"
    r",?(\d+)(万|千|百)?(?:块|元|多)?"
)
_ONE = "一二两三四五六七八九"
_INSURED_FOR = re.compile(rf"(?:保价|投保|声明价值)(?:了|是|为)?([{_ONE}])(万|千|百)(?![零{_ONE}])")
_ONES = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_SUM = re.compile(r"(\d+)(万)?(?:块|元)")
_SCALE = {"万": 10_000, "千": 1000, "百": 100, None: 1}
_SMALL_GOODS_BEFORE = "(?:买|寄|发|订|箱|盒|瓶|条|本|包|袋|只)(?:的|了|的是|点|些)?"


@cache
def _goods() -> re.Pattern[str]:
    """All goods of the utterance files, the longest first; one-character words only after a verb or a measure."""
    names = {line for file in ("goods", "fresh") for line in read_lines(UTTERANCES / "slots" / f"{file}.txt")}
    plain = sorted((name for name in names if re.fullmatch("[一-鿿]+", name)), key=lambda name: (-len(name), name))
    long = [name for name in plain if len(name) > 1 and name not in ("发票", "证件", "文件", "身份证")]
    short = [name for name in plain if len(name) == 1]
    return re.compile(
        f"(?P<long>{'|'.join(long)})(?!号|尾|后四|上|里|短信|查|是|响|打不)|{_SMALL_GOODS_BEFORE}(?P<short>{'|'.join(short)})(?![一-鿿]?员)"
    )


def parcel_slots(text: str, flat: str, expect: Expectation) -> dict[str, str]:
    """Carrier, goods, value and insurance, as far as they were said."""
    slots: dict[str, str] = {}
    carrier = _carrier(text)
    if carrier:
        slots["carrier"] = carrier
    goods = _goods().search(flat)
    if goods:
        slots["goods_type"] = goods["long"] or goods["short"]
    if _INSURED_NO.search(flat):
        slots["insured"] = "no"
    elif _INSURED_YES.search(flat):
        slots["insured"] = "yes"
    worth = _worth(text, asked="value" in expect.name)
    if worth:
        slots["goods_value"] = worth
    return slots


def _carrier(text: str) -> str:
    """The last carrier that was not said no to: 「不是圆通，是韵达」 is 韵达."""
    name = ""
    for match in _CARRIER.finditer(text):
        if not _NOT_THIS.search(text[: match.start()]) and not _POSTAL_OFFICE.match(text, match.start()):
            name = match.lastgroup or ""
    return name


def _worth(text: str, *, asked: bool) -> str:
    insured = _INSURED_FOR.search(text)
    if insured is not None:
        return str(_ONES[insured[1]] * _SCALE[insured[2]])
    line = read_line(text).text
    found = _SUM.search(line) if asked else _WORTH.search(line)
    if found is None or not ("块" in found.group() or "元" in found.group() or found[2] or asked):
        return ""
    return str(int(found[1][:9]) * _SCALE[found[2]])
