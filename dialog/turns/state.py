"""Whether the caller has said what there is to say, from the interim text alone.

Four states: ``finished`` (answer now), ``unfinished`` (trailing off, in the middle of a sentence or a number), ``wait``
(the caller asks for silence or time) and ``backchannel`` (a murmur that leaves the floor to us).
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from dialog.numbers import NumberCapture
from dialog.numbers.signs import read_line
from dialog.protocol import Expectation, ExpectKind
from dialog.understanding.normalise import normalise

TurnState: TypeAlias = Literal["finished", "unfinished", "wait", "backchannel"]

_MURMUR = re.compile(
    r"^(?:[嗯哦噢啊喔唔哎欸诶哟昂呃额]|嗯哼|好的?|行|是吗|是啊|是这样|这样子?啊?|原来如此|原来是?这样啊?|明白了?|知道了?|了解|真的啊|"
    r"你说|你讲|你继续|继续|接着说|你接着说|说吧|听着呢?|我听着呢?|在听呢?|我在听|对|哎呀|哎哟|系|嗯呐|啊这样|哦这样|好嘞|行嘞|,)+[啊呀哦呢吧]?$"
)
_ANSWERS = re.compile(r"^(?:[对是行要有成中]|好的?|行|嗯|对)+[啊呀吧的了]?$")
_WAIT = re.compile(
    r"(?:^|,|你|先|请|喂)(?:稍|略)?(?:等(?:一下|一等|下|一会儿?|会儿?|等|哈|一哈|我|阵|歇)|稍等|慢着|且慢|停一下|停停|打住|别挂|先别(?:说|挂|急)|别说话|"
    r"别急|等我)|让我(?:想|看|找|查|翻|缓)|我(?:正?在|去|先)?(?:找|翻|查|看|问|想|拿|搵)(?:一?下|一?找|一?看|一?想|问|翻|拿|哈)|容我|"
    r"我(?:拿|戴|找|翻|开)(?:个|一下|下|支|张|一副)?(?:笔|纸|眼镜|老花镜|手机|单号|单子|短信|面单)|记一下$|我记一?下|两分钟|一分钟|有人敲门|来电话了|"
    r"^等等|^等(?:一|下|会|我)|我这就(?:找|看|拿)"
)
_WAIT_NOT = re.compile(
    r"等(?:了|着|不|到|多|几|急|两|三|半|好|快|他|人|送|你们|这么|那么|得)|(?:你|们|快递员?|帮我|给我|麻烦)(?:帮我|给我)?(?:找|查|看|问)"
)
_TRAILS = re.compile(
    r"(?:那个|这个|就是说?|然后|因为|所以|但是|可是|不过|而且|还有|如果|要是|比如|或者|以及|就|我|你们?|他|的话|是不是|能不能|可不可以|"
    r"帮我|给我|麻烦你?|请|想|要|想要|我想问|我想问一下|请问|问一下|跟|和|把|被|让|叫|给|在|从|到|往|对于|关于|并且|只是|其实|"
    r"我的|你的|他的|那|这|嗯|呃|额|啊就是|怎么说呢?|叫什么来着|什么来着|那什么|另外|顺便|虽然|除了|为了|由于|[一二三四五六七八九两几]个|"
    r"现在|昨天|今天|我昨天|我今天|上次|之前|刚才|我那个|我这个|我有个|有一个|有个|比方说|单号是?|号码是?|电话是?|地址是?|尾号是?|手机号是?)$"
)
_TRAILS_WHOLE = frozenset(
    {"请问", "现在", "昨天", "今天", "之前", "刚才", "上次", "那", "这", "我的", "要", "想要", "我要", "我想要"}
)
_NUMBER_OPENS = re.compile(r"(?:单号|号码|电话|手机号?|尾号|后[四4]位|前面|后面|是|就是)$")
_DIGIT = re.compile(r"[0-9A-Z]")


def turn_state(text: str, expect: Expectation) -> TurnState:
    """Judge an interim text against the question in the air; any text gives an answer, an empty one ``unfinished``."""
    flat = normalise(text)
    if not flat:
        return "unfinished"
    asked = expect.kind in (ExpectKind.YES_NO, ExpectKind.CHOICE)
    if _WAIT.search(flat) and not _WAIT_NOT.search(flat):
        return "wait"
    if expect.kind in (ExpectKind.NUMBER, ExpectKind.DIGITS) and _holds_digits(text):
        return _number_state(text, flat, expect)
    if _MURMUR.match(flat):
        return "finished" if asked and _ANSWERS.match(flat) else "backchannel"
    if _is_cut_off(flat, asked=asked):
        return "unfinished"
    return "finished"


def _holds_digits(text: str) -> bool:
    return _DIGIT.search(read_line(text).text) is not None


def _number_state(text: str, flat: str, expect: Expectation) -> TurnState:
    """Digits wait for more until the number is at its end."""
    capture = NumberCapture.start(expect).add(text)
    if capture.complete:
        return "finished"
    return "finished" if capture.corrections and capture.open_edit is None and not capture.unsure else "unfinished"


def _is_cut_off(flat: str, *, asked: bool) -> bool:
    last = flat.rsplit(",", 1)[-1]
    if asked and flat in _TRAILS_WHOLE:
        return False
    return _TRAILS.search(last) is not None
