"""``/healthz``, ``/readyz`` and ``/metrics``; the desk mounts its pages beside them."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


def build_app(readiness: Callable[[], dict[str, bool]]) -> FastAPI:
    """Build the application; ``readiness`` names each part and whether it works now."""
    app = FastAPI(title="courier-hotline", openapi_url="/api/v1/openapi.json", docs_url="/api/v1/docs")

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Tell that the process runs."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        """Tell whether a call can be served, part by part."""
        parts = readiness()
        return JSONResponse({"ready": all(parts.values()), "parts": parts}, 200 if all(parts.values()) else 503)

    @app.get("/metrics")
    async def metrics() -> Response:
        """Prometheus text."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app
