"""What callers say around the digits: corrections, starting again, where a group belongs, and that it is all.

One utterance becomes a list of steps in spoken order; ``capture`` applies them to the number heard so far.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dialog.numbers.signs import Line, Sign


@dataclass(frozen=True, slots=True)
class Digits:
    """A run of digits; ``follows`` when the caller said that it comes next (后面是)."""

    signs: tuple[Sign, ...]
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Clear:
    """从头来: forget what was heard; 重新说 is not ``hard``, it may mean only the group just named."""

    hard: bool = True


@dataclass(frozen=True, slots=True)
class Wrong:
    """不对: something is wrong, what follows replaces it."""


@dataclass(frozen=True, slots=True)
class Instead:
    """是八不是七: ``right`` stands where ``wrong`` was heard; ``middle`` when 中间 was said."""

    right: tuple[Sign, ...]
    wrong: str
    place: int | None = None
    middle: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One position: 0 is the first digit, -1 the last; without ``sign`` the next digit belongs there."""

    index: int
    sign: Sign | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The first or last ``size`` digits; ``repaired`` when the caller said that they were wrong.

    ``follows`` when 后面 was said, which mostly means that they come next.
    """

    size: int
    last: bool
    signs: tuple[Sign, ...] = ()
    repaired: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """漏了一个八: a digit to add at the end when ``at_end``, else at a place still to be asked for."""

    sign: Sign
    at_end: bool


@dataclass(frozen=True, slots=True)
class TooMany:
    """多了一个八: a digit to take away."""

    char: str


@dataclass(frozen=True, slots=True)
class Total:
    """一共十五位: how long the number is."""

    size: int


@dataclass(frozen=True, slots=True)
class Over:
    """就这些: the number is at its end."""


Step = Digits | Clear | Wrong | Instead | Place | Group | LeftOut | TooMany | Total | Over

_D = "[0-9A-Z]"
_RUN = rf"{_D}+"
_IS = r"(?:(?:应该|正确)?(?:的)?(?:是|为|改成|换成|改为|系))"
_BAD = r"(?:是)?(?:错了?|说错了?|报错了?|念错了?|记错了?|听错了?|不对|有误|弄错了?|有问题)(?:的)?"
_POINT = (
    r"(?:(?P<back>倒数|最后)第(?P<bn>\d{1,2})(?:位|个)(?:数字?)?|第(?P<fn>\d{1,2})(?:位|个)(?:数字?)?|"
    r"(?P<end>最后(?:面|那)?1?(?:位|个)(?:数字?)?|末[尾位]|最末1?位)|(?P<start>开头(?:那?个)?|头1个))"
)
_SIDE = (
    r"(?:(?P<tail>后面|后(?=\d(?:位|个))|最后面?|末(?=\d)|尾号|尾数)(?:(?P<tn>\d)(?:位|个)(?:数字?)?)?|"
    r"(?P<head>前面?|开头|最前面?)(?P<hn>\d)(?:位|个)(?:数字?)?)"
)
_SAY_AGAIN = r"(?:我)?重新?(?:来|报|说|念|讲)(?:1?[遍次])?|再(?:来|报|说|念)1?遍"
_AGAIN = (
    r"[从重]头(?:再)?(?:来|开始|报|说|念)(?:1遍)?|(?:全部|整个)重新?(?:来|报|说|念|讲)|"
    r"(?:刚才|前面|刚刚|之前|上面)(?:那个|那些|那串|说的|报的|的)*(?:全|都)*(?:不算|作废|不要|清掉|删掉)了?|"
    r"全(?:部|都)?错了?|都不对|清[掉空]|推倒重来"
)

_Maker = Callable[[re.Match[str], Line], "Step"]


def _signs(line: Line, span: tuple[int, int]) -> tuple[Sign, ...]:
    start, end = span
    return tuple(Sign(char, sure) for char, sure in zip(line.text[start:end], line.sure[start:end], strict=True))


def _index(match: re.Match[str]) -> int | None:
    """The position that a pattern with ``_POINT`` named."""
    named = match.groupdict()
    if named.get("bn"):
        return -int(named["bn"])
    if named.get("fn"):
        return int(named["fn"]) - 1
    if named.get("end"):
        return -1
    return 0 if named.get("start") else None


def _instead(match: re.Match[str], line: Line) -> Step:
    named = match.groupdict()
    return Instead(_signs(line, match.span("right")), match["wrong"], _index(match), bool(named.get("middle")))


def _group(match: re.Match[str], line: Line) -> Step:
    named = match.groupdict()
    run = _signs(line, match.span("run")) if "run" in named else ()
    last = named["tail"] is not None
    size = int(named["tn"] or named["hn"] or len(run) or 4)
    repaired = "run" not in named or bool(named["bad"]) or "应该" in match.group()
    follows = named["tail"] in ("后面", "后")
    if follows and not named["tn"] and run and not repaired:
        return Digits(run, follows=True)
    return Group(size, last, run, repaired, follows=named["tail"] == "后面")


_STEPS: tuple[tuple[re.Pattern[str], _Maker], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (_AGAIN, lambda _m, _l: Clear()),
        (_SAY_AGAIN, lambda _m, _l: Clear(hard=False)),
        (r"(?:共|总共|长度)(?:是|有)?(\d{1,2})位(?:数字?)?", lambda m, _l: Total(int(m[1]))),
        (r"完了|没了|没有了|就这些|就这么多|报完|说完|念完|全了|到头了|就这几位|完毕", lambda _m, _l: Over()),
        (
            rf"(?:{_POINT}|(?P<middle>中间)(?:那?[个位]|的)*)?(?:那个)?,?(?:{_BAD},?)?{_IS}(?P<right>{_RUN}),?而?(?:不是|唔系)(?P<wrong>{_RUN})",
            _instead,
        ),
        (
            rf"(?:{_POINT}|(?P<middle>中间)(?:那?[个位]|的)*)?,?(?:不是|唔系)(?P<wrong>{_RUN}),?(?:而是|应该是|是|系)(?P<right>{_RUN})",
            _instead,
        ),
        (rf"(?P<right>{_RUN}),?(?:不是|唔系)(?P<wrong>{_RUN})", _instead),
        (
            rf"把?(?:那个)?(?P<wrong>{_D}{{1,6}})(?:{_BAD},?(?:应该)?是|改成|换成|改为|应该是)(?P<right>{_RUN})",
            _instead,
        ),
        (
            rf"(?P<end>最后|后面|末尾)?(?:还)?[漏少](?:了|说了?|报了?|念了?)*(?:1[个位])?,?(?P<digit>{_D})(?![位个])",
            lambda m, line: LeftOut(_signs(line, m.span("digit"))[0], bool(m["end"])),
        ),
        (rf"多(?:了|说了?|报了?|念了?)+(?:1[个位])?,?(?P<digit>{_D})(?![位个])", lambda m, _l: TooMany(m["digit"])),
        (
            rf"{_POINT}(?:{_BAD})?,?{_IS}?,?(?P<digit>{_D})(?![0-9A-Z位个])",
            lambda m, line: Place(_index(m) or 0, _signs(line, m.span("digit"))[0]),
        ),
        (rf"{_SIDE}(?P<bad>,?{_BAD})?,?{_IS}?,?(?P<run>{_RUN})(?![位个])", _group),
        (rf"{_POINT}(?:{_BAD})?", lambda m, _l: Place(_index(m) or 0)),
        (rf"{_SIDE},?{_BAD}", _group),
        (rf"不对|错[了啦咯嘞]|不是|说错|报错|念错|更正|纠正|唔系|唔啱|应该是|改成|{_BAD}", lambda _m, _l: Wrong()),
        (_RUN, lambda m, line: Digits(_signs(line, m.span()))),
    )
)
_START = re.compile(
    r"[0-9A-Z从重再我全整刚前上之都清推共总长完没就报说念到倒最第末开头中应正的是为改换不唔把那后还漏少多尾错更纠记听有弄系]"
)


def steps(line: Line) -> Iterator[Step]:
    """The steps of one utterance, in spoken order; words without a meaning for the number are passed over."""
    at = 0
    while at < len(line.text):
        found = _START.search(line.text, at)
        if found is None:
            return
        at = found.start()
        for pattern, make in _STEPS:
            match = pattern.match(line.text, at)
            if match is not None and match.end() > at:
                yield make(match, line)
                at = match.end()
                break
        else:
            at += 1
