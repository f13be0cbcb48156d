"""``hotline serve``: the only place that puts all rooms together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from asr.client import Client as RecogniserClient
from asr.supervisor import Supervisor as RecogniserSupervisor
from desk.http.cross_origin import Pages
from dialog.engine import load_dialogue
from dialog.protocol import Expectation
from ledger import Ledger
from ledger.calls import CallBook
from ledger.delivery import Delivery
from telephony.admission import Admission
from telephony.hub import HubClock
from telephony.ports import SipCall
from telephony.recorder import Recorder
from telephony.sip import BaresipEndpoint, SipConfig
from telephony.webrtc import WebEndpoint
from tts.speaker import Speaker
from voice.call_page import call_page_router
from voice.clock import SystemClock
from voice.config import Address, Settings, load_hotlines
from voice.desk_room import media_address, media_origins, open_desk_room
from voice.floor.assembly import desk_telephones, open_floor
from voice.floor.routing_file import load_routing
from voice.http.app import build_app
from voice.http.server import HttpServer
from voice.language_model import open_model
from voice.outbound import Outbound
from voice.parcels import open_with_pages
from voice.pipeline.build import warm_up
from voice.pipeline.vad import require_vad
from voice.recordings import RecordingShelf
from voice.redial import Redial
from voice.redis_link import open_redis
from voice.services import Services
from voice.session import CallSession
from voice.speech import open_speaker
from voice.telephone_figures import telephone_figures
from voice.waybills import plausible
from voice.web_calls import WebCalls, configured_ice_servers

logger = logging.getLogger(__name__)

DRAIN_S = 120.0
RECOGNISER_START_S = 20.0
# A line without any packet is prompted and released by the dialogue first; this only ends what even that cannot.
SILENT_LINE_S = 90


class Hotline:
    """The running hotline of one process; ``start`` prints the ready line, ``run`` stays until it was drained."""

    def __init__(self, settings: Settings, *, say: Callable[[str], None] = print) -> None:
        self._settings = settings
        self._say = say
        self._stack = AsyncExitStack()
        self._sessions: dict[CallSession, asyncio.Task[None]] = {}
        self._services: Services | None = None
        self._stopping = asyncio.Event()
        self._admission = Admission(settings.max_calls)
        self._endpoint: BaresipEndpoint | None = None
        self._recogniser: RecogniserClient | None = None
        self._parts: dict[str, Callable[[], bool]] = {}

    async def start(self) -> None:
        """Bring up every room, then take calls.

        Raises:
            Exception: of the room that could not start; every message says what to do.
        """
        settings = self._settings
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._signalled)
        require_vad()
        hotlines = load_hotlines(settings.config_dir)
        dialogue = load_dialogue(settings.config_dir, plausible=plausible, assist=bool(settings.llm_base_url))
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        recogniser, speaker = await asyncio.gather(self._start_recogniser(), self._start_speaker())
        ledger, redis = await self._start_ledger()
        clock = SystemClock()
        if missing := hotlines.missing_holidays(clock.now().date()):
            logger.warning("%s", missing)
        app = build_app(self._readiness)
        address = Address.parse(settings.http_listen)
        http = HttpServer(app, address.host, address.port)
        brand = hotlines.default.profile.brand
        logistics, routers, protect = await open_with_pages(
            settings,
            self._stack,
            ledger=ledger,
            public_url=settings.public_url or http.url,
            brand=brand,
        )
        web = WebEndpoint(ice_servers=configured_ice_servers(settings.ice_servers), admission=self._admission)
        self._stack.push_async_callback(web.close)
        pages = Pages(settings.public_url, media_origins(settings))
        web_calls = WebCalls(web, ledger, self._incoming, pages)
        telephones = desk_telephones(settings, hotlines)
        media_base = media_address(settings, http.url)
        floor = await self._stack.enter_async_context(
            open_floor(redis, ledger, web, clock, load_routing(settings.config_dir), telephones, media_base=media_base)
        )
        web_calls.serve_softphones(floor.floor.media_offer)
        desk = await open_desk_room(
            settings,
            hotlines,
            self._stack,
            ledger=ledger,
            floor=floor.floor,
            commands=floor.book,
            recordings=RecordingShelf(settings.data_dir / "recordings"),
            logistics=logistics,
            redis=redis if settings.redis_url else None,
            clock=clock,
            say=self._say,
        )
        page = call_page_router(brand)
        for router in (*routers, web_calls.router(), page, *protect(desk.require), *desk.routers):
            app.include_router(router)
        hub_clock, recorder = HubClock(), Recorder()
        self._stack.push_async_callback(recorder.close)
        self._stack.push_async_callback(hub_clock.close)
        await warm_up(speaker, recogniser, clock)
        dialogue.understand("您好", Expectation())  # reads its model from disk
        endpoint, uris = await self._start_sip()
        self._services = Services(
            settings,
            hotlines,
            dialogue,
            ledger,
            logistics,
            recogniser,
            speaker,
            endpoint,
            hub_clock,
            recorder,
            clock,
            web,
            floor,
            redial=Redial(CallBook(ledger), clock, writer=ledger.writer),
            model=open_model(settings, clock, self._stack),
        )
        outbound = Outbound(self._services)
        floor.floor.dial = outbound.dial
        self._stack.push_async_callback(outbound.close)
        await http.start()
        self._stack.push_async_callback(http.close)
        self._stack.callback(desk.let_go)  # streams never end by themselves, and the server waits for them
        endpoint.on_incoming(self._ring)
        # What start-up made stays; a full collection that walks over it stops the loop, and with it every call's sound.
        gc.collect()
        gc.freeze()
        self._announce(uris, http)

    async def run(self) -> None:
        """Serve until a signal asks to stop, then let live calls end."""
        await self._stopping.wait()
        await self._drain()

    async def close(self) -> None:
        """Release everything, last room first."""
        await self._stack.aclose()

    # --- rooms -----------------------------------------------------------------------------------------------------

    async def _start_recogniser(self) -> RecogniserClient:
        path = self._settings.data_dir.resolve() / "asr.sock"
        supervisor = RecogniserSupervisor(path, self._settings.model_dir, backend=self._settings.asr_backend)
        await supervisor.start()
        self._stack.push_async_callback(supervisor.stop)
        client = RecogniserClient(path)
        client.start()
        self._stack.push_async_callback(client.stop)
        await client.ready(RECOGNISER_START_S)
        self._recogniser = client
        self._parts["recogniser"] = lambda: client.alive
        return client

    async def _start_speaker(self) -> Speaker:
        speaker = await open_speaker(self._settings)
        self._stack.push_async_callback(speaker.close)
        return speaker

    async def _start_ledger(self) -> tuple[Ledger, Any]:
        ledger = Ledger(self._settings.ledger_url, writer=socket.gethostname())
        await ledger.start()
        self._stack.push_async_callback(ledger.close)
        redis = await open_redis(self._settings.redis_url)
        self._stack.push_async_callback(redis.aclose)
        delivery = Delivery(ledger, redis)
        delivery.start()
        self._stack.push_async_callback(delivery.close)
        return ledger, redis

    async def _start_sip(self) -> tuple[BaresipEndpoint, list[str]]:
        address = Address.parse(self._settings.sip_listen)
        cap = self._settings.max_calls
        config = SipConfig(
            host=address.host,
            port=address.port,
            rtp_ports=self._settings.rtp_range,
            max_calls=2 * cap + 2,
            rtp_timeout_s=SILENT_LINE_S,
            lost_after_s=load_routing(self._settings.config_dir).lost_after_s,
        )
        endpoint = BaresipEndpoint(config, self._admission)
        uris = await endpoint.start()
        self._endpoint = endpoint
        self._stack.push_async_callback(endpoint.close)
        self._stack.enter_context(telephone_figures(endpoint))
        return endpoint, uris

    # --- calls -----------------------------------------------------------------------------------------------------

    def _ring(self, call: SipCall) -> None:
        self._incoming(call)

    def _incoming(self, call: SipCall) -> str:
        assert self._services is not None
        session = CallSession(self._services, call)
        task = asyncio.create_task(session.run(), name=session.call_id)
        self._sessions[session] = task
        task.add_done_callback(lambda done: self._ended(session, done))
        return session.call_id

    def _ended(self, session: CallSession, task: asyncio.Task[None]) -> None:
        self._sessions.pop(session, None)
        if not task.cancelled() and task.exception() is not None:
            logger.error("a call failed", exc_info=task.exception())

    def _signalled(self) -> None:
        if self._stopping.is_set():
            for session in list(self._sessions):
                self._hang_up(session)
        self._stopping.set()

    def _hang_up(self, session: CallSession) -> None:
        task = asyncio.ensure_future(session.drop("shutdown"))
        self._sessions[session].add_done_callback(lambda _done: task.cancel())

    async def _drain(self) -> None:
        if self._endpoint is not None:
            self._endpoint.drain()
        if self._sessions:
            self._say(f"draining: {len(self._sessions)} calls still run; a second signal ends them")
            await asyncio.wait(self._sessions.values(), timeout=DRAIN_S)
        for session, task in list(self._sessions.items()):
            await session.drop("shutdown")
            await asyncio.wait({task}, timeout=5)

    # --- what is printed ---------------------------------------------------------------------------------------------

    def _readiness(self) -> dict[str, bool]:
        return {name: check() for name, check in self._parts.items()}

    def _announce(self, uris: list[str], http: HttpServer) -> None:
        uri = uris[0].replace(";transport=udp", "").replace("sip:", "sip:95000@")
        self._say(f"ready {uri} {http.url}")
        host = Address.parse(self._settings.sip_listen).host
        if host.startswith("127."):
            self._say(f"  to take calls from telephones on your network: SIP_LISTEN={lan_address()}:5060 make run")


def lan_address() -> str:
    """Return the machine's own address towards the network, without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return "0.0.0.0"


async def serve(settings: Settings) -> None:
    """Run the hotline until it is told to stop."""
    hotline = Hotline(settings, say=_print)
    try:
        await hotline.start()
        await hotline.run()
    finally:
        await hotline.close()


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run_loop(main: Any) -> None:
    """Run a coroutine on uvloop where there is one: it halves the cost of a call."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
        return
    uvloop.run(main)
