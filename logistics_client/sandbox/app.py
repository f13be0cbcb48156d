"""The sandbox carrier as a web application: the generic interface of ``docs/carrier-api.yaml``.

Everything but ``/healthz`` wants a signed request, so that a client that talks to this service has proved the same
things as with a real carrier.
"""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from logistics_client import platform_signature as signature
from logistics_client.clock import Clock, system_clock
from logistics_client.numbers import completed_waybill
from logistics_client.sandbox import CARRIER, CARRIER_NAME
from logistics_client.sandbox.dialect_routes import add_dialects
from logistics_client.sandbox.directory import Directory
from logistics_client.sandbox.faults import Faults
from logistics_client.sandbox.photos import delivery_photo
from logistics_client.sandbox.service_time import ServiceTime
from logistics_client.sandbox.store import Store
from logistics_client.wire import (
    BulletinDoc,
    BulletinsReply,
    CallerQuery,
    CallerReply,
    NewOrder,
    OrderDoc,
    ParcelDoc,
    ParcelQuery,
    ParcelReply,
    PhonesQuery,
    PhonesReply,
    PhotoQuery,
    PhotoReply,
    Problem,
    ProblemReply,
    SearchQuery,
    SearchReply,
)

# Known to everybody on purpose: the sandbox holds invented people only.
SANDBOX_KEY = "sandbox"
SANDBOX_SECRET = "sandbox-secret"  # noqa: S105
MAX_BODY = 64 * 1024
MOST_SEARCH_RESULTS = 5

Q = TypeVar("Q", bound=BaseModel)


class Refusal(Exception):  # noqa: N818
    """An answer that is an error; the status stays 200 where the question was understood (see the interface)."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def build_app(db_path: Path | str, clock: Clock = system_clock, *, secret: str = SANDBOX_SECRET) -> FastAPI:
    """Build the sandbox carrier.

    Args:
        db_path: its own SQLite file, or ``:memory:``.
        clock: the moment every answer refers to; move it to move the world.
        secret: of the only client, ``sandbox``.

    Returns:
        The application. ``app.state.faults`` takes faults for the next requests.
    """
    store = Store(db_path)
    directory = Directory(store, clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(title=CARRIER_NAME, version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.store = store
    app.state.directory = directory
    app.add_exception_handler(Refusal, _refused)
    read = _Reader(directory, secret)
    _add_callers(app, directory, read)
    _add_lookups(app, directory, read)
    _add_photos(app, directory, read)
    _add_orders(app, directory, store, read)
    _add_bulletins(app, directory, store, read)
    add_dialects(app, directory)
    app.state.faults = deque[str]()
    app.add_middleware(Faults, queued=app.state.faults)
    app.add_middleware(ServiceTime, clock=clock)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Say that the service runs, and for which brand."""
        return {"status": "ok", "carrier": CARRIER}

    return app


class _Reader:
    """Checks signature and body of a request."""

    def __init__(self, directory: Directory, secret: str) -> None:
        self._directory = directory
        self._secret = secret

    async def body(self, request: Request) -> bytes:
        """Return the body of a request that is signed by our client."""
        try:
            body = await request.body()
        except ClientDisconnect as gone:
            raise Refusal(400, "bad_request", "the asker went away") from gone
        if len(body) > MAX_BODY:
            raise Refusal(413, "bad_request", "the body is too large")
        given = request.headers.get(signature.SIGNATURE_HEADER, "")
        timestamp = request.headers.get(signature.TIME_HEADER, "")
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        known = request.headers.get(signature.KEY_HEADER) == SANDBOX_KEY
        if not known or not signature.is_signed(self._secret, given, timestamp, request.method, path, body):
            raise Refusal(401, "bad_signature", "check key, secret and the exact bytes that were signed")
        if not signature.is_fresh(timestamp, self._directory.now()):
            raise Refusal(401, "clock_skew", "set the clock: the request is more than five minutes off")
        return body

    async def parse(self, request: Request, model: type[Q]) -> Q:
        """Return the body as a message."""
        body = await self.body(request)
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, item["loc"])) for item in error.errors())
            raise Refusal(200, "bad_request", f"check these fields: {fields}") from error


def _json(doc: BaseModel, status: int = 200) -> Response:
    return Response(doc.model_dump_json(exclude_none=True), status, media_type="application/json")


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _json(ProblemReply(error=Problem(code=error.code, message=str(error))), error.status)


def _docs(model: type[Q], values: Any) -> tuple[Q, ...]:
    return tuple(model.model_validate(value) for value in values)


