"""Facts about the call itself: the hotline, the people who can be reached, what the caller said, configuration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from dialog.facts.kind import FactKind
from dialog.facts.spoken_time import by_clock, count, duration, moment
from dialog.facts.view import View
from logistics_client.phones import is_mobile


def _memory(key: str) -> Callable[[View], str | None]:
    return lambda view: view.memory.get(key)


def _greeting(view: View) -> str | None:
    """The hotline's own greeting, only when it says what the law and fairness ask: a machine, and recorded."""
    text = view.hotline.greeting.strip()
    says_machine = any(word in text for word in ("自动", "智能", "机器人"))
    return text if says_machine and "录音" in text and len(text) <= 32 else None


def _wait(view: View) -> str | None:
    wait = view.staffing.wait_s
    return duration(timedelta(seconds=wait)) if wait else None


def _ahead(view: View) -> str | None:
    """How many stand before this caller; nobody knows is not nobody."""
    place = view.queued.position if view.queued else None
    return f"{count(place - 1)}位" if place and place > 1 else None


def _queue_wait(view: View) -> str | None:
    estimate = view.queued.estimate_s if view.queued else None
    # Rounded up to whole minutes: who is called earlier than promised does not mind.
    if estimate is None:
        return None
    minutes = max(1, -(-estimate // 60))
    return f"{count(minutes)}分钟" if minutes < 10 else duration(timedelta(minutes=minutes))


def _opens(view: View) -> str | None:
    opens = view.staffing.opens_at
    if opens is None or opens <= view.now:
        return None
    return by_clock(opens, view.now).removesuffix("前")


def _parcel_count(view: View) -> str | None:
    total = max(view.caller.parcels_total, len(view.parcels))
    return f"{count(total)}个" if total else None


def _calling_tail(view: View) -> str | None:
    """The end of the number that calls, where a text can be read on it."""
    number = view.caller.number
    return number[-4:] if number is not None and is_mobile(number) else None


def _bulletin(view: View) -> str | None:
    """Only a notice that matches this parcel's way: others are no news to this caller."""
    notice = view.derived.bulletin if view.derived else None
    return notice.cause if notice else None


def _fetched(view: View) -> str | None:
    fetched = view.caller.fetched_at
    return moment(fetched, view.now) if fetched else None


CALL_FACTS = (
    FactKind("hotline.brand", lambda view: view.hotline.brand or None, "迅达快递"),
    FactKind("hotline.greeting", _greeting, "您好,迅达快递自动语音客服,本次通话有录音。"),
    FactKind("hotline.agent", lambda view: view.hotline.agent_name or None, "人工客服"),
    FactKind("staff.wait", _wait, "五分钟"),
    FactKind("queue.ahead", _ahead, "三位"),
    FactKind("queue.wait", _queue_wait, "五分钟"),
    FactKind("staff.opens", _opens, "明早八点"),
    FactKind("caller.merchant", lambda view: view.caller.merchant_name, "优选商行", private=True),
    FactKind("caller.parcels", _parcel_count, "三个"),
    FactKind("caller.phone_tail", _calling_tail, "8000"),
    FactKind("caller.read_at", _fetched, "今天上午九点"),
    FactKind("bulletin.cause", _bulletin, "强降雨导致武汉方向中转积压"),
    FactKind("code.phone_tail", _memory("phone_tail"), "3679"),
    FactKind("heard.address", _memory("address"), "江夏区光谷大道一号", private=True),
    FactKind("heard.number", _memory("number"), "73100196611386", private=True),
    FactKind("heard.so_far", _memory("so_far"), "7310 0196"),
    FactKind("heard.tail", _memory("tail"), "3679"),
    FactKind("heard.first", _memory("first"), "3679"),
    FactKind("heard.second", _memory("second"), "3619"),
    FactKind("heard.time", _memory("time"), "明天上午"),
    FactKind("heard.reading1", _memory("reading1"), "查快递到哪了"),
    FactKind("heard.reading2", _memory("reading2"), "催快递员派送"),
    FactKind("config.complaint_days", lambda view: f"{count(view.settings.complaint_days)}天", "七天"),
    FactKind("config.authority_phone", lambda view: view.settings.authority_phone, "12305"),
    FactKind("config.authority_days", lambda view: f"{count(view.settings.authority_days)}天", "三十天"),
    FactKind("config.knowledge", lambda view: view.knowledge, "首重价格以所在网点报价为准。"),
)
