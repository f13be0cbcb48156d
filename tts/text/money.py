"""Amounts of money: 236.5 yuan is 两百三十六块五, 0.5 is 五毛, 12.05 is 十二块零五分."""

from __future__ import annotations

from tts.text.numerals import NUMBER, cardinal, counted, decimal
from tts.text.rule import Match, rule

_YUAN = r"(?:元|块钱|块|圆|RMB|rmb)整?"
_TO = r"\s*(?:-|~|到|至)\s*"


def amount(number: str) -> str:
    """Return an amount in yuan, as said at a counter."""
    number = number.replace(",", "")
    whole, _, part = number.partition(".")
    part = part.rstrip("0")
    if len(part) > 2:
        return f"{decimal(number)}元"
    yuan = int(whole)
    jiao, fen = int((part + "00")[0]), int((part + "00")[1])
    if not jiao and not fen:
        return f"{counted(whole)}块" if yuan else "零元"
    said = f"{counted(str(yuan))}块" if yuan else ""
    if jiao and not fen:
        return said + (cardinal(str(jiao)) if yuan else f"{counted(str(jiao))}毛")
    if not jiao:
        return f"{said}{'零' if yuan else ''}{cardinal(str(fen))}分"
    return f"{said}{counted(str(jiao))}毛{cardinal(str(fen))}"


def _amount(match: Match) -> str:
    number = match["number"]
    unit = match["unit"]
    if unit == "块钱" and "." not in number:
        return f"{counted(number)}块钱"
    return amount(number)


def _range(match: Match) -> str:
    low, high = match["low"], match["high"]
    if "." in low or "." in high:
        return f"{amount(low)}到{amount(high)}"
    return f"{counted(low)}到{amount(high)}"


RULES = (
    rule(rf"[¥]?(?P<low>{NUMBER})(?:元|块)?{_TO}[¥]?(?P<high>{NUMBER})\s?{_YUAN}", _range),
    rule(
        rf"[¥]?(?P<number>{NUMBER})\s?(?:元|块)\s?(?:/|每)\s?(?P<per>公斤|千克|斤|kg|KG|件|单|票|天|次|公里|个|立方)",
        lambda m: f"每{m['per'].lower().replace('kg', '公斤')}{amount(m['number'])}",
    ),
    rule(
        rf"[¥]?(?<![\d.])(?P<number>{NUMBER})\s?(?P<big>万|千|百|亿)\s?(?:元|块)",
        lambda m: f"{counted(m['number'])}{m['big']}块",
    ),
    rule(rf"[¥]?(?<![\d.])(?P<number>{NUMBER})\s?(?P<unit>{_YUAN})", _amount),
    rule(rf"¥\s?(?P<number>{NUMBER})(?P<unit>)", _amount),
    rule(rf"\$\s?(?P<number>{NUMBER})", lambda m: f"{counted(m['number'])}美元"),
    rule(r"(?<![\d.])(?P<number>\d+)(?P<unit>毛|角)", lambda m: counted(m["number"]) + m["unit"]),
)
