"""Putting the room together from the operator's settings: which carrier, which database, where orders go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from fakeredis import FakeAsyncRedis
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.bulletin_board import BulletinBoard
from logistics_client.bulletins import BulletinStore
from logistics_client.cache import CachedCarrier, TraceCache
from logistics_client.carriers.env import Env
from logistics_client.carriers.factory import carrier_client, kuaidi100_orders
from logistics_client.carriers.kdniao import KdniaoAccount, KdniaoClient
from logistics_client.carriers.kuaidi100 import Kuaidi100Client
from logistics_client.carriers.kuaidi100_orders import Kuaidi100Orders
from logistics_client.carriers.sf import SfClient
from logistics_client.clock import Clock, system_clock
from logistics_client.database import open_engine
from logistics_client.errors import CarrierRefusedError, MisconfiguredError, NoDataYetError
from logistics_client.feedback import FeedbackReceiver
from logistics_client.finder import Finder
from logistics_client.http_client import HttpCarrier
from logistics_client.links.delivery_photo import kuaidi100_photos, no_photo, platform_photos
from logistics_client.links.page import DeliveryPhoto
from logistics_client.orders_table import OrdersTable
from logistics_client.ports import CarrierClient
from logistics_client.promises import PromiseBook, read_promises
from logistics_client.push import PushReceiver
from logistics_client.sandbox.app import SANDBOX_KEY, SANDBOX_SECRET
from logistics_client.sandbox.server import embedded_carrier
from logistics_client.service import Background, LogisticsService
from logistics_client.subscriptions import SubscribingCarrier
from logistics_client.vocabulary import Parcel, PickupPlace
from logistics_client.work_orders import Outbox, PlatformSink, SinkChain, WebhookSink, WorkOrderBook
from logistics_client.work_orders.caretaker import Caretaker
from logistics_client.work_orders.carrier_sinks import Kuaidi100Sink, SfSink, read_kinds
from logistics_client.work_orders.office import WorkOrderOffice
from logistics_client.work_orders.pickup_code import AskPlace, PickupCodeSink
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
        public_url: where carriers can reach us with pushes; empty subscribes to none.
    """

    carrier: str = "sandbox"
    carrier_url: str = ""
    database_url: str | None = None
    data_dir: Path = Path("data")
    promises: Path = _PROMISES
    outlet_webhook: str = ""
    webhook_secret: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """The opened room: its door, and the parts that the desk, the interface and the links need."""

    logistics: LogisticsService
    engine: AsyncEngine
    book: WorkOrderBook
    outbox: Outbox
    table: OrdersTable
    bulletins: BulletinStore
    delivery_photo: DeliveryPhoto
    pushes: PushReceiver
    office: WorkOrderOffice
    feedback: FeedbackReceiver
    pickup_codes: PickupCodeSink


@asynccontextmanager
async def open_room(plan: Plan, *, redis: Redis | None = None, clock: Clock = system_clock) -> AsyncIterator[Room]:
    """Open the room for as long as the context lasts; the embedded sandbox runs inside when nothing else is set.

    Args:
        plan: settings.
        redis: keeps traces of third-party carriers; without one they are kept in this process only.
        clock: our clock.

    Raises:
        MisconfiguredError: a carrier or account is missing.
        ConfigLineError: the promise clocks are wrong.
        UnavailableError: the database cannot be opened.
    """
    async with AsyncExitStack() as stack:
        promises = read_promises(plan.promises)
        platform = await _platform(plan, stack, clock)
        redis = redis or _embedded_redis(stack)
        traces = TraceCache(redis, clock=clock)
        client = carrier_client(plan.carrier, plan.env, clock=clock) if platform is None else None
        carriers = {"*": _followed(plan, client, CachedCarrier(client, traces, clock=clock), redis)} if client else {}
        kept = _open_tables(plan, stack, clock)
        finder = Finder(platform=platform, carriers=carriers, table=kept.table, clock=clock)
        family = _order_family(plan, stack, clock)
        pickup_codes = PickupCodeSink(finder, kept.book, ask_place=_places(family), clock=clock)
        sinks = [*_sinks(plan, platform, stack, clock), *_carrier_sinks(plan, client, family, kept.book, clock)]
        outbox = Outbox(kept.engine, kept.book, SinkChain(pickup_codes, *sinks), clock=clock)
        logistics = await _open_service(finder, kept, promises, platform, outbox, stack, clock)
        yield Room(
            logistics=logistics,
            engine=kept.engine,
            book=kept.book,
            outbox=outbox,
            table=kept.table,
            bulletins=kept.bulletins,
            delivery_photo=_photos(platform, family),
            pushes=_pushes(plan, traces, clock),
            office=WorkOrderOffice(kept.book, logistics, promises, clock=clock),
            feedback=FeedbackReceiver(kept.book, plan.webhook_secret, clock=clock),
            pickup_codes=pickup_codes,
        )


@dataclass(frozen=True, slots=True)
class _Tables:
    """Our own database and what we keep there."""

    engine: AsyncEngine
    book: WorkOrderBook
    table: OrdersTable
    bulletins: BulletinStore


def _open_tables(plan: Plan, stack: AsyncExitStack, clock: Clock) -> _Tables:
    plan.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(plan.database_url or f"sqlite+aiosqlite:///{plan.data_dir / 'logistics.sqlite3'}")
    stack.push_async_callback(engine.dispose)
    book, table = WorkOrderBook(engine), OrdersTable(engine, clock=clock)
    return _Tables(engine, book, table, BulletinStore(engine, clock=clock))


