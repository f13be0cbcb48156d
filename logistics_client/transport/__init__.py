"""How a carrier is asked over HTTP: time-outs by phase, limits, and no trust in what comes back."""

from logistics_client.transport.breaker import CircuitBreaker
from logistics_client.transport.bucket import TokenBucket
from logistics_client.transport.coalesce import Coalescer
from logistics_client.transport.http import CarrierHttp, Policy, Reply, Request
from logistics_client.transport.json_reply import at_text, mapping, parse, parse_object, rows, text

__all__ = [
    "CarrierHttp",
    "CircuitBreaker",
    "Coalescer",
    "Policy",
    "Reply",
    "Request",
    "TokenBucket",
    "at_text",
    "mapping",
    "parse",
    "parse_object",
    "rows",
    "text",
]
