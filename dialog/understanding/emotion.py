"""How the caller feels, by the words; the voice of the reply is fitted to it."""

from __future__ import annotations

import re

_ABUSIVE = re.compile(
    r"他妈|妈的|傻[逼比币]|操你|我操|滚蛋|^滚|滚犊子|去死|王八|狗屁|放屁|废物|智障|脑残|混蛋|畜生|狗日|尼玛|你妈|卧槽|不要脸"
)
_ANGRY = re.compile(
    r"气死|管不管|耍我|骗子|垃圾|投诉|曝光|起诉|太差|太过分|凭什么|什么破|破快递|忍无可忍|受够|有完没完|催个屁|搞什么|怎么搞的|"
    r"不像话|离谱|到底(?:管|送|解决|怎么)|没人管|说了多少遍|打了(?:好)?[几多三四五六]次|都几天了|不负责|推来推去|火大|领导|幺二三零五|一二三零五"
)
_ANXIOUS = re.compile(
    r"急用|着急|很急|急死|急需|等着用|救命|怎么办|担心|害怕|赶紧|尽快|加急|马上要|来不及|丢了|坏了|化了|烂了|等了好久"
)


def of(flat: str) -> str:
    """The strongest feeling the words show: abusive, angry, anxious or neutral."""
    if _ABUSIVE.search(flat):
        return "abusive"
    if _ANGRY.search(flat):
        return "angry"
    if _ANXIOUS.search(flat):
        return "anxious"
    return "neutral"
