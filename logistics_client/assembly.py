"""Putting the room together from the operator's settings: which carrier, which database, where orders go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from logistics_client.carriers.factory import carrier_client
from logistics_client.clock import Clock, system_clock
from logistics_client.database import open_engine
from logistics_client.errors import MisconfiguredError
from logistics_client.finder import Finder
from logistics_client.http_client import HttpCarrier
from logistics_client.orders_table import OrdersTable
from logistics_client.ports import CarrierClient
from logistics_client.promises import read_promises
from logistics_client.sandbox.app import SANDBOX_KEY, SANDBOX_SECRET
from logistics_client.sandbox.server import embedded_carrier
from logistics_client.service import Background, LinkSender, LogisticsService
from logistics_client.work_orders import Outbox, PlatformSink, SinkChain, WebhookSink, WorkOrderBook
from logistics_client.work_orders.caretaker import Caretaker
from logistics_client.work_orders.sinks import OrderSink

_PROMISES = Path("config/promises.yaml")


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings of the room.

    Attributes:
        carrier: ``sandbox``, ``http`` or a name that ``carriers.factory`` knows.
        carrier_url: the platform's address; with ``sandbox`` an empty one starts the embedded carrier.
        database_url: SQLAlchemy or plain URL; None is SQLite under ``data_dir``.
        data_dir: where the embedded carrier and SQLite keep their files.
        promises: the promise clocks.
        outlet_webhook: address of the outlets' own system.
        webhook_secret: signs what goes there.
        env: environment variables with the carriers' accounts.
    """

    carrier: str = "sandbox"
    carrier_url: str = ""
    database_url: str | None = None
    data_dir: Path = Path("data")
    promises: Path = _PROMISES
    outlet_webhook: str = ""
    webhook_secret: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


@asynccontextmanager
async def open_logistics(
    plan: Plan, *, links: LinkSender | None = None, clock: Clock = system_clock
) -> AsyncIterator[LogisticsService]:
    """Open the room for as long as the context lasts; the embedded sandbox runs inside when nothing else is set.

    Raises:
        MisconfiguredError: a carrier or account is missing.
        ConfigLineError: the promise clocks are wrong.
        UnavailableError: the database cannot be opened.
    """
    async with AsyncExitStack() as stack:
        promises = read_promises(plan.promises)
        platform = await _platform(plan, stack, clock)
        carriers: dict[str, CarrierClient] = {}
        if platform is None:
            carriers["*"] = carrier_client(plan.carrier, plan.env, clock=clock)
        plan.data_dir.mkdir(parents=True, exist_ok=True)
        engine = open_engine(plan.database_url or f"sqlite+aiosqlite:///{plan.data_dir / 'logistics.sqlite3'}")
        stack.push_async_callback(engine.dispose)
        book = WorkOrderBook(engine)
        table = OrdersTable(engine, clock=clock)
        background: list[Background] = [
            Outbox(engine, book, _sink(plan, platform, stack, clock), clock=clock),
            Caretaker(book, platform, clock=clock),
        ]
        finder = Finder(platform=platform, carriers=carriers, table=table, clock=clock)
        service = LogisticsService(finder, book, promises, background=background, links=links, clock=clock)
        stack.push_async_callback(service.close)
        await service.start()
        yield service


async def _platform(plan: Plan, stack: AsyncExitStack, clock: Clock) -> HttpCarrier | None:
    if plan.carrier == "sandbox":
        url = plan.carrier_url or await stack.enter_async_context(
            embedded_carrier(plan.data_dir / "carrier.sqlite3", clock=clock)
        )
        return HttpCarrier(url, key=SANDBOX_KEY, secret=SANDBOX_SECRET, name="sandbox", clock=clock)
    if plan.carrier == "http":
        key, secret = plan.env.get("CARRIER_KEY", ""), plan.env.get("CARRIER_SECRET", "")
        if not (plan.carrier_url and key and secret):
            raise MisconfiguredError("set CARRIER_URL, CARRIER_KEY and CARRIER_SECRET to use CARRIER=http")
        return HttpCarrier(plan.carrier_url, key=key, secret=secret, clock=clock)
    return None


def _sink(plan: Plan, platform: HttpCarrier | None, stack: AsyncExitStack, clock: Clock) -> SinkChain:
    sinks: list[OrderSink] = []
    if platform is not None:
        sinks.append(PlatformSink(platform))
    if plan.outlet_webhook:
        if not plan.webhook_secret:
            raise MisconfiguredError("set SECRET_KEY: what goes to OUTLET_WEBHOOK is signed with it")
        webhook = WebhookSink(plan.outlet_webhook, plan.webhook_secret, clock=clock)
        stack.push_async_callback(webhook.close)
        sinks.append(webhook)
    return SinkChain(*sinks)
