"""The hotline's own web side: health, readiness, metrics."""

from voice.http.app import build_app

__all__ = ["build_app"]
