"""Reading a trace line: carriers print place, next place and courier into the text and nowhere else.

Only what stands there is read; a line without brackets yields nothing. Patterns follow the carriers' own texts
(``【上海市】快件离开【青浦华新】发往郑州高新区``), see the sandbox carrier for the same texts being written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from logistics_client.vocabulary import Courier, Stage

_BRACKETS = re.compile(r"【([^【】]{1,40})】")
_CITY = re.compile(r"(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区))?([\u4e00-\u9fff]{2,7}?(?:市|自治州|盟|地区))")
_NEXT = re.compile(r"(?:发往|送往|下一站[是::]*)\s*【?([^【】,,。;;\s]{2,30})】?")
_NO_SITE = re.compile(r"\d{5}|电话|客服|放心")  # 「【95720为中通快递员外呼专属号码,请放心接听】」 is no place
_NAME = r"(?P<name>[\u4e00-\u9fff]{2,4})"
_PHONE = r"(?P<phone>1\d{2}[\d*]{4}\d{4}|0\d{2,3}-?\d{7,8})"
_COURIER = (
    re.compile(rf"(?:业务员|快递员|派件员|小哥)[::]?\s*【?{_NAME}?】?\s*[,,]?\s*[((]?(?:电话[::]?)?\s*{_PHONE}"),
    re.compile(rf"(?:派件人|派送人|派件员|快递员)[::]\s*{_NAME}[\s,,、]*(?:联系)?(?:电话|手机)?[::\s]*{_PHONE}?"),
)
_HELD_BY = re.compile(
    r"(?:已被|已由|已存放(?:在|至|于)?|已放(?:在|入|至)?|投递到|到达)【?([^【】,,。]{2,30}?)】?(?:代收|,|,|$)"
)
_LOCKER = re.compile(r"丰巢|快递柜|柜机|智能柜|自提柜|入柜")
_STATION = re.compile(r"驿站|代收点|自提点|兔喜|妈妈|快递超市|便利店|服务站")
_AGENT = re.compile(r"代签|代收|门卫|保安|物业|前台|邻居|家人|同事|收发室|驿站|快递柜|丰巢")
_BY_CODE = re.compile(r"取[货件]码签收|凭取[货件]码")
_HUB = re.compile(r"转运中心|分拨中心|集散中心|中转场|分拣中心|集散点|航空枢纽")
_OUTLET = re.compile(r"营业点|营业部|网点|分部|服务部|一部|二部|三部")
_PLAIN: tuple[tuple[re.Pattern[str], Stage], ...] = tuple(
    (re.compile(pattern), stage)
    for pattern, stage in (
        (r"派件不成功|派送不成功|未能派送|投递失败", Stage.DELIVERY_FAILED),
        (r"拒收", Stage.REFUSED),
        (r"退回", Stage.RETURNING),
        (r"转寄|改址", Stage.FORWARDING),
        (r"滞留|积压", Stage.STRANDED),
        (r"取[货件]码签收", Stage.PICKED_FROM_LOCKER),
        (r"签收", Stage.SIGNED_SELF),
        (r"代收|请及时取件|驿站.*待取|已投递到", Stage.AWAITING_PICKUP_STATION),
        (r"正在派|派件中|派送途中|开始派送|安排派送", Stage.OUT_FOR_DELIVERY),
        (r"揽收|已收件|已收入|收寄", Stage.PICKED_UP),
        (r"离开|发往|送往|已发车|已装车|已打包", Stage.IN_TRANSIT),
        (r"到达", Stage.AT_HUB),
        (r"等待揽|待揽", Stage.WAITING_PICKUP),
    )
)


@dataclass(frozen=True, slots=True)
class Places:
    """Places named in one line."""

    city: str | None = None
    site: str | None = None
    next_site: str | None = None


def places(text: str) -> Places:
    """Read city, site and next site out of a line."""
    named = [name.strip() for name in _BRACKETS.findall(text) if not _NO_SITE.search(name)]
    city = None
    if named:
        found = _CITY.match(named[0])
        city = found.group(1) if found else None
        if found and found.end() == len(named[0]):
            named = named[1:]
    following = _NEXT.search(text)
    next_site = following.group(1) if following else None
    site = next((name for name in named if name != next_site), None)
    return Places(city, site, next_site)


def courier(text: str) -> Courier | None:
    """Read the courier out of a line, with the phone as it is printed (often masked)."""
    for pattern in _COURIER:
        found = pattern.search(text)
        if found and (found.group("name") or found.group("phone")):
            return Courier(found.group("name") or "快递员", found.group("phone"))
    return None


def held_by(text: str) -> str | None:
    """Read the name of the locker or station that holds the parcel."""
    found = _HELD_BY.search(text)
    return found.group(1).strip() if found else None


def refined(stage: Stage, text: str) -> Stage:
    """Split a coarse stage by what its line says; a stage that the code already made precise stays."""
    if stage is Stage.SIGNED_SELF:
        if _BY_CODE.search(text):
            return Stage.PICKED_FROM_LOCKER
        return Stage.SIGNED_AGENT if "本人" not in text and _AGENT.search(text) else stage
    if stage is Stage.AWAITING_PICKUP_STATION:
        return Stage.AWAITING_PICKUP_LOCKER if _LOCKER.search(text) and not _STATION.search(text) else stage
    if stage in (Stage.IN_TRANSIT, Stage.AT_HUB) and "到达" in text:
        arrived = text[text.index("到达") :].split("发往", 1)[0]
        if _OUTLET.search(arrived) and not _HUB.search(arrived):
            return Stage.AT_OUTLET
        return Stage.AT_HUB if _HUB.search(arrived) else stage
    return stage


def stage_of(text: str) -> Stage:
    """Read the stage out of a line that came without any code."""
    for pattern, stage in _PLAIN:
        if pattern.search(text):
            return refined(stage, text)
    return Stage.UNKNOWN
