"""HTTP of 快递100, 快递鸟 and 顺丰 as the sandbox speaks it: forms in, their own error codes out.

All three answer with HTTP 200 and say in the body what was wrong. The accounts are fixed and known to everybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from logistics_client import signing
from logistics_client.sandbox import CARRIER, CARRIER_NAME
from logistics_client.sandbox.dialects import kdniao_reply, kuaidi100_reply, sf_routes, tail_fits
from logistics_client.sandbox.directory import Directory

KUAIDI100_CUSTOMER = "SANDBOXCUSTOMER"
KUAIDI100_KEY = "SANDBOXKEY"
KDNIAO_ID = "1000001"
KDNIAO_KEY = "sandbox-kdniao"
SF_PARTNER = "SANDBOX"
SF_CHECKWORD = "sandboxcheckword"
_SF_TOKEN = "sandboxtoken"  # noqa: S105
_SF_SKEW = timedelta(minutes=5)
_MAX_BODY = 64 * 1024


def add_dialects(app: FastAPI, directory: Directory) -> None:
    """Add the routes of the three formats."""
    _add_kuaidi100(app, directory)
    _add_kdniao(app, directory)
    _add_sf(app, directory)


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body())[:_MAX_BODY]
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _add_kuaidi100(app: FastAPI, directory: Directory) -> None:
    def refused(code: str, message: str) -> JSONResponse:
        return JSONResponse({"result": False, "returnCode": code, "message": message})

    @app.post("/poll/query.do")
    async def query(request: Request) -> JSONResponse:
        """快递100 实时查询."""
        form = await _form(request)
        param = form.get("param", "")
        if form.get("customer") != KUAIDI100_CUSTOMER:
            return refused("400", "客户编号不存在")
        if not signing.same(signing.kuaidi100_query(param, KUAIDI100_KEY, KUAIDI100_CUSTOMER), form.get("sign", "")):
            return refused("503", "验证签名失败")
        asked = _object(param)
        if asked is None or not asked.get("com") or not 6 <= len(str(asked.get("num", ""))) <= 32:
            return refused("400", "参数错误")
        found = directory.consignment(str(asked["num"]).upper()) if asked["com"] == CARRIER else None
        if found is None or not found.parcel.events:
            return refused("500", "查询无结果,请隔段时间再查")
        if asked.get("phone") and not tail_fits(found, str(asked["phone"])[-4:]):
            return refused("408", "验证码错误")
        return JSONResponse(kuaidi100_reply(found))

    @app.get("/autonumber/auto")
    async def recognise(num: str = "", key: str = "") -> JSONResponse:
        """快递100 智能单号识别."""
        if key != KUAIDI100_KEY:
            return JSONResponse({"returnCode": "601", "message": "key过期", "result": False})
        if not num.upper().startswith("YQ"):
            return JSONResponse([])
        return JSONResponse([{"lengthPre": len(num), "comCode": CARRIER, "name": CARRIER_NAME}])


def _add_kdniao(app: FastAPI, directory: Directory) -> None:
    @app.post("/Ebusiness/EbusinessOrderHandle.aspx")
    async def handle(request: Request) -> JSONResponse:
        """快递鸟: 1002 and 8001 (trace), 8002 (trace without company), 2002 (recognition)."""
        form = await _form(request)
        data = form.get("RequestData", "")
        base = {"EBusinessID": KDNIAO_ID, "Success": False}
        if form.get("EBusinessID") != KDNIAO_ID:
            return JSONResponse({**base, "Reason": "用户ID不存在"})
        if not signing.same(signing.kdniao(data, KDNIAO_KEY), form.get("DataSign", "")):
            return JSONResponse({**base, "Reason": "数据验证不通过(DataSign)"})
        asked = _object(data)
        if asked is None or not asked.get("LogisticCode"):
            return JSONResponse({**base, "Reason": "参数错误"})
        waybill = str(asked["LogisticCode"]).upper()
        if form.get("RequestType") == "2002":
            shippers = [{"ShipperCode": CARRIER.upper(), "ShipperName": CARRIER_NAME}] if waybill[:2] == "YQ" else []
            return JSONResponse({**base, "Success": True, "LogisticCode": waybill, "Shippers": shippers})
        if form.get("RequestType") not in ("1002", "8001", "8002"):
            return JSONResponse({**base, "Reason": "未开通此接口权限"})
        found = directory.consignment(waybill)
        tail = str(asked.get("CustomerName") or "")
        if found is not None and tail and not tail_fits(found, tail):
            found = None
        return JSONResponse(kdniao_reply(found, KDNIAO_ID, waybill))


def _add_sf(app: FastAPI, directory: Directory) -> None:
    @app.post("/oauth2/accessToken")
    async def token(request: Request) -> JSONResponse:
        """顺丰 OAuth2."""
        form = await _form(request)
        if (form.get("partnerID"), form.get("secret")) != (SF_PARTNER, SF_CHECKWORD):
            return _sf_outer("A1004", "无对应服务权限")
        return JSONResponse({"apiResultCode": "A1000", "accessToken": _SF_TOKEN, "expiresIn": 7200})

    @app.post("/std/service")
    async def service(request: Request) -> JSONResponse:
        """顺丰丰桥: EXP_RECE_SEARCH_ROUTES, by digest or token."""
        form = await _form(request)
        message, stamp = form.get("msgData", ""), form.get("timestamp", "")
        refusal = _sf_refusal(form, message, stamp, directory)
        if refusal is not None:
            return refusal
        asked = _object(message)
        numbers = asked.get("trackingNumber") if asked is not None else None
        if asked is None or not isinstance(numbers, list) or not numbers:
            return _sf_inner({"success": False, "errorCode": "8013", "errorMsg": "未传入单号"})
        if len(numbers) > 10:
            return _sf_inner({"success": False, "errorCode": "8003", "errorMsg": "单号超过10个"})
        tail = str(asked.get("checkPhoneNo") or "")
        routes = []
        for number in map(str, numbers):
            found = directory.consignment(number.upper())
            routes.append(sf_routes(number, found if found is not None and tail_fits(found, tail) else None))
        return _sf_inner({"success": True, "errorCode": "S0000", "errorMsg": None, "msgData": {"routeResps": routes}})


def _sf_refusal(form: Mapping[str, str], message: str, stamp: str, directory: Directory) -> JSONResponse | None:
    if form.get("partnerID") != SF_PARTNER or form.get("serviceCode") != "EXP_RECE_SEARCH_ROUTES":
        return _sf_outer("A1004", "无对应服务权限")
    if not message or not stamp.isdigit():
        return _sf_outer("A1001", "必传参数不可为空")
    if "accessToken" in form:
        return None if form["accessToken"] == _SF_TOKEN else _sf_outer("A1002", "请求时效已过期")
    if not signing.same(signing.sf(message, stamp, SF_CHECKWORD), form.get("msgDigest", "")):
        return _sf_outer("A1006", "数字签名无效")
    age = abs(directory.now().timestamp() - int(stamp[:15]) / 1000)
    return _sf_outer("A1002", "请求时效已过期") if age > _SF_SKEW.total_seconds() else None


def _sf_outer(code: str, message: str) -> JSONResponse:
    return JSONResponse({"apiResultCode": code, "apiErrorMsg": message, "apiResponseID": "sandbox"})


def _sf_inner(result: Mapping[str, Any]) -> JSONResponse:
    inner = signing.compact_json(result)
    return JSONResponse(
        {"apiResultCode": "A1000", "apiErrorMsg": "", "apiResponseID": "sandbox", "apiResultData": inner}
    )
