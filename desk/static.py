"""The built desk under ``/desk`` and ``/embed/desk``; a plain page while it is not built."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from desk.http.headers import security_headers

DIST = Path(__file__).resolve().parent / "web" / "dist"
# Vite names these by content: a browser may keep them for ever.
_HASHED = "assets"
_MISSING = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="refresh" content="10">
<title>{title}</title><body><h1>{title}</h1><p>{text}</p></body></html>"""
_DESK_MISSING = _MISSING.format(
    title="坐席工作台正在构建",
    text="首次启动需要一两分钟,本页会自动刷新。"
    "如果一直停在这里,说明本机没有 Node.js(20.19 以上),请看 make run 的输出。",
)


class Pages:
    """Serves files of the built pages and nothing else.

    Args:
        embed_origins: sites that may show ``/embed/desk`` in a frame.
        media_origins: the hotline's other processes, to which a softphone's offer may go.
        dist: the built desk.
    """

    def __init__(
        self, embed_origins: Sequence[str] = (), *, media_origins: Sequence[str] = (), dist: Path = DIST
    ) -> None:
        self._embed_origins = tuple(embed_origins)
        self._media_origins = tuple(media_origins)
        self._dist = dist

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        get: Any = router.add_api_route
        get("/desk", self.desk_root, methods=["GET", "HEAD"])
        get("/desk/{name:path}", self.desk_file, methods=["GET", "HEAD"])
        get("/embed/desk", self.embedded, methods=["GET", "HEAD"])
        return router

    async def desk_root(self, request: Request) -> Response:
        """The desk lives under a slash, so that its files are found beside it."""
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/desk/{query}", 307, headers=security_headers())

    async def desk_file(self, name: str) -> Response:
        """A file of the desk, or its page for every address that the page itself understands."""
        headers = security_headers(microphone=True, asks=self._media_origins)
        found = _file(_inside(self._dist, name), headers) if name else None
        if found is not None:
            if name.startswith(f"{_HASHED}/"):
                found.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            return found
        if name.startswith(f"{_HASHED}/"):
            return _gone(headers)
        return self._desk_page(headers)

    async def embedded(self) -> Response:
        """The desk as a widget inside the page of an allowed site."""
        frames = ("'self'", *self._embed_origins)
        return self._desk_page(security_headers(frames=frames, microphone=True, asks=self._media_origins))

    def _desk_page(self, headers: dict[str, str]) -> Response:
        page = _file(self._dist / "index.html", headers)
        return page or HTMLResponse(_DESK_MISSING, 503, headers=headers | {"Retry-After": "10"})


def _inside(folder: Path, name: str) -> Path | None:
    """The named file when it really lies in the folder."""
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) else None


def _file(path: Path | None, headers: dict[str, str]) -> Response | None:
    if path is None or not path.is_file():
        return None
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return FileResponse(path, media_type=kind, headers=headers | {"Cache-Control": "no-cache"})


def _gone(headers: dict[str, str]) -> Response:
    return HTMLResponse(_MISSING.format(title="没有这个文件", text="请刷新页面。"), 404, headers=headers)
