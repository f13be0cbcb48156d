"""Facts about the parcel in focus."""

from __future__ import annotations

from datetime import datetime

from dialog.facts.kind import FactKind
from dialog.facts.outlet_hours import opens_next
from dialog.facts.spoken_time import by_clock, count, elapsed, hour_words, moment
from dialog.facts.stages import STAGE_WORDS, where
from dialog.facts.view import View
from dialog.identity import Item
from logistics_client.vocabulary import Stage, TraceEvent

CARRIER_WORDS = {
    "sf": "顺丰", "zto": "中通", "yto": "圆通", "sto": "申通", "yunda": "韵达", "jt": "极兔",
    "jd": "京东", "ems": "邮政", "deppon": "德邦", "danniao": "丹鸟", "cainiao": "菜鸟",
}  # fmt: skip


def _tail(view: View) -> str | None:
    return view.parcel.tail if view.parcel else None


def _stage(view: View) -> str | None:
    return STAGE_WORDS.get(view.parcel.stage) if view.parcel else None


def _where(view: View) -> str | None:
    return where(view.parcel, view.now) if view.parcel else None


def _last(view: View) -> TraceEvent | None:
    return view.derived.last_event if view.derived else None


def _site(view: View) -> str | None:
    last = _last(view)
    return last.site if last else None


def _last_at(view: View) -> str | None:
    last = _last(view)
    return moment(last.at, view.now) if last else None


def _idle(view: View) -> str | None:
    last = _last(view)
    return elapsed(view.now - last.at) if last else None


def _held_for(view: View) -> str | None:
    held = view.derived.held if view.derived else None
    return elapsed(view.now - held.since) if held else None


def _cause(view: View) -> str | None:
    why = view.derived.why if view.derived else None
    return why.text if why else None


def _future(at: datetime | None, view: View) -> str | None:
    return by_clock(at, view.now) if at is not None and at > view.now else None


def _next_move(view: View) -> str | None:
    due = view.derived.next_move if view.derived else None
    return _future(due.at, view) if due else None


def _expected(view: View) -> str | None:
    return _future(view.parcel.expected_by, view) if view.parcel else None


def _late(view: View) -> str | None:
    parcel = view.parcel
    if parcel is None or parcel.expected_by is None or parcel.expected_by >= view.now:
        return None
    return elapsed(view.now - parcel.expected_by)


def _carrier(view: View) -> str | None:
    return CARRIER_WORDS.get(view.parcel.carrier) if view.parcel else None


def _courier(view: View) -> str | None:
    courier = view.parcel.courier if view.parcel else None
    return f"{courier.name[:1]}师傅" if courier and courier.name else None


def _courier_phone(view: View) -> str | None:
    courier = view.parcel.courier if view.parcel else None
    phone = courier.phone if courier else None
    return phone if phone and phone.isdigit() else None


def _outlet(view: View) -> str | None:
    return view.parcel.outlet.name if view.parcel and view.parcel.outlet else None


def _outlet_phone(view: View) -> str | None:
    return view.parcel.outlet.phone if view.parcel and view.parcel.outlet else None


def _outlet_hours(view: View) -> str | None:
    outlet = view.parcel.outlet if view.parcel else None
    if outlet is None or not outlet.opens or not outlet.closes:
        return None
    return f"{clock_words(outlet.opens)}到{clock_words(outlet.closes)}"


def clock_words(text: str) -> str:
    """Say an opening time such as ``08:30``: 早上八点半."""
    hour, minute = (int(part) for part in text.split(":"))
    half = {0: "", 30: "半"}.get(minute)
    return hour_words(hour) + (half if half is not None else f"{count(minute)}分")


def _outlet_opens(view: View) -> str | None:
    opens = opens_next(view.parcel.outlet, view.now) if view.parcel else None
    return moment(opens, view.now) if opens else None


def _signed_at(view: View) -> str | None:
    if view.parcel is None or not view.parcel.stage.is_signed or view.parcel.last_event is None:
        return None
    return moment(view.parcel.last_event.at, view.now)