async def _open_service(
    finder: Finder,
    kept: _Tables,
    promises: PromiseBook,
    platform: HttpCarrier | None,
    outbox: Outbox,
    stack: AsyncExitStack,
    clock: Clock,
) -> LogisticsService:
    """Start the room's door with its background work; both end with the stack."""
    background: list[Background] = [outbox, Caretaker(kept.book, platform, clock=clock)]
    board = BulletinBoard(kept.bulletins.live, clock=clock)
    stack.push_async_callback(board.refreshed)
    theirs = platform.bulletins if platform else None
    logistics = LogisticsService(
        finder, kept.book, promises, background=background, notices=board.current, carriers_notices=theirs, clock=clock
    )
    stack.push_async_callback(logistics.close)
    await logistics.start()
    return logistics


@asynccontextmanager
async def open_logistics(plan: Plan, *, clock: Clock = system_clock) -> AsyncIterator[LogisticsService]:
    """Open the room and hand out its door only; raises as ``open_room``."""
    async with open_room(plan, clock=clock) as room:
        yield room.logistics


def _embedded_redis(stack: AsyncExitStack) -> Redis:
    redis = FakeAsyncRedis()
    stack.push_async_callback(redis.aclose)
    return cast("Redis", redis)


def _followed(plan: Plan, client: CarrierClient, cached: CarrierClient, redis: Redis) -> CarrierClient:
    """Subscribe what callers ask about, where the aggregator's pushes can reach us."""
    salt = plan.env.get("KUAIDI100_SALT", "")
    if isinstance(client, Kuaidi100Client) and salt and plan.public_url:
        callback = f"{plan.public_url.rstrip('/')}/push/kuaidi100"

        async def subscribe(waybill: str, tail: str | None) -> None:
            await client.subscribe(waybill, callback=callback, salt=salt, phone_tail=tail)

        return SubscribingCarrier(cached, subscribe, redis)
    if isinstance(client, KdniaoClient) and Env("kdniao", plan.env).flag("KDNIAO_SUBSCRIBE"):
        return SubscribingCarrier(cached, lambda waybill, tail: client.subscribe(waybill, phone_tail=tail), redis)
    return cached


def _carrier_sinks(
    plan: Plan, client: CarrierClient | None, family: Kuaidi100Orders | None, book: WorkOrderBook, clock: Clock
) -> list[OrderSink]:
    """Hand work orders to the carrier itself, where the operator says that the account allows it."""
    env = Env(plan.carrier, plan.env)
    if isinstance(client, SfClient) and env.flag("SF_WORK_ORDERS"):
        return [SfSink(client, book, clock=clock)]
    if env.flag("KUAIDI100_WORK_ORDERS"):
        if family is None:
            raise MisconfiguredError("set CARRIER=kuaidi100 and KUAIDI100_SECRET to use KUAIDI100_WORK_ORDERS")
        callback = f"{plan.public_url.rstrip('/')}/push/kuaidi100-orders"
        kinds = read_kinds(env.get("KUAIDI100_ORDER_KINDS", ""))
        return [Kuaidi100Sink(family, book, callback=callback, kinds=kinds, clock=clock)]
    return []


def _pushes(plan: Plan, traces: TraceCache, clock: Clock) -> PushReceiver:
    """Take the pushes of whoever is configured; the others are refused."""
    env = plan.env
    business_id, api_key = env.get("KDNIAO_BUSINESS_ID"), env.get("KDNIAO_API_KEY")
    account = KdniaoAccount(business_id, api_key) if business_id and api_key else None
    return PushReceiver(traces, salt=env.get("KUAIDI100_SALT") or None, kdniao_account=account, clock=clock)


def _order_family(plan: Plan, stack: AsyncExitStack, clock: Clock) -> Kuaidi100Orders | None:
    """Open 快递100's order family, where the account has it."""
    if plan.carrier != "kuaidi100" or not plan.env.get("KUAIDI100_SECRET"):
        return None
    orders = kuaidi100_orders(plan.env, clock=clock)
    stack.push_async_callback(orders.close)
    return orders


def _photos(platform: HttpCarrier | None, family: Kuaidi100Orders | None) -> DeliveryPhoto:
    if platform is not None:
        return platform_photos(platform)
    return kuaidi100_photos(family) if family is not None else no_photo


def _places(family: Kuaidi100Orders | None) -> AskPlace | None:
    if family is None:
        return None

    async def ask(parcel: Parcel, phone: str) -> PickupPlace | None:
        try:
            return await family.pickup_place(parcel.waybill, parcel.carrier, phone)
        except (NoDataYetError, CarrierRefusedError):
            return None

    return ask


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


def _sinks(plan: Plan, platform: HttpCarrier | None, stack: AsyncExitStack, clock: Clock) -> list[OrderSink]:
    sinks: list[OrderSink] = []
    if platform is not None:
        sinks.append(PlatformSink(platform))
    if plan.outlet_webhook:
        if not plan.webhook_secret:
            raise MisconfiguredError("set SECRET_KEY: what goes to OUTLET_WEBHOOK is signed with it")
        webhook = WebhookSink(plan.outlet_webhook, plan.webhook_secret, clock=clock)
        stack.push_async_callback(webhook.close)
        sinks.append(webhook)
    return sinks
