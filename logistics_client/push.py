"""Pushes of 快递100 and 快递鸟: checked, read, stored, and only then acknowledged.

A push is a whole trace so far. It may come twice, late or in any order; the cache keeps its events one by one, so
none of that matters. What cannot be stored is not acknowledged and comes again (快递100: three times, 35 minutes
apart). A push that is signed wrongly is refused and changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError

from logistics_client import signing
from logistics_client.cache import TraceCache
from logistics_client.carriers import kdniao, kuaidi100
from logistics_client.carriers.common import checked_waybill
from logistics_client.carriers.kdniao import KdniaoAccount
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import LogisticsError
from logistics_client.transport import mapping, parse_object, rows, text
from logistics_client.vocabulary import Parcel

logger = logging.getLogger(__name__)

MAX_BODY = 2_000_000


class PushRefusedError(LogisticsError):
    """The push is not from the aggregator: its digest is wrong or missing."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push brought; ``skipped`` counts entries without a usable trace."""

    source: str
    parcels: tuple[Parcel, ...]
    skipped: int = 0


def read_kuaidi100(form: Mapping[str, str], salt: str, clock: Clock = system_clock) -> Pushed:
    """Check and read a 快递100 push.

    Args:
        form: fields ``param`` and ``sign``.
        salt: the secret that was given when subscribing.
        clock: our clock.

    Raises:
        PushRefusedError: wrong digest.
        BadReplyError: signed rightly and unreadable.
    """
    param = form.get("param", "")
    if not signing.same(signing.kuaidi100_push(param, salt), form.get("sign", "").upper()):
        raise PushRefusedError("a push with a wrong digest was refused; check the salt", carrier=kuaidi100.NAME)
    data = parse_object(param, carrier=kuaidi100.NAME)
    result = mapping(data, "lastResult")
    number = checked_waybill(text(result, "nu") or "", kuaidi100.NAME)
    if not rows(result, "data", carrier=kuaidi100.NAME):
        return Pushed(kuaidi100.NAME, (), 1)  # an aborted subscription has nothing to tell
    return Pushed(kuaidi100.NAME, (kuaidi100.read_parcel(result, number, clock),))


def read_kdniao(form: Mapping[str, str], account: KdniaoAccount, clock: Clock = system_clock) -> Pushed:
    """Check and read a 快递鸟 push, which may tell about many waybills.

    Args:
        form: fields ``RequestData`` and ``DataSign``.
        account: business id and key.
        clock: our clock.

    Raises:
        PushRefusedError: wrong digest, or meant for another customer.
        BadReplyError: signed rightly and unreadable.
    """
    # Some senders encode twice; JSON never begins with %7B, and Base64 holds neither per cent nor space.
    request_data = form.get("RequestData", "")
    request_data = unquote(request_data) if request_data.startswith("%") else request_data
    sign = unquote(form.get("DataSign", "")).replace(" ", "+")
    if not signing.same(signing.kdniao(request_data, account.api_key), sign):
        raise PushRefusedError("a push with a wrong digest was refused; check the key", carrier=kdniao.NAME)
    data = parse_object(request_data, carrier=kdniao.NAME)
    if text(data, "EBusinessID") != account.business_id:
        raise PushRefusedError("a push for another business id was refused", carrier=kdniao.NAME)
    parcels: list[Parcel] = []
    entries = rows(data, "Data", carrier=kdniao.NAME)
    for entry in entries:
        try:
            number = checked_waybill(text(entry, "LogisticCode") or "", kdniao.NAME)
            parcels.append(kdniao.read_parcel(entry, number, clock))
        except LogisticsError as error:
            # One waybill without a trace must not keep the others from being stored.
            logger.warning("entry of a push left out", extra={"carrier": kdniao.NAME, "error": type(error).__name__})
    return Pushed(kdniao.NAME, tuple(parcels), len(entries) - len(parcels))


class PushReceiver:
    """Stores pushes and says what to answer.

    Args:
        cache: where traces are kept.
        salt: secret of the 快递100 subscriptions; None refuses its pushes.
        kdniao_account: account at 快递鸟; None refuses its pushes.
        clock: our clock.
    """

    def __init__(
        self,
        cache: TraceCache,
        *,
        salt: str | None = None,
        kdniao_account: KdniaoAccount | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._cache = cache
        self._salt = salt
        self._kdniao = kdniao_account
        self._clock = clock

    async def kuaidi100(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Take a 快递100 push; return HTTP status and body."""

        def read() -> Pushed:
            if not self._salt:
                raise PushRefusedError("no salt is configured; set KUAIDI100_SALT", carrier=kuaidi100.NAME)
            return read_kuaidi100(form, self._salt, self._clock)

        status, message = await self._take(read)
        code = "200" if status == 200 else "500"
        return status, {"result": status == 200, "returnCode": code, "message": message}

    async def kdniao(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Take a 快递鸟 push; return HTTP status and body."""

        def read() -> Pushed:
            if self._kdniao is None:
                raise PushRefusedError("no account is configured; set KDNIAO_API_KEY", carrier=kdniao.NAME)
            return read_kdniao(form, self._kdniao, self._clock)

        status, message = await self._take(read)
        return status, {
            "EBusinessID": self._kdniao.business_id if self._kdniao else "",
            "UpdateTime": self._clock().strftime("%Y-%m-%d %H:%M:%S"),
            "Success": status == 200,
            "Reason": "" if status == 200 else message,
        }

    async def _take(self, read: Callable[[], Pushed]) -> tuple[int, str]:
        try:
            pushed = read()
        except PushRefusedError as error:
            logger.warning("push refused", extra={"carrier": error.carrier})
            return 403, "签名不符"
        except LogisticsError as error:
            logger.warning("push unreadable", extra={"carrier": error.carrier, "error": type(error).__name__})
            return 400, "内容无法读取"
        try:
            for parcel in pushed.parcels:
                news = await self._cache.merge_push(pushed.source, parcel)
                logger.info("push stored", extra={"carrier": pushed.source, "news": news})
        except (RedisError, OSError) as error:
            logger.warning("push not stored; it will come again", extra={"error": type(error).__name__})
            return 503, "暂时无法保存"
        return 200, "成功"


def push_router(receiver: PushReceiver) -> APIRouter:
    """Make the routes ``/push/kuaidi100`` and ``/push/kdniao``."""
    router = APIRouter(prefix="/push", include_in_schema=False)

    @router.post("/kuaidi100")
    async def kuaidi100_push(request: Request) -> JSONResponse:
        status, body = await receiver.kuaidi100(await _form(request))
        return JSONResponse(body, status)

    @router.post("/kdniao")
    async def kdniao_push(request: Request) -> JSONResponse:
        status, body = await receiver.kdniao(await _form(request))
        return JSONResponse(body, status)

    return router


async def _form(request: Request) -> dict[str, str]:
    """Read a small form; one that is too large or unreadable is empty, and so refused by its missing digest."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return {}
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        return {}
