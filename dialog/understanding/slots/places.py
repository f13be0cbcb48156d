"""Addresses and places: where it should go, what the courier must know, where the caller has looked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from dialog.protocol import Expectation

_MOVE = re.compile(
    r"(?:(?:地址|收货地址|收件地址|正确地址|新地址)(?:应该)?(?:是|改成|改到|改为|换成|换到|变更为)|"
    r"(?:改|换|送|转寄|转送|改送|改派|改投|改寄|寄|派送?|搬|转)(?:到|成|去|在)|应该是)(?P<address>.+)"
)
_ENDS = re.compile(
    r"[,，。！？!?;；]|行吗|行不行|可以吗|可不可以|好吗|好不好|可以不|吧|去吧|收件人|电话|谢谢|麻烦|能不能|中不中|得唔得|要得不|了吗|送行"
)
_POLITE_END = re.compile(r"(?:去|那里|那边|来|呢|啊|呀|了|的|这边|就行|就可以)+$")
_NOT_AN_ADDRESS = re.compile(
    r"^(?:哪|什么|今|明|后天|周|星期|礼拜|下周|晚上|下午|上午|中午|[零一二三四五六七八九十\d]+点|现在|我这|我手|时候|底|了|家$|货|上门|门口$|我家门口$|楼上$|家里$|驿站|快递柜|丰巢|代收)"
)
_ADDRESS_INTENTS = frozenset({"change_address"})
_ADDRESS_WORD = re.compile(r"[省市区县镇乡村路街道巷弄号楼栋座单元室园苑城府]")

_NOTE = re.compile(
    r"(?:老小区|无电梯|没有?电梯|有电梯|电梯坏|门禁|进不[来去]|[一二三四五六七八九十\d]+楼|顶楼|步梯|楼梯房|按门铃|门铃坏|提前(?:打|联系)|先打电话|"
    r"别敲门|不要敲门|有狗|有婴儿|有孩子在睡|封闭|修路|在装修|车进不|放门口就|放鞋柜|放消防栓|放物业|放门卫|放前台|独居|听力不好|没人在家)"
)
_NOTE_LEAD = re.compile(
    r"^(?:嗯|那个|就是|因为|而且|我跟你说|你跟他说|告诉快递员|备注(?:一下)?|用户|我)?(?:(?:留|填|写)的)?(?:收货|收件)?(?:地址|我家|我们家|我们|我这里|我这边|我这|这边|这里|家)?(?:是|在|住)?(?:个)?"
)
_PLACE = re.compile(
    r"门口|驿站|丰巢|蜂巢|快递柜|柜子|物业|门卫|保安室?|前台|邻居|楼下|代收点|收发室|信箱|楼道|电表箱|消防栓|鞋柜|超市|小卖部|传达室|车库|家里|单位"
)
_ABSENT = re.compile(r"(?<!了)没有?|找不到|没看到|没见|看过|找过|问过|翻遍|不在")
_HINTED = frozenset({"signed_not_received", "lost", "pod_photo", "locker_station", "doorstep"})


def place_slots(text: str, intents: Collection[str], expect: Expectation) -> dict[str, str]:
    """New address, note for the courier, and where the parcel was or was not seen."""
    spoken = unicodedata.normalize("NFKC", text)
    slots: dict[str, str] = {}
    asked = "address" in expect.name
    address = _new_address(spoken, asked=asked) if asked or _ADDRESS_INTENTS & set(intents) else ""
    if address:
        slots["new_address"] = address
    note = _note(spoken)
    if note:
        slots["address_note"] = note
    hint = _hint(spoken)
    if hint and (_HINTED & set(intents) or "place" in expect.name or "where" in expect.name):
        slots["location_hint"] = hint
    return slots


def _trimmed(text: str) -> str:
    return _POLITE_END.sub("", _ENDS.split(text.strip(), maxsplit=1)[0])


def _new_address(spoken: str, *, asked: bool) -> str:
    best = ""
    for match in _MOVE.finditer(spoken):
        address = _trimmed(match["address"])
        inner = _MOVE.search(address)
        address = _trimmed(inner["address"]) if inner else address
        if len(address) >= 2 and not _NOT_AN_ADDRESS.match(address):
            best = address
    if not best and asked and len(spoken) >= 4 and _ADDRESS_WORD.search(spoken):
        best = _trimmed(spoken)
    return best[:80]


def _note(spoken: str) -> str:
    """The clause that holds something the courier must know, without its lead-in."""
    notes = []
    for clause in re.split(r"[,，。！？!?;；\s]", spoken):
        if _NOTE.search(clause):
            plain = _NOTE_LEAD.sub("", clause, count=1)
            plain = re.sub(r"是?没有?电梯", "无电梯", plain)
            notes.append(re.sub(r"(?:的|啊|呀|呢|哦)+$", "", plain))
    return "，".join(note for note in notes if len(note) >= 2)[:60]


def _hint(spoken: str) -> str:
    """「门口没有,驿站也没有」 becomes 「门口、驿站没有」."""
    places = tuple(dict.fromkeys(match.group() for match in _PLACE.finditer(spoken)))
    if not places:
        return ""
    return "、".join(places[:5]) + ("没有" if _ABSENT.search(spoken) else "")