def _customs_missing(view: View) -> str | None:
    return view.parcel.customs_missing if view.parcel and view.parcel.stage.is_customs else None


def _goods(view: View) -> str | None:
    return view.parcel.goods if view.parcel else None


def _pickup_place(view: View) -> str | None:
    return view.parcel.pickup.name if view.parcel and view.parcel.pickup else None


def _pickup_code(view: View) -> str | None:
    return view.parcel.pickup.code if view.parcel and view.parcel.pickup else None


def _pickup_since(view: View) -> str | None:
    pickup = view.parcel.pickup if view.parcel else None
    return moment(pickup.placed_at, view.now) if pickup and pickup.placed_at else None


def _phone_tail(view: View) -> str | None:
    return view.parcel.receiver_phone_tail if view.parcel else None


def _read_at(view: View) -> str | None:
    if view.parcel is None or not view.parcel.stale or view.parcel.fetched_at is None:
        return None
    return moment(view.parcel.fetched_at, view.now)


def _still_waits(view: View) -> str | None:
    waiting = (Stage.AWAITING_PICKUP_LOCKER, Stage.AWAITING_PICKUP_STATION)
    return STAGE_WORDS[view.parcel.stage] if view.parcel and view.parcel.stage in waiting else None


PARCEL_FACTS = (
    FactKind("parcel.tail", _tail, "6386", Item.STAGE),
    FactKind("parcel.stage", _stage, "正在运输途中", Item.STAGE),
    FactKind("parcel.waits", _still_waits, "已经放到快递柜,等待取件", Item.STAGE),
    FactKind("parcel.where", _where, "已经离开武汉中转场,正发往郑州中转场", Item.TRACE),
    FactKind("parcel.site", _site, "武汉中转场", Item.TRACE),
    FactKind("parcel.last_at", _last_at, "昨天下午六点", Item.TRACE),
    FactKind("parcel.idle", _idle, "四天", Item.TRACE),
    FactKind("parcel.held_for", _held_for, "三天", Item.TRACE),
    FactKind("parcel.cause", _cause, "强降雨导致中转积压", Item.TRACE),
    FactKind("parcel.next_move", _next_move, "今晚八点前", Item.TRACE),
    FactKind("parcel.expected", _expected, "明天下午三点前", Item.STAGE),
    FactKind("parcel.late", _late, "三天", Item.TRACE),
    FactKind("parcel.carrier", _carrier, "中通", Item.STAGE),
    FactKind("parcel.courier", _courier, "王师傅", Item.TRACE, private=True),
    FactKind("parcel.courier_phone", _courier_phone, "13912345678", Item.COURIER_PHONE, private=True),
    FactKind("parcel.outlet", _outlet, "武汉藏龙岛网点", Item.TRACE),
    FactKind("parcel.outlet_phone", _outlet_phone, "02759767205", Item.TRACE),
    FactKind("parcel.outlet_hours", _outlet_hours, "早上八点到晚上八点", Item.STAGE),
    FactKind("parcel.outlet_opens", _outlet_opens, "明早八点", Item.STAGE),
    FactKind("parcel.signed_at", _signed_at, "昨天下午六点", Item.TRACE),
    FactKind("parcel.customs_missing", _customs_missing, "收件人身份证明", Item.TRACE),
    FactKind("parcel.goods", _goods, "海鲜", Item.TRACE),
    FactKind("parcel.phone_tail", _phone_tail, "8000", Item.TRACE),
    FactKind("parcel.read_at", _read_at, "今天上午九点", Item.TRACE),
    FactKind("pickup.place", _pickup_place, "阳光花园丰巢柜", Item.TRACE),
    FactKind("pickup.code", _pickup_code, "31058", Item.PICKUP_CODE, private=True),
    FactKind("pickup.since", _pickup_since, "昨天下午六点", Item.TRACE),
)
