"""The linter of the wording: length, forbidden promises, and values that stand in the text without a source."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialog.facts import FACTS
from dialog.wording.catalogue import Variant, Wording

MAX_SENTENCE = 64  # characters with example values: about twelve seconds, the most a caller follows
MAX_GREETING = 28  # the greeting lasts at most six seconds at 4.7 characters a second

_FORBIDDEN = (
    "保证", "一定能", "一定会", "肯定能", "肯定会", "绝对", "百分之百", "马上到", "马上就到", "立刻到", "全额",
    "包赔", "赔您", "赔偿您", "三倍", "退您", "不会丢", "不可能",
)  # fmt: skip
_NUMERAL = "[0-9零〇一二两三四五六七八九十百千万半几]"
_UNIT = "(点|小时|个小时|分钟|秒|天|日|号|个月|月|年|周|块|元|毛|公斤|斤|米|公里|倍|个工作日|次|件)"
_VALUES = (
    (re.compile(r"\d"), "a digit"),
    (re.compile(rf"(?<!第){_NUMERAL}+{_UNIT}"), "a quantity"),
    (
        re.compile("今天|明天|后天|昨天|前天|今晚|明早|今早|上午|下午|中午|凌晨|晚上|周[一二三四五六日末]|星期"),
        "a time",
    ),
    (re.compile("[\u4e00-\u9fff]{2}[省市县](?!场|面)"), "a place"),
    (re.compile("[\u4e00-\u9fff](师傅|先生|女士|经理|主管)"), "a name"),
)
# Keys, and the words 一次, 一件 ... that count nothing.
_HARMLESS = re.compile(
    r"按[0-9零一二三四五六七八九]|[这再第下上有每头]?一(次|件|天|点)(?!前|内|后)|早一点|快一点|慢一点|晚一点|半天"
    "|后四位|前四位|四位"
)
_ENDINGS = ("。", "?", "!", ",", ";", "？", "！", "，", "；")


@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint about one line."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def lint(wording: Wording) -> tuple[Finding, ...]:
    """Read all sentences and return every complaint; an empty tuple means the wording may go live."""
    found: list[Finding] = []
    for entry in wording.entries.values():
        for variant in entry.variants:
            found += [Finding(variant.file, variant.line, text) for text in complaints(entry.name, variant)]
    return tuple(found)


def complaints(name: str, variant: Variant) -> list[str]:
    """Return what is wrong with one variant, as sentences that say what to do."""
    found = [
        f"「{word}」 promises what nobody can keep; say what is done instead" for word in forbidden(variant.literal)
    ]
    example = variant.fill({blank: FACTS[blank].example for blank in variant.blanks})
    limit = MAX_GREETING if name == "opening.greeting" else MAX_SENTENCE
    if len(example) > limit:
        found.append(f"{len(example)} characters are too long to listen to; say it in at most {limit}")
    # A name of an intent stands inside a sentence; a sentence that is one fact ends as the fact does.
    if not name.startswith("intent.") and variant.literal and not variant.text.endswith((*_ENDINGS, "}")):
        found.append("the sentence does not end; add a full stop, a question mark or a comma")
    found += [f"「{text}」 looks like {what} without a source; use a fact" for text, what in values(variant.literal)]
    return found


def forbidden(text: str) -> list[str]:
    """Return the forbidden promises in a text."""
    return [word for word in _FORBIDDEN if word in text]


def values(literal: str) -> list[tuple[str, str]]:
    """Return what looks like a time, place, name or number in words that are no fact."""
    bare = _HARMLESS.sub("\N{SYMBOL FOR NULL}", literal)
    return [(match.group(), what) for pattern, what in _VALUES for match in pattern.finditer(bare)]
