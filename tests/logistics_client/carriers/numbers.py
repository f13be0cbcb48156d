"""Waybills, the moment of the tests, and a line without limits."""

from __future__ import annotations

from datetime import datetime

from logistics_client.clock import CHINA
from logistics_client.transport import CarrierHttp, Policy

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)
QUICK = Policy(attempts=1, rate_per_s=1000, burst=1000, max_wait_s=0.0)
SF = "SF1234567890123"
ZTO = "73100196611386"
YTO = "YT9693083639795"
STO = "773012345678901"
YUNDA = "4312345678901"
JT = "JT4000096429493"


def line(name: str) -> CarrierHttp:
    return CarrierHttp(name, QUICK, clock=lambda: NOW)
