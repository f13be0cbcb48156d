"""One name per courier company, and what the aggregators call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from logistics_client.numbers.formats import candidates

# Guesses the company from the number's format; None when it cannot tell.
BrandOf = Callable[[str], str | None]

KUAIDI100_CODES: Mapping[str, str] = {
    "sf": "shunfeng", "zto": "zhongtong", "yto": "yuantong", "sto": "shentong", "yunda": "yunda",
    "jt": "jtexpress", "jd": "jd", "ems": "ems", "deppon": "debangkuaidi", "post": "youzhengguonei",
    "danniao": "danniao",
}  # fmt: skip
KDNIAO_CODES: Mapping[str, str] = {
    "sf": "SF", "zto": "ZTO", "yto": "YTO", "sto": "STO", "yunda": "YD", "jt": "JTSD", "jd": "JD", "ems": "EMS",
    "deppon": "DBL", "post": "YZPY",
}  # fmt: skip
# Companies that tell an aggregator nothing without the last four digits of the order's phone.
NEED_TAIL = frozenset({"sf", "zto"})

_SURE = 80  # weight of a format that only one company prints
_FROM_KUAIDI100 = {code: brand for brand, code in KUAIDI100_CODES.items()}
_FROM_KDNIAO = {code: brand for brand, code in KDNIAO_CODES.items()}


def from_kuaidi100(code: str) -> str:
    """Return our name for a 快递100 company code; one that we do not know stays as it is."""
    return _FROM_KUAIDI100.get(code, code)


def from_kdniao(code: str) -> str:
    """Return our name for a 快递鸟 company code; one that we do not know stays as it is, in small letters."""
    return _FROM_KDNIAO.get(code, code.lower())


def brand_by_format(waybill: str) -> str | None:
    """Return the company whose format is narrow enough to trust; a loose one is asked from the aggregator."""
    found = candidates(waybill)
    return found[0].carrier if found and found[0].weight >= _SURE else None
