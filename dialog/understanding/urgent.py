"""Danger and the authorities: what must not be missed, by kinds of words, and danger also by half a guess.

A call that is handed to a person for nothing costs a minute; one that speaks of an injury and is answered with a trace
costs far more. So an unmistakable word decides alone, whatever else the sentence wants, and the model's guess of danger
counts well below the line of other intents: no sentence of theirs in the frozen sets comes near it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

RISK_LINE = 0.3
"""Confidence from which the model's guess of danger is served."""

URGENT_INTENTS = ("safety", "authority")

_PEOPLE = "(?:一?个)?(?:人|我(?!的?(?:货|件|快递|包裹|箱|东西))|她|他|老人|孩子|小孩|小朋友|行人)"
_DIGIT = "[零一二三四五六七八九]"
_REMEDY = "(?!膏|药|贴|霜|喷雾|敷料|绷带)"

_DANGER: Mapping[str, str] = {
    "self-harm": (
        "不想(?:再)?活|活不下去|不活了|活着没|活够了|想死(?!你)|寻死|轻生|自杀|自尽|自残|割腕|上吊|遗书|跳[楼河]|跳下去"
        "|了结(?:自己|生命|这条命)|结束(?:自己的?)?生命|吃了[^,]{0,4}(?:瓶|盒|把|多|堆)[^,]{0,2}药|吃了[^,]{0,3}安眠药"
        "|喝了[^,]{0,4}(?:农药|敌敌畏|百草枯)|(?:站|坐)在[^,]{0,4}(?:楼顶|天台|窗台|阳台外|桥上)"
    ),
    "injury": (
        f"(?:撞|砸|压|碾|轧|刮|带|咬)(?:了|到|住|倒|中|伤)*{_PEOPLE}|(?:撞|砸|压|碾|轧|咬|摔|割|打|砍|刺)伤{_REMEDY}|撞[倒死]"
        f"|[烫烧灼]伤{_REMEDY}|(?<![手脚腿腰])受伤|流血|出血|昏迷|昏倒|昏过去|晕倒|晕过去|叫不醒|没有?呼吸了|呼吸困难|喘不[上过]气|抽搐"
        "|休克|窒息|触电|中毒|有毒|毒气|(?<!不)起(?:了)?(?:水)?泡(?!酒|器|剂|胶|机)|(?:手|脸|皮肤|眼睛)[^,]{0,3}(?:烂了|溃烂|腐蚀)"
        "|救命|救护车|出人命了?"
    ),
    "fire and hazard": (
        "爆炸|炸了|炸弹(?!玩具|人|糖)|炸药|雷管|毒品|着火|起火|失火|火灾|冒烟|冒火|自燃|烧起来|刺鼻|漏电"
    ),
    "violence": (
        "打人(?!工)|打我(?!电话|手机)|打了我(?!电话|手机)|把(?:我|人|老人|孩子|我[爸妈])(?:给)?打(?!电话|包|发)|砍人|持刀|拿刀"
        "|拿(?:着)?(?:棍|锤|砖)|[刀枪](?:对着|指着|架)|(?:弄|杀|砍|捅)死|打死|要杀|捅(?:了|我|人)|恐吓|威胁(?:我|要|说)"
        "|把我(?:关|锁|堵|困)|反锁(?:了)?门|闯(?:进|入)(?:我|了|别人|家)|撬(?:我家|了)?门|踹(?:我家|了)?门|赖着不走"
    ),
    "sexual assault": (
        "摸(?:了)?(?:我|她)|摸[^,]{0,2}(?:胸|屁股|大腿)|乱摸|强吻|亲我|抱住我|(?:硬要|非要|强行|突然)(?:抱|亲)|对[我她]耍流氓|偷拍|偷窥|拍(?:了)?(?:我|她)[^,]{0,3}(?:洗澡|换衣|裙底|裸)"
        "|猥亵|强奸|性侵|非礼|性骚扰|骚扰(?:我|她|女)|动手动脚|跟踪我|尾随|脱(?:了)?(?:我|她)"
    ),
}
_AUTHORITIES: Mapping[str, str] = {
    "lines": f"(?<!{_DIGIT})(?:一二三[零一四]五|一一零)(?!{_DIGIT})|市长热线",
    "police and courts": "报警|报案|报官|立案|派出所|公安|警察|民警|刑警|交警|律师|起诉|开庭|法院|检察院|仲裁",
    "supervision": (
        "邮政(?:管理)?局|邮管局|消协|市场监管|监管部门|实名举报|工商局|综治|城管|信访|纪委|海关缉私|消防(?:队|局|大队|支队|救援)"
    ),
    "press": "记者|电视台|媒体|曝光|上新闻|上热搜",
}
_BY_WORD = {
    "safety": re.compile("|".join(_DANGER.values())),
    "authority": re.compile("|".join(_AUTHORITIES.values())),
}


def urgent_by_word(flat: str) -> tuple[str, ...]:
    """Which of ``safety`` and ``authority`` a word of the (plain, normalised) text decides."""
    return tuple(intent for intent in URGENT_INTENTS if _BY_WORD[intent].search(flat))
