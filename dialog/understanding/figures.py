"""Figures of speech and names of places that sound like danger or authority and are neither.

「救命的药」, 「气死我了」 and 「送到派出所」 must not call a person; 「救命」, 「打了我」 and 「我是派出所的」 must.
"""

from __future__ import annotations

import re

_OFFICE = (
    "派出所|公安局|法院|检察院|市场监管局|工商局|电视台|报社|邮政局|邮管局|消协|律所|律师事务所|警察局|交警队"
    "|消防队|消防局|综治办|城管局|仲裁委|信访局"
)
_GOODS = "玩具|制服|帽子?|服装|模型|贴纸|积木|小说|电视剧|手办|公仔|徽章"
_FIGURES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"救命(?:的|用的)?(?=药|钱|东西|材料|稻草)|救命的", "急用的"),
        (r"(?:快|都|要)?(?:把我|给我)?(?:气|急|累|烦|愁|热|冷|饿|困|难受|想|笑)死(?:我|人|个人)?(?:了)?", "很急,"),
        (r"要了?(?:我的?|老)命|真要命|要命", "很急"),
        (r"跳楼价|跳楼大甩卖", "便宜"),
        (r"打死我?(?=也|都)", ""),
        (r"爆炸(?=头|糖|性|盐|贴|优惠|新闻)", ""),
        (r"(?:撞|砸|轧)(?=坏|烂|扁|瘪|破|凹|变形|碎|到?(?:箱子|包裹|快递|盒子|东西))", "弄"),
        (r"砸(?:在|到)?(?:我)?手(?:里|上)(?:了)?", "卖不掉"),
        (r"打(?=我?(?:手机|电话|座机|号码?|微信|人工))", "拨"),
        (r"晕倒(?=我|,|$)|我晕", "哎"),
        (r"人工(?=智能|草|呼吸|湖|晶体|泪液|养殖|费)", ""),
        (
            r"(?:寄到|送到|派到|寄给|送给|寄往|地址(?:是|在|填的)?|收件人(?:是)?|收货人(?:是)?|单位(?:是|在)?|住在?|我在)"
            rf"[^,]{{0,6}}?(?:{_OFFICE})(?:的|里)?",
            "寄到单位",
        ),
        (
            rf"(?:{_OFFICE})(?=(?:的)?(?:对面|旁边|附近|隔壁|门口|楼上|楼下|后面|前面|门卫|家属院|小区|宿舍|收发室"
            r"|[东西南北]门|路口|那条|那个小区))",
            "单位",
        ),
        (rf"(?:警察|律师|公安|记者|消防)(?=(?:的)?(?:{_GOODS}))", ""),
    )
)  # fmt: skip


def plainly(flat: str) -> str:
    """The text with its figures of speech in plain words."""
    for pattern, plain in _FIGURES:
        flat = pattern.sub(plain, flat)
    return flat.strip(",") or flat
