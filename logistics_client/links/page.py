"""The routes behind a link: ``/u/{token}`` on the caller's own phone, and the gateway's delivery reports."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from logistics_client.clock import Clock, system_clock
from logistics_client.errors import BadReplyError, LogisticsError
from logistics_client.links.evidence import MAX_BYTES, PhotoRefusedError, Refusal
from logistics_client.links.html import POLICY, AddressForm, Notice, gone_page, link_page
from logistics_client.links.model import Link, Purpose
from logistics_client.links.service import MAX_PHOTOS, Links
from logistics_client.links.sms import read_report
from logistics_client.links.wording import REFUSALS
from logistics_client.profile_cache import RecentCache

MAX_UPLOAD = 40_000_000  # bytes of one form with all its photos
MAX_TEXT_FORM = 20_000
MAX_REPORT = 10_000
MAX_PHOTOS_PER_LINK = 30
PHOTO_S = 600.0

# The delivery photo of a waybill, or None; it comes from the carrier and is cleaned like any other photo.
DeliveryPhoto = Callable[[str], Awaitable[bytes | None]]

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address itself is the key to the page
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_MOBILE = re.compile(r"(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})", re.ASCII)
_NUMBER = re.compile(r"[A-Z0-9]{8,32}", re.ASCII)
_SEPARATORS = re.compile(r"[\s-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


class LinkPages:
    """Answers the requests of a link's page.

    Args:
        links: the links.
        delivery_photo: looks a delivery photo up.
    """

    def __init__(self, links: Links, delivery_photo: DeliveryPhoto) -> None:
        self._links = links
        self._delivery_photo = delivery_photo
        # The page and its image ask for the same photo, and some carriers bill every question.
        self._photos: RecentCache[bytes] = RecentCache(PHOTO_S, PHOTO_S, size=50)

    async def show(self, token: str) -> Response:
        """Show the page; the first time is the event ``link.opened``."""
        link = await self._links.visit(token)
        return _gone() if link is None else await self._page(link, token)

    async def photos(self, token: str, request: Request) -> Response:
        """Take photos."""
        link = await self._links.find(token)
        if link is None or link.purpose is not Purpose.PHOTO:
            return _gone()
        if (refused := _too_large(request, MAX_UPLOAD)) is not None:
            return await self._page(link, token, Notice(REFUSALS[Refusal.TOO_LARGE], good=False), refused)
        known = len(await self._links.store.evidence(link.link_id))
        try:
            async with request.form(max_files=MAX_PHOTOS, max_fields=5) as form:
                taken = [await file.read(MAX_BYTES + 1) for file in _files(form)]
        except HTTPException:
            return await self._page(link, token, Notice(f"一次最多上传 {MAX_PHOTOS} 张照片。", good=False), 400)
        if known + len(taken) > MAX_PHOTOS_PER_LINK:
            return await self._page(link, token, Notice("照片已经足够了，谢谢。", good=False), 400)
        try:
            if not taken:
                raise PhotoRefusedError(Refusal.EMPTY)
            await self._links.take_photos(link, taken)
        except PhotoRefusedError as error:
            return await self._page(link, token, Notice(REFUSALS[error.reason], good=False), 400)
        return _back(token)

    async def photo(self, token: str, number: int) -> Response:
        """Show the display copy of an uploaded photo to the one who uploaded it."""
        link = await self._links.find(token)
        sealed = await self._links.store.evidence(link.link_id) if link is not None else ()
        if not 1 <= number <= len(sealed):
            return _gone()
        try:
            return _jpeg(await self._links.vault.display(sealed[number - 1].sha256))
        except FileNotFoundError:
            return _gone()

    async def delivery_photo(self, token: str) -> Response:
        """Show the delivery photo, cleaned; that is what the link is used for."""
        link = await self._links.find(token)
        if link is None or link.purpose is not Purpose.POD_PHOTO:
            return _gone()
        copy = await self._photo_of(link)
        if copy is None:
            return _gone()
        await self._links.seen(link)
        return _jpeg(copy)

    async def address(self, token: str, request: Request) -> Response:
        """Take a new address, once."""
        link = await self._links.find(token)
        if link is None or link.purpose is not Purpose.ADDRESS:
            return _gone()
        if (refused := _too_large(request, MAX_TEXT_FORM)) is not None:
            return await self._page(link, token, Notice("内容太长了，请写短一些。", good=False), refused)
        form = await request.form(max_files=0, max_fields=10)
        given = AddressForm(**{name: _line(form, name, size) for name, size in _ADDRESS_FIELDS.items()})
        if missing := _missing(given):
            return await self._page(link, token, Notice(missing, good=False), 400, given)
        fields = {
            "receiver": given.receiver,
            "contact_phone": given.mobile,
            "new_address": f"{given.region}{given.street}",
        }
        await self._links.take_fields(link, fields)
        return _back(token)

    async def intercept(self, token: str) -> Response:
        """Take the confirmation of an intercept, once."""
        link = await self._links.find(token)
        if link is None or link.purpose is not Purpose.INTERCEPT:
            return _gone()
        await self._links.take_fields(link, {"confirmed": "link"})
        return _back(token)

    async def number(self, token: str, request: Request) -> Response:
        """Take the number that could not be heard; a mistyped one may be sent anew."""
        link = await self._links.find(token)
        if link is None or link.purpose is not Purpose.NUMBER:
            return _gone()
        if (refused := _too_large(request, MAX_TEXT_FORM)) is not None:
            return await self._page(link, token, Notice("内容太长了，请写短一些。", good=False), refused)
        form = await request.form(max_files=0, max_fields=5)
        given = _SEPARATORS.sub("", _line(form, "number", 60)).upper()
        if not _NUMBER.fullmatch(given):
            return await self._page(link, token, Notice("请填写面单上的快递单号。", good=False), 400)
        await self._links.take_fields(link, {"number": given})
        return await self._page(link, token, Notice("单号收到了，请回到电话里。", good=True))

    async def _page(
        self,
        link: Link,
        token: str,
        notice: Notice | None = None,
        status: int = 200,
        form: AddressForm | None = None,
    ) -> Response:
        photos = len(await self._links.store.evidence(link.link_id))
        shown = link.purpose is Purpose.POD_PHOTO and await self._photo_of(link) is not None
        if link.purpose in (Purpose.CUSTOMS, Purpose.MERCHANT):
            await self._links.seen(link)
        body = link_page(link, token, notice=notice, form=form or AddressForm(), photos=photos, shown=shown)
        return HTMLResponse(body, status, _HEADERS)

    async def _photo_of(self, link: Link) -> bytes | None:
        """Return the delivery photo without its hidden data; what is no photo is none."""
        known = self._photos.fresh(link.waybill)
        if known is not None:
            return known
        try:
            photo = await self._delivery_photo(link.waybill)
            copy = await self._links.vault.cleaned(photo) if photo is not None else None
        except (LogisticsError, PhotoRefusedError):
            return None
        if copy is not None:
            self._photos.put(link.waybill, copy)
        return copy


def link_router(
    links: Links, delivery_photo: DeliveryPhoto, *, report_secret: str | None = None, clock: Clock = system_clock
) -> APIRouter:
    """Make the routes of the caller's page and, with a secret, ``/sms/reports`` for the gateway.

    Args:
        links: the links.
        delivery_photo: looks a delivery photo up by waybill.
        report_secret: shared with the gateway.
        clock: our clock.
    """
    pages = LinkPages(links, delivery_photo)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/u/{token}", pages.show, methods=["GET"])
    router.add_api_route("/u/{token}/photos", pages.photos, methods=["POST"])
    router.add_api_route("/u/{token}/photos/{number}", pages.photo, methods=["GET"])
    router.add_api_route("/u/{token}/delivery-photo", pages.delivery_photo, methods=["GET"])
    router.add_api_route("/u/{token}/address", pages.address, methods=["POST"])
    router.add_api_route("/u/{token}/intercept", pages.intercept, methods=["POST"])
    router.add_api_route("/u/{token}/number", pages.number, methods=["POST"])

    async def reports(request: Request) -> Response:
        if _too_large(request, MAX_REPORT) is not None or not report_secret:
            return JSONResponse({"accepted": False}, 403)
        try:
            report = read_report(await request.body(), request.headers, report_secret, clock())
            await links.report(report)
        except BadReplyError:
            return JSONResponse({"accepted": False}, 400)
        except LogisticsError:
            return JSONResponse({"accepted": False}, 403)
        return JSONResponse({"accepted": True})

    router.add_api_route("/sms/reports", reports, methods=["POST"])
    return router


_ADDRESS_FIELDS = {"receiver": 30, "mobile": 15, "region": 60, "street": 120}


def _gone() -> Response:
    return HTMLResponse(gone_page(), 404, _HEADERS)


def _back(token: str) -> Response:
    return RedirectResponse(f"/u/{token}", 303, _HEADERS)


def _jpeg(data: bytes) -> Response:
    return Response(data, media_type="image/jpeg", headers=_HEADERS)


def _too_large(request: Request, limit: int) -> int | None:
    """Return the status of a refusal; the server holds a sender to the length that was declared."""
    declared = request.headers.get("content-length", "")
    if not (declared.isascii() and declared.isdigit()):
        return 411
    return 413 if int(declared) > limit else None


def _files(form: FormData) -> list[UploadFile]:
    return [item for item in form.getlist("photos") if isinstance(item, UploadFile) and item.filename]


def _line(form: FormData, name: str, size: int) -> str:
    value = form.get(name)
    return _CONTROL.sub(" ", value).strip()[:size] if isinstance(value, str) else ""


def _missing(form: AddressForm) -> str | None:
    if not form.receiver:
        return "请填写收件人。"
    if not _MOBILE.fullmatch(form.mobile):
        return "请填写正确的手机号。"
    if len(form.region) < 4:
        return "请填写省市区。"
    return None if len(form.street) >= 4 else "请把详细地址写完整，例如街道、小区和门牌号。"
