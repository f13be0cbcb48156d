"""The generic carrier interface as an OpenAPI document, built from the same models that check every message.

python -m logistics_client.openapi > docs/carrier-api.yaml
"""

from __future__ import annotations

import sys
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from logistics_client import wire
from logistics_client.platform_signature import KEY_HEADER, MAX_SKEW, SIGNATURE_HEADER, TIME_HEADER

_REF = "#/components/schemas/{model}"
_INTRO = f"""\
A courier's own platform that speaks this interface works with the hotline by `CARRIER=http`, `CARRIER_URL`,
`CARRIER_KEY` and `CARRIER_SECRET`; the sandbox carrier speaks it too.

**Signature.** Every request carries `{KEY_HEADER}`, `{TIME_HEADER}` (milliseconds since 1970) and
`{SIGNATURE_HEADER}`: lower-case hex of HMAC-SHA256(secret, timestamp + "\\n" + method + "\\n" + path + "\\n" + body),
with the path and query as sent and the exact body bytes. A request more than
{int(MAX_SKEW.total_seconds() // 60)} minutes off is refused.

**Errors.** A question that was understood is answered with status 200, by data or by `error` (no_data,
needs_phone_tail, needs_more, bad_number, refused, bad_request). 401 is a wrong signature or clock, 429 (with
`Retry-After`) too many requests, 5xx trouble.

**Times** are ISO 8601 with a zone. Fields that are not known are left out, never guessed. Phone numbers travel in
bodies only, because addresses are logged.
"""
# path, method, summary, request model, reply model
_OPERATIONS: tuple[tuple[str, str, str, type[BaseModel] | None, type[BaseModel]], ...] = (
    (
        "/v1/callers/query",
        "post",
        "Everything about one phone number, the most urgent parcel first",
        wire.CallerQuery,
        wire.CallerReply,
    ),
    ("/v1/parcels/query", "post", "One parcel by waybill", wire.ParcelQuery, wire.ParcelReply),
    ("/v1/parcels/search", "post", "Parcels by what a caller can say", wire.SearchQuery, wire.SearchReply),
    ("/v1/phones/query", "post", "The phones of an order, for links and codes", wire.PhonesQuery, wire.PhonesReply),
    ("/v1/photos/query", "post", "The delivery photo of a parcel", wire.PhotoQuery, wire.PhotoReply),
    (
        "/v1/work-orders",
        "post",
        "Take a work order; the same order_id again changes nothing and gets the same answer",
        wire.NewOrder,
        wire.OrderReply,
    ),
    ("/v1/work-orders/{order_id}", "get", "How a work order stands", None, wire.OrderReply),
    ("/v1/bulletins", "get", "All notices in force", None, wire.BulletinsReply),
)


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    models: dict[str, type[BaseModel]] = {wire.ProblemReply.__name__: wire.ProblemReply}
    for _, _, _, request, reply in _OPERATIONS:
        models.update({model.__name__: model for model in (request, reply) if model is not None})
    _, schema = models_json_schema([(models[name], "validation") for name in sorted(models)], ref_template=_REF)
    paths: dict[str, Any] = {}
    for path, method, summary, request, reply in _OPERATIONS:
        paths.setdefault(path, {})[method] = _operation(path, summary, request, reply)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Generic carrier interface", "version": "1", "description": _INTRO},
        "security": [{"key": [], "timestamp": [], "signature": []}],
        "paths": paths,
        "components": {"schemas": schema["$defs"], "securitySchemes": _headers()},
    }


def _headers() -> dict[str, Any]:
    named = {"key": KEY_HEADER, "timestamp": TIME_HEADER, "signature": SIGNATURE_HEADER}
    return {name: {"type": "apiKey", "in": "header", "name": header} for name, header in named.items()}


def _content(*models: type[BaseModel]) -> dict[str, Any]:
    refs = [{"$ref": _REF.format(model=model.__name__)} for model in models]
    return {"application/json": {"schema": refs[0] if len(refs) == 1 else {"oneOf": refs}}}


def _operation(path: str, summary: str, request: type[BaseModel] | None, reply: type[BaseModel]) -> dict[str, Any]:
    problem = wire.ProblemReply
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {
            "200": {"description": "The answer, or why there is none", "content": _content(reply, problem)},
            "401": {"description": "Wrong key, signature or clock", "content": _content(problem)},
            "429": {"description": "Too many requests", "content": _content(problem)},
        },
    }
    if path == "/v1/work-orders":
        operation["responses"]["201"] = {"description": "Taken for the first time", "content": _content(reply)}
    if request is not None:
        operation["requestBody"] = {"required": True, "content": _content(request)}
    if "{order_id}" in path:
        operation["parameters"] = [{"name": "order_id", "in": "path", "required": True, "schema": {"type": "string"}}]
    return operation


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are read."""


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def as_yaml() -> str:
    """Return the document as it stands in ``docs/``."""
    return str(yaml.dump(document(), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=118))


if __name__ == "__main__":
    sys.stdout.write(as_yaml())
