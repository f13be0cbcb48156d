"""Numbers said with a wish: 「单号七三幺…帮我查一下」, 「手机尾号三六七九」."""

from __future__ import annotations

import re
from collections.abc import Collection

from dialog.numbers import NumberCapture, read_line
from dialog.protocol import Expectation, ExpectKind

_RUN = re.compile(r"[0-9A-Z](?:,?[0-9A-Z]){3,}")
_NOT_A_NUMBER = re.compile(r"号?楼|单元|室|块|元|公斤|斤|天|年|月|层|弄|栋|幢|[点时](?!半?的?单)|路")
_SERVICE_LINES = re.compile(r"(?<!\d)(?:12305|12315|12345|110|120|119|10086|10010|10000|95\d{3})(?!\d)")
_LETTERS = re.compile(r"[A-Z]{1,4}(?=,?\d)|[A-Z]{2}$")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{9,11}")
_PHONE_TAIL = re.compile(r"手机|电话|号码|收件人")
_WAYBILL_TAIL = re.compile(r"单号|运单")
_NO_WAYBILL = re.compile(
    r"(?:没有?|忘了?|不知道|不记得|找不到|丢了|记不住)(?:快递|运)?单号|单号(?:我|也|就)?(?:没|忘|不知|不记|找不|丢|记不)"
)
_TAIL_WORD = re.compile(r"尾号|后面?4位|最后4位|末4位|尾数")
_ORDER_WORD = re.compile(r"订单")
_SHORTEST_WAYBILL = 8
_SHORTEST_ORDER = 16


def number_slots(
    text: str, intents: Collection[str], expect: Expectation, candidates: tuple[str, ...]
) -> dict[str, str]:
    """Read the numbers of one utterance; what is asked for goes to ``number`` as well."""
    asked = expect.kind in (ExpectKind.NUMBER, ExpectKind.DIGITS)
    if asked or "give_number" in intents or "correct" in intents:
        capture = NumberCapture.start(expect).add(text)
        found = {"number": capture.digits} if capture.digits else {}
        if asked:
            return found | _named(capture.digits, read_line(text).text, intents, candidates, sure=False)
        return found | _named(capture.digits, read_line(text).text, intents, candidates, sure=True)
    line = read_line(text).text
    slots: dict[str, str] = {}
    for match in _RUN.finditer(_SERVICE_LINES.sub("", line)):
        if not _NOT_A_NUMBER.match(line, match.end()):
            digits = match.group().replace(",", "")
            slots = _named(digits, line, intents, candidates, sure=True) | slots
    return slots


def _named(
    digits: str, line: str, intents: Collection[str], candidates: tuple[str, ...], *, sure: bool
) -> dict[str, str]:
    """Which slot a number belongs to, by its shape and the words around it."""
    if _MOBILE.fullmatch(digits) or (_LANDLINE.fullmatch(digits) and _PHONE_TAIL.search(line)):
        return {"contact_phone": digits}
    if len(digits) == 4:
        return _tail(digits, line, intents, candidates, sure=sure)
    if len(digits) >= _SHORTEST_ORDER and digits.isdigit() and (_ORDER_WORD.search(line) or len(digits) > 18):
        return {"order_no": digits}
    if _SHORTEST_WAYBILL <= len(digits) <= 22 and sum(char.isdigit() for char in digits) >= _SHORTEST_WAYBILL:
        return {"waybill_no": digits} if sure else {}
    return {}


def _tail(
    digits: str, line: str, intents: Collection[str], candidates: tuple[str, ...], *, sure: bool
) -> dict[str, str]:
    if _NO_WAYBILL.search(line):
        return {"phone_tail4": digits}
    if _WAYBILL_TAIL.search(line):
        return {"waybill_tail4": digits}
    if _PHONE_TAIL.search(line):
        return {"phone_tail4": digits}
    if any(candidate.endswith(digits) for candidate in candidates):
        return {"waybill_tail4": digits}
    if sure and _TAIL_WORD.search(line):
        return {"phone_tail4" if "track_by_phone" in intents else "waybill_tail4": digits}
    return {}
