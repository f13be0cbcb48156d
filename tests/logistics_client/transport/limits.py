"""Limits that leave no test waiting, and seconds that are moved by hand."""

from __future__ import annotations

from logistics_client.transport import CarrierHttp, Policy, Request

QUICK = Policy(
    connect_s=0.5, read_s=0.2, write_s=0.5, total_s=1.0, backoff_s=0.001, max_body=1000, rate_per_s=1000, burst=1000
)


class Moved:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def ask(carrier: CarrierHttp, url: str, *, safe: bool = True) -> bytes:
    return (await carrier.send(lambda: Request.json(url, "{}"), safe=safe)).body
