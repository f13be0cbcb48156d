"""What both aggregators are asked about."""

from __future__ import annotations

from datetime import datetime

from logistics_client.clock import CHINA
from logistics_client.transport import Policy

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)
ZTO = "73100196611386"
YTO = "YT9693083639795"
QUICK = Policy(attempts=1, rate_per_s=1000, burst=1000)
TRACE = {
    "message": "ok",
    "nu": ZTO,
    "ischeck": "0",
    "com": "zhongtong",
    "status": "200",
    "state": "5",
    "arrivalTime": "2026-11-22 18",
    "data": [
        {
            "time": "2026-11-22 08:10:00",
            "ftime": "2026-11-22 08:10:00",
            "context": "【武汉市】【武汉藏龙岛】(027-59767205)的业务员(139****4407)正在派件",
            "statusCode": "5",
            "areaName": "湖北,武汉市,江夏区",
        },
        {
            "time": "2026-11-20 19:10:00",
            "ftime": "2026-11-20 19:10:00",
            "context": "【上海市】快件离开【青浦华新】发往武汉转运中心",
            "statusCode": "1002",
            "areaName": "上海,上海市,青浦区",
        },
    ],
    "courierInfo": {"deliveryManName": "李四", "deliveryManPhone": "13900004407"},
}
