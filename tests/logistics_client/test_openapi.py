from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute

from logistics_client.openapi import as_yaml, document

SHIPPED = Path(__file__).parents[2] / "docs" / "carrier-api.yaml"


def test_the_document_in_docs_is_the_one_the_code_follows() -> None:
    written = SHIPPED.read_text(encoding="utf-8")
    assert written == as_yaml(), "run: python -m logistics_client.openapi > docs/carrier-api.yaml"


def test_the_sandbox_serves_every_operation_of_the_document(sandbox: FastAPI) -> None:
    served = {(r.path, method.lower()) for r in sandbox.routes if isinstance(r, APIRoute) for method in r.methods or ()}
    described = {(path, method) for path, item in document()["paths"].items() for method in item}
    assert described <= served
