from __future__ import annotations

from datetime import datetime, timedelta

from logistics_client.clock import CHINA

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)


class MovingClock:
    """A clock that only tests move."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)