def _add_callers(app: FastAPI, directory: Directory, read: _Reader) -> None:
    @app.post("/v1/callers/query")
    async def caller(request: Request) -> Response:
        """Everything about one phone number."""
        query = await read.parse(request, CallerQuery)
        story = directory.story(query.phone)
        parcels = directory.parcels(story, query.limit)
        return _json(
            CallerReply(
                caller_class=story.caller_class,
                surname=story.surname,
                merchant_name=story.merchant_name,
                parcels_total=len(story.consignments),
                parcels=_docs(ParcelDoc, parcels),
                orders=_docs(OrderDoc, directory.orders(parcels, story)),
                bulletins=_docs(BulletinDoc, directory.bulletins()),
            )
        )


def _add_lookups(app: FastAPI, directory: Directory, read: _Reader) -> None:
    @app.post("/v1/parcels/query")
    async def parcel(request: Request) -> Response:
        """One parcel by waybill."""
        query = await read.parse(request, ParcelQuery)
        waybill = completed_waybill(query.waybill, CARRIER)
        if waybill is None:
            raise Refusal(200, "bad_number", "a waybill of ours is YQ and 13 digits")
        found = directory.consignment(waybill)
        if found is None:
            raise Refusal(200, "no_data", "nothing is known about this waybill yet")
        return _json(
            ParcelReply(
                parcel=ParcelDoc.model_validate(found.parcel),
                orders=_docs(OrderDoc, directory.orders_of(found)),
                bulletins=_docs(BulletinDoc, directory.bulletins()),
            )
        )

    @app.post("/v1/parcels/search")
    async def search(request: Request) -> Response:
        """Parcels by what a caller can say."""
        query = await read.parse(request, SearchQuery)
        found = directory.search(query)
        if query.phone is None and len(found) > MOST_SEARCH_RESULTS:
            raise Refusal(200, "needs_more", "several parcels fit; give another word")
        return _json(SearchReply(parcels=_docs(ParcelDoc, [item.parcel for item in found])))


def _add_photos(app: FastAPI, directory: Directory, read: _Reader) -> None:
    @app.post("/v1/phones/query")
    async def phones(request: Request) -> Response:
        """The phones of an order."""
        query = await read.parse(request, PhonesQuery)
        found = directory.consignment(query.waybill)
        if found is None:
            raise Refusal(200, "no_data", "nothing is known about this waybill yet")
        return _json(PhonesReply(receiver_phone=found.receiver_phone, sender_phone=found.sender_phone))

    @app.post("/v1/photos/query")
    async def photo(request: Request) -> Response:
        """The delivery photo, where the courier took one."""
        query = await read.parse(request, PhotoQuery)
        found = directory.consignment(query.waybill)
        last = found.parcel.last_event if found is not None and found.parcel.delivery_photo else None
        if last is None:
            raise Refusal(200, "no_data", "there is no delivery photo of this parcel")
        data = await asyncio.to_thread(delivery_photo, query.waybill, last.at)
        return _json(PhotoReply(data=base64.b64encode(data)))


def _add_orders(app: FastAPI, directory: Directory, store: Store, read: _Reader) -> None:
    @app.post("/v1/work-orders")
    async def receive(request: Request) -> Response:
        """Take a work order once; a repeat gets the same answer."""
        order = await read.parse(request, NewOrder)
        reply, new = store.receive(order, directory.now())
        return _json(reply, 201 if new else 200)

    @app.get("/v1/work-orders/{order_id}")
    async def standing(request: Request, order_id: str) -> Response:
        """How an order stands."""
        await read.body(request)
        reply = store.order(order_id, directory.now())
        if reply is None:
            raise Refusal(200, "no_data", "this order was never received")
        return _json(reply)


def _add_bulletins(app: FastAPI, directory: Directory, store: Store, read: _Reader) -> None:
    @app.get("/v1/bulletins")
    async def bulletins(request: Request) -> Response:
        """All notices in force."""
        await read.body(request)
        return _json(BulletinsReply(bulletins=_docs(BulletinDoc, directory.bulletins())))

    @app.post("/v1/bulletins")
    async def publish(request: Request) -> Response:
        """Publish or replace a notice."""
        bulletin = await read.parse(request, BulletinDoc)
        store.publish(bulletin)
        return _json(bulletin, 201)

    @app.delete("/v1/bulletins/{bulletin_id}")
    async def withdraw(request: Request, bulletin_id: str) -> Response:
        """Withdraw a notice."""
        await read.body(request)
        if not store.withdraw(bulletin_id):
            raise Refusal(200, "no_data", "there is no such notice")
        return _json(BulletinsReply(bulletins=_docs(BulletinDoc, directory.bulletins())))
