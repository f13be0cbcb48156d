"""The caller's page ``/`` and the modules it shares with the desk: static files, no build, no framework."""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response

from desk.http.headers import security_headers
from voice.config import PROJECT

PAGES = PROJECT / "desk" / "pages"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    media_type: str
    etag: str


def read_assets(folder: Path) -> dict[str, Asset]:
    """Read every servable file of a folder; what a visitor asks for never becomes a path."""
    assets = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in _TYPES:
            assets[path.name] = _asset(path.read_bytes(), path.suffix)
    return assets


def _asset(body: bytes, suffix: str) -> Asset:
    return Asset(body, _TYPES[suffix], f'"{hashlib.sha256(body).hexdigest()[:16]}"')


def call_page_router(brand: str, pages: Path = PAGES) -> APIRouter:
    """``/``, ``/call/{file}`` and ``/shared/{file}``; ``{brand}`` in the page becomes the company's name."""
    call, shared = read_assets(pages / "call"), read_assets(pages / "shared")
    page = call["index.html"].body.decode().replace("{brand}", html.escape(brand))
    call["index.html"] = _asset(page.encode(), ".html")
    # The page brings its own style sheet: unlike the desk's it needs no style attributes.
    headers = security_headers(microphone=True)
    policy = headers["Content-Security-Policy"].replace(" 'unsafe-inline'", "")
    headers |= {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    router = APIRouter(include_in_schema=False)

    def send(request: Request, assets: dict[str, Asset], name: str) -> Response:
        asset = assets.get(name)
        if asset is None:
            return Response(status_code=404, headers=headers)
        answer = headers | {"ETag": asset.etag}
        if request.headers.get("if-none-match") == asset.etag:
            return Response(status_code=304, headers=answer)
        return Response(asset.body, media_type=asset.media_type, headers=answer)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def index(request: Request) -> Response:
        return send(request, call, "index.html")

    @router.get("/call/{name}")
    async def call_file(request: Request, name: str) -> Response:
        return send(request, call, name)

    @router.get("/shared/{name}")
    async def shared_file(request: Request, name: str) -> Response:
        return send(request, shared, name)

    return router
