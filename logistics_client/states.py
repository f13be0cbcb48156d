"""What the carriers' codes mean: one table per carrier from raw code to :class:`Stage`.

The raw code always stays on the event. A code that no table knows gets the stage of its family (its parent in the
carrier's own numbering) and, when there is none, ``unknown``: a new code must never turn into a wrong sentence.

Sources: the carriers' and aggregators' public documents as collected by the project. 顺丰 codes follow four
independent tables of its operation codes (70 = 派件不成功, 80 = 签收), against one published mapping that differs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from logistics_client.vocabulary import Stage


@dataclass(frozen=True, slots=True)
class CodeTable:
    """Codes of one carrier.

    Attributes:
        stages: every known code.
        families: patterns of whole codes, first match wins, for codes that came into use later.
    """

    stages: Mapping[str, Stage]
    families: tuple[tuple[re.Pattern[str], Stage], ...] = ()

    def stage_of(self, code: str | None, parent: Stage = Stage.UNKNOWN) -> Stage:
        """Return the stage of a code, else of its family, else ``parent``."""
        if code is None:
            return parent
        known = self.stages.get(code)
        if known is not None:
            return known
        for pattern, stage in self.families:
            if pattern.fullmatch(code):
                return stage
        return parent


def _families(*pairs: tuple[str, Stage]) -> tuple[tuple[re.Pattern[str], Stage], ...]:
    return tuple((re.compile(pattern, re.ASCII), stage) for pattern, stage in pairs)


KUAIDI100 = CodeTable(
    {
        "0": Stage.IN_TRANSIT, "1001": Stage.AT_DEST_CITY, "1002": Stage.IN_TRANSIT, "1003": Stage.FORWARDING,
        "1": Stage.PICKED_UP, "101": Stage.CREATED, "102": Stage.WAITING_PICKUP, "103": Stage.PICKED_UP,
        "2": Stage.STRANDED, "201": Stage.STRANDED, "202": Stage.STRANDED, "203": Stage.REFUSED,
        "204": Stage.DELIVERY_FAILED, "205": Stage.AWAITING_PICKUP_STATION, "206": Stage.UNREACHABLE,
        "207": Stage.OUT_OF_AREA, "208": Stage.STRANDED, "209": Stage.DAMAGED, "210": Stage.CANCELLED,
        "3": Stage.SIGNED_SELF, "301": Stage.SIGNED_SELF, "302": Stage.SIGNED_SELF, "303": Stage.SIGNED_AGENT,
        "304": Stage.PICKED_FROM_LOCKER, "4": Stage.RETURNED, "401": Stage.CANCELLED, "14": Stage.REFUSED,
        "5": Stage.OUT_FOR_DELIVERY, "501": Stage.AWAITING_PICKUP_STATION, "6": Stage.RETURNING,
        "7": Stage.FORWARDING, "8": Stage.CUSTOMS_CLEARING, "10": Stage.CUSTOMS_PENDING,
        "11": Stage.CUSTOMS_CLEARING, "12": Stage.CUSTOMS_CLEARED, "13": Stage.CUSTOMS_HELD,
    },
    _families(
        (r"10\d\d", Stage.IN_TRANSIT), (r"1\d\d", Stage.PICKED_UP), (r"2\d\d", Stage.STRANDED),
        (r"3\d\d", Stage.SIGNED_SELF), (r"4\d\d", Stage.RETURNED), (r"5\d\d", Stage.OUT_FOR_DELIVERY),
        (r"6\d\d", Stage.RETURNING), (r"7\d\d", Stage.FORWARDING), (r"8\d\d|1\d", Stage.CUSTOMS_CLEARING),
    ),
)  # fmt: skip

KDNIAO = CodeTable(
    {
        "1": Stage.PICKED_UP, "2": Stage.IN_TRANSIT, "201": Stage.AT_DEST_CITY, "202": Stage.OUT_FOR_DELIVERY,
        "211": Stage.AWAITING_PICKUP_STATION, "3": Stage.SIGNED_SELF, "301": Stage.SIGNED_SELF,
        "302": Stage.SIGNED_SELF, "304": Stage.SIGNED_AGENT, "311": Stage.PICKED_FROM_LOCKER, "4": Stage.STRANDED,
        "401": Stage.WAITING_PICKUP, "402": Stage.STRANDED, "403": Stage.STRANDED, "404": Stage.REFUSED,
        "405": Stage.DELIVERY_FAILED, "406": Stage.RETURNED, "407": Stage.RETURNING,
        "412": Stage.AWAITING_PICKUP_STATION,
    },
    _families(
        (r"1\d\d", Stage.PICKED_UP), (r"2\d\d", Stage.IN_TRANSIT), (r"3\d\d", Stage.SIGNED_SELF),
        (r"4\d\d", Stage.STRANDED),
    ),
)  # fmt: skip

SF = CodeTable(
    {
        "50": Stage.PICKED_UP, "54": Stage.PICKED_UP, "43": Stage.PICKED_UP, "30": Stage.IN_TRANSIT,
        "31": Stage.AT_HUB, "36": Stage.IN_TRANSIT, "302": Stage.IN_TRANSIT, "105": Stage.IN_TRANSIT,
        "106": Stage.IN_TRANSIT, "3036": Stage.IN_TRANSIT, "204": Stage.OUT_FOR_DELIVERY,
        "44": Stage.OUT_FOR_DELIVERY, "123": Stage.OUT_FOR_DELIVERY, "125": Stage.AWAITING_PICKUP_LOCKER,
        "128": Stage.PICKED_FROM_LOCKER, "130": Stage.AWAITING_PICKUP_STATION,
        "678": Stage.AWAITING_PICKUP_STATION, "679": Stage.PICKED_FROM_LOCKER, "70": Stage.DELIVERY_FAILED,
        "33": Stage.DELIVERY_FAILED, "77": Stage.STRANDED, "66": Stage.STRANDED, "99": Stage.FORWARDING,
        "648": Stage.RETURNING, "631": Stage.RETURNING, "80": Stage.SIGNED_SELF, "8000": Stage.SIGNED_SELF,
        "14": Stage.CUSTOMS_CLEARED, "15": Stage.CUSTOMS_CLEARING, "16": Stage.CUSTOMS_PENDING,
        "17": Stage.CUSTOMS_CLEARING, "18": Stage.CUSTOMS_HELD, "604": Stage.CUSTOMS_CLEARING,
        "606": Stage.CUSTOMS_CLEARED, "613": Stage.CUSTOMS_HELD, "619": Stage.CUSTOMS_CLEARING,
        "620": Stage.CUSTOMS_CLEARING, "621": Stage.CUSTOMS_CLEARING,
    }
)  # fmt: skip

# 顺丰 numbers its operations without families; the parent is the first status that comes with every row.
SF_FIRST_STATUS: Mapping[str, Stage] = {
    "已揽收": Stage.PICKED_UP,
    "运送中": Stage.IN_TRANSIT,
    "派送中": Stage.OUT_FOR_DELIVERY,
    "已签收": Stage.SIGNED_SELF,
}

ZTO = CodeTable(
    {
        "收件": Stage.PICKED_UP, "发件": Stage.IN_TRANSIT, "到件": Stage.AT_HUB, "派件": Stage.OUT_FOR_DELIVERY,
        "签收": Stage.SIGNED_SELF, "退件": Stage.RETURNING, "问题件": Stage.STRANDED,
        "ARRIVAL": Stage.AWAITING_PICKUP_STATION, "SIGNED": Stage.PICKED_FROM_LOCKER,
        "DELIVERY": Stage.OUT_FOR_DELIVERY,
    },
    _families((r"转单.*", Stage.FORWARDING), (r"退件.*", Stage.RETURNING), (r"问题件.*", Stage.STRANDED)),
)  # fmt: skip

YTO = CodeTable(
    {
        "GOT": Stage.PICKED_UP, "ARRIVAL": Stage.AT_HUB, "DEPARTURE": Stage.IN_TRANSIT,
        "SENT_SCAN": Stage.OUT_FOR_DELIVERY, "INBOUND": Stage.AWAITING_PICKUP_STATION, "SIGNED": Stage.SIGNED_SELF,
        "FAILED": Stage.DELIVERY_FAILED, "FORWARDING": Stage.FORWARDING, "TMS_RETURN": Stage.RETURNING,
        "AIRSEND": Stage.IN_TRANSIT, "AIRPICK": Stage.IN_TRANSIT,
    },
    _families((r"AIR[A-Z_]+", Stage.IN_TRANSIT), (r"[A-Z_]*RETURN[A-Z_]*", Stage.RETURNING)),
)  # fmt: skip

YUNDA = CodeTable(
    {
        "ACCEPT": Stage.WAITING_PICKUP, "GOT": Stage.PICKED_UP, "ARRIVAL": Stage.AT_HUB,
        "DEPARTURE": Stage.IN_TRANSIT, "SENT": Stage.OUT_FOR_DELIVERY, "INBOUND": Stage.AWAITING_PICKUP_STATION,
        "OUTBOUND": Stage.PICKED_FROM_LOCKER, "SIGNED": Stage.SIGNED_SELF, "SIGNFAIL": Stage.DELIVERY_FAILED,
        "RETURN": Stage.RETURNING, "ISSUE": Stage.STRANDED, "REJECTION": Stage.REFUSED,
    },
    _families((r"SENT[A-Z_]+", Stage.OUT_FOR_DELIVERY), (r"ISSUE[A-Z_]+", Stage.STRANDED)),
)  # fmt: skip

STO = CodeTable(
    {
        "收件": Stage.PICKED_UP, "发件": Stage.IN_TRANSIT, "到件": Stage.AT_HUB, "派件": Stage.OUT_FOR_DELIVERY,
        "第三方代派": Stage.OUT_FOR_DELIVERY, "签收": Stage.SIGNED_SELF, "问题件": Stage.STRANDED,
        "退回件": Stage.RETURNING, "留仓件": Stage.STRANDED, "派件入柜": Stage.AWAITING_PICKUP_LOCKER,
        "柜机代收": Stage.AWAITING_PICKUP_LOCKER, "驿站代收": Stage.AWAITING_PICKUP_STATION,
        "代取快递": Stage.PICKED_FROM_LOCKER,
    },
    _families((r"问题件.*", Stage.STRANDED), (r"退.*", Stage.RETURNING), (r".*签收", Stage.SIGNED_SELF)),
)  # fmt: skip

# 极兔 numbers its scans 1-14 and its problems A1-A35; some interfaces print the scan's name instead.
JT = CodeTable(
    {
        "1": Stage.PICKED_UP, "快件揽收": Stage.PICKED_UP, "3": Stage.IN_TRANSIT, "发件扫描": Stage.IN_TRANSIT,
        "4": Stage.AT_HUB, "到件扫描": Stage.AT_HUB, "5": Stage.OUT_FOR_DELIVERY,
        "出仓扫描": Stage.OUT_FOR_DELIVERY, "6": Stage.AWAITING_PICKUP_STATION,
        "入库扫描": Stage.AWAITING_PICKUP_STATION, "7": Stage.AWAITING_PICKUP_STATION,
        "代理点收入扫描": Stage.AWAITING_PICKUP_STATION, "9": Stage.PICKED_FROM_LOCKER,
        "出库扫描": Stage.PICKED_FROM_LOCKER, "10": Stage.SIGNED_SELF, "快件签收": Stage.SIGNED_SELF,
        "11": Stage.STRANDED, "问题件扫描": Stage.STRANDED, "14": Stage.RETURNING, "退件扫描": Stage.RETURNING,
        "A9": Stage.UNREACHABLE, "A11": Stage.DELIVERY_FAILED, "A15": Stage.DELIVERY_FAILED,
        "A21": Stage.STRANDED, "A27": Stage.STRANDED,
    },
    _families((r"A\d+", Stage.STRANDED)),
)  # fmt: skip
