"""What the question in the air makes of an answer: 「嗯」 is a yes to a question and nothing during a story."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dialog.protocol import Expectation, ExpectKind
from dialog.understanding.intents import ALL_INTENTS
from dialog.understanding.reading import IntentScore
from dialog.understanding.sounds import sounds_like_any
from dialog.understanding.urgent import urgent_by_word

_MURMUR = re.compile(r"^(?:嗯+|哦+|噢+|啊+|喔+|唔+|嗯哼|哎|欸|诶|呃+|额+|好+|嗯好|哦好|行+|昂)$")
_YES = re.compile(
    r"^(?:嗯+|对+|是+|好+|行+|可以|要|有|中|得|成|妥|ok|好的|是的|对的|行的|可以的|没错|没问题|确认|同意|需要|就是|就这个|嗯对|嗯是|嗯好|"
    r"对头|要得|系|系啊|中嘞|[哦噢昂唔]+)[啊呀吧的了哈嘞]?$"
)
_NO = re.compile(
    r"^(?:不+|没有?|不是|不对|不用|不要|不行|不需要|错+|别|算了|没有啊|唔系|冇|甭|不中|莫得|不必)[啊呀吧的了哈嘞]?$"
)
_YES_WORDS = (
    *("对", "对对", "对的", "对啊", "对对对", "嗯对", "对就是", "是", "是的", "是啊", "就是", "是这个", "就这个"),
    *("好", "好的", "好吧", "好好", "行", "行吧", "可以", "可以的", "要", "要的", "需要", "同意", "没错"),
)
_NO_WORDS = (
    *("不", "不是", "不是的", "不是这个", "不对", "不用", "不用了", "不要", "不要了", "不行", "不需要"),
    *("没有", "没有了", "算了"),
)
_SHORT_ANSWER = 4

_NUMBER_WORD = re.compile(r"[零一二三四五六七八九两洞拐勾a-z]")
_FILL = re.compile(r"[,嗯啊呃那个然后是的]+")
_CORRECTION = re.compile(r"不对|不是|错了|说错|报错|重新|重来|从头|作废|不算|更正|倒数第|应该是")
_PERSON = re.compile(r"转人工|人工(?!智能)|真人|接线员|转(?:接)?客服")
_NO_PERSON = re.compile(
    r"(?:不用|不要|别|先别|不想|不需要|不必)(?:给我|帮我)?(?:转|找|接|要)?(?:人工|真人)|"
    r"是(?:不是)?(?:人工|真人)(?:客服)?(?:吗|啊|么|呢|还是)|是(?:机器人|机器|智能客服)?还是(?:人工|真人)|是不是(?:人工|真人)"
)
_REQUEST = re.compile(
    r"[送改退赔查催找要想吗哪谁几帮]|投诉|怎么|可以|给我|不了|凭什么|为什么|多少|能不能|没人|没收|人工|打人|他妈"
)

_REFUSING = re.compile(r"不|别|停|关|删|取消|拒绝|禁止|谁|凭什么|为什么|甭|莫|勿|冇|侵犯|隐私|违法|偷")

_BY_WORD = 0.9
"""Confidence of an intent that one unmistakable word decides."""

_YES_NO_LIFT = {"affirm": 1.5, "deny": 1.5, "backchannel": -3.0}
_OPEN_LIFT = {"affirm": -0.3, "deny": -0.3, "give_number": -0.3, "correct": -0.3}
_NUMBER_LIFT = {"give_number": 1.5, "correct": 1.5, "backchannel": 0.5}


def fixed_reading(flat: str, expect: Expectation) -> str | None:
    """The reading of short answers that the question alone decides, None when the model must say."""
    if expect.kind in (ExpectKind.NUMBER, ExpectKind.DIGITS):
        return _number_reading(flat)
    if expect.kind in (ExpectKind.YES_NO, ExpectKind.CHOICE):
        if _YES.match(flat):
            return "affirm"
        if _NO.match(flat):
            return "deny"
        return _short_answer_by_sound(flat)
    return "backchannel" if _MURMUR.match(flat) else None


def _short_answer_by_sound(flat: str) -> str | None:
    """「退」, and 「要」 written 幺, answer a yes-or-no question as 「对」 and 「要」: nothing else is as short."""
    if len(flat) > _SHORT_ANSWER:
        return None
    if sounds_like_any(flat, _YES_WORDS):
        return "affirm"
    return "deny" if sounds_like_any(flat, _NO_WORDS) else None


def _number_reading(flat: str) -> str | None:
    digits = len(_NUMBER_WORD.findall(flat))
    if digits and _CORRECTION.search(flat):
        return "correct"
    rest = len(_FILL.sub("", flat)) - digits
    return "give_number" if digits >= 1 and rest <= 0 else None


@cache
def _bias_of(kind: ExpectKind) -> NDArray[np.float32]:
    lift = {
        ExpectKind.OPEN: _OPEN_LIFT,
        ExpectKind.YES_NO: _YES_NO_LIFT,
        ExpectKind.CHOICE: _YES_NO_LIFT,
        ExpectKind.NUMBER: _NUMBER_LIFT,
        ExpectKind.DIGITS: _NUMBER_LIFT,
    }.get(kind, {})
    return np.array([lift.get(intent, 0.0) for intent in ALL_INTENTS], dtype=np.float32)


def bias(expect: Expectation) -> NDArray[np.float32]:
    """What the question adds to the logits."""
    return _bias_of(expect.kind)


def always_served(flat: str, wishes: tuple[IntentScore, ...], line: float) -> tuple[IntentScore, ...]:
    """A person is reached by the word; danger and the authorities by theirs, before all else and below the line."""
    names = {wish.intent for wish in wishes if wish.confidence >= line}
    urgent: list[IntentScore] = []
    if "fraud_check" not in names:
        urgent = [IntentScore(intent, _BY_WORD) for intent in urgent_by_word(flat) if intent not in names]
    asked = _PERSON.search(flat) and not _NO_PERSON.search(flat) and "human" not in names
    return (*urgent, *wishes, *((IntentScore("human", _BY_WORD),) if asked else ()))


def without_groundless(served: tuple[IntentScore, ...], flat: str) -> tuple[IntentScore, ...]:
    """「录音」 alone stops nothing: what purges a recording needs a word that refuses."""
    if _REFUSING.search(flat):
        return served
    return tuple(score for score in served if score.intent != "no_recording")


def only_a_remark(slots: dict[str, str], flat: str) -> bool:
    """Whether the utterance only adds what the courier should know (「我家是老小区没电梯」) and asks for nothing."""
    return "address_note" in slots and not _REQUEST.search(flat)
