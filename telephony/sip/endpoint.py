"""The process's SIP endpoint: one stack runtime, one user agent per transport, calls handed out as ports."""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import quote

from baresip import (
    BaresipError,
    Call,
    CallFailed,
    CallTimeout,
    DrainingError,
    NoLocalAddressError,
    Runtime,
    StackEvent,
    UserAgent,
)

from telephony.admission import Admission
from telephony.caller_id import called_from_headers, caller_from_headers
from telephony.ports import CallerId, CallGone, CallInfo, DialFailed, SipCall, StartFailed
from telephony.sip.call import BaresipCall
from telephony.sip.config import WILDCARDS, SipConfig
from telephony.sip.guard import InviteGuard
from telephony.sip.listen import free_sip_port, local_address_towards
from telephony.sip.quarantine import PortQuarantine, bound_udp_ports
from telephony.sip.realtime import RealtimePromoter
from telephony.sip.watch import SoundWatch, Verdict

logger = logging.getLogger(__name__)

# The stack completes a bare user by itself and then aborts the whole process when it closes: it never sees one.
_SIP_URI = re.compile(
    r"sips?:(?:[^\s@<>\"]+@)?(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:;[^\s<>\"]*)?"
)
_START_TRIES = 5
_LOOK_EVERY_S, _LOOK_FOR_S = 0.1, 2.0  # the stack closes a call's sockets some time after it told the call's end
_NO_ANSWER = frozenset({408, 480, 487})
_UNREACHABLE = frozenset({404, 410, 484, 502, 503, 504, 604})


class BaresipEndpoint:
    """A :class:`telephony.ports.SipEndpoint`; only one may run in a process at a time (a limit of the stack)."""

    def __init__(self, config: SipConfig, admission: Admission | None = None) -> None:
        self._config = config
        self._admission = admission or Admission(config.max_calls)
        self._runtime: Runtime | None = None
        self._agents: dict[str, UserAgent] = {}
        self._callbacks: list[Callable[[SipCall], None]] = []
        self._calls: set[BaresipCall] = set()
        self._unconfirmed = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._promoter = RealtimePromoter(config.realtime)
        self._guard = InviteGuard(self._overloaded)
        self._ports = PortQuarantine(config.host, config.rtp_ports, config.max_calls, time.monotonic, bound_udp_ports)
        self._look_until = 0.0
        self.faults: Counter[str] = Counter()
        self._address = config.host
        self._port = 0

    @property
    def address(self) -> tuple[str, int]:
        """The host that peers reach us at and the port actually bound."""
        return self._address, self._port

    @property
    def strays(self) -> int:
        """Ports that a former peer still sent to after its call: each would have muted the next call on that port."""
        return self._ports.strays

    @property
    def calls(self) -> int:
        """Live call legs, ringing ones included."""
        return len(self._calls)

    async def start(self) -> list[str]:
        """Bind, listen and return the SIP URIs, UDP first."""
        config = self._config
        if config.host in WILDCARDS:
            self._address = config.advertise or local_address_towards()
        self._runtime = await self._start_runtime()
        try:
            self._guard.install()
            for transport in config.transports:
                await self._add_agent(self._runtime, transport)
        except BaresipError as error:
            await self.close()
            raise StartFailed(f"the SIP stack refused its account: {error}.") from error
        return [f"sip:{self._address}:{self._port};transport={name}" for name in config.transports]

    async def _start_runtime(self) -> Runtime:
        """Start the stack on the first free port; another process may take it between our look and the bind."""
        wanted = self._config.port
        for _ in range(_START_TRIES):
            self._port = free_sip_port(self._config.host, wanted)
            runtime = Runtime(native_log_level="error")
            try:
                await runtime.start(self._config.stack_config(self._port))
            except BaresipError as error:
                failure = StartFailed(f"the SIP stack could not start on port {self._port}: {error}.")
                failure.__cause__ = error
                if "in use" not in str(error):
                    break
                wanted = self._port + 1 if wanted else 0
            else:
                return runtime
        raise failure

    def on_incoming(self, callback: Callable[[SipCall], None]) -> None:
        """Deliver admitted inbound calls, still ringing, to ``callback``."""
        self._callbacks.append(callback)

    async def dial(
        self,
        uri: str,
        *,
        from_number: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
    ) -> SipCall:
        """Call ``uri`` over the transport it names and wait for the answer.

        The stack cannot change its From header per call, so ``from_number`` travels in P-Asserted-Identity.
        """
        if not _SIP_URI.fullmatch(uri):
            raise DialFailed(0, "unreachable", "the number to call is no SIP URI such as sip:agent@192.0.2.7:5060.")
        agent = self._agent_for(uri)
        fields = dict(headers or {})
        if from_number:
            fields["P-Asserted-Identity"] = f"<sip:{quote(from_number, safe='+')}@{self._address}>"
        stack_call, early = await self._start_dialling(agent, uri, fields)
        caller = CallerId(from_number, None, from_number is None, True)
        transport = "tcp" if "transport=tcp" in uri.lower() else "udp"
        info = CallInfo(stack_call.call_id or "", caller, uri, "", 8000, transport, "outbound")
        call = self._adopt(stack_call, info)
        call.replay(early)
        try:
            await stack_call.wait_established(timeout)
            await call.wait_media(timeout)
        except asyncio.CancelledError:
            self._spawn(call.hangup("cancelled"))
            raise
        except CallFailed as error:
            raise _dial_failure(error) from error
        except CallGone as error:
            raise DialFailed(0, "failed", str(error)) from error
        return call

    async def _start_dialling(
        self, agent: UserAgent, uri: str, fields: dict[str, str]
    ) -> tuple[Call, list[StackEvent]]:
        """Send the INVITE; returns the call and the events it had before the library began to listen for it.

        On a busy machine a fast answer is dispatched in the same turn of the loop as the end of the dial command,
        before the library's call object exists, and would be lost: the dial then waits for it in vain.
        """
        if self._runtime is None:
            raise DialFailed(0, "failed", "the endpoint is not running.")
        events: list[StackEvent] = []
        listener = events.append
        self._runtime.subscribe(listener)
        try:
            call = await agent.dial(uri, fields)
        except DrainingError as error:
            raise DialFailed(0, "failed", "no new calls are made while the hotline drains.") from error
        except NoLocalAddressError as error:
            raise DialFailed(0, "unreachable", "the called address cannot be reached from here.") from error
        except BaresipError as error:
            raise DialFailed(0, "failed", f"the call could not be started: {error}.") from error
        finally:
            if self._runtime is not None:
                self._runtime.unsubscribe(listener)
        return call, [event for event in events if event.call == call.handle]

    def drain(self) -> None:
        """Refuse new calls from now on."""
        self._admission.drain()
        if self._runtime is not None and not self._runtime.draining:
            self._spawn(self._runtime.drain())

    async def drained(self) -> None:
        """Wait until the last live call ended."""
        while self._calls:
            await asyncio.wait({call.closed for call in self._calls})

    async def close(self) -> None:
        """Hang up what is left and stop the stack."""
        runtime, self._runtime = self._runtime, None
        if runtime is None:
            return
        for call in list(self._calls):
            await call.hangup("shutdown")
        for task in list(self._tasks):
            task.cancel()
        self._guard.remove()
        await runtime.close()
        self._ports.close()
        self._agents.clear()

    def _overloaded(self) -> bool:
        """Asked on the SIP thread: are more inbound calls unconfirmed than an honest line ever has."""
        return self._unconfirmed >= max(8, self._config.max_calls // 4)

    async def _add_agent(self, runtime: Runtime, transport: str) -> None:
        account = self._config.account(transport, f"{self._address}:{self._port}")
        policy = "auto" if self._config.follow_refer else "reject"
        agent = await UserAgent.create(runtime, account, transfer_policy=policy)
        agent.on_incoming(lambda call: self._incoming(call, transport))
        self._agents[transport] = agent

    def _agent_for(self, uri: str) -> UserAgent:
        transport = "tcp" if "transport=tcp" in uri.lower() else "udp"
        agent = self._agents.get(transport)
        if agent is None:
            raise DialFailed(0, "failed", f"the endpoint is not running on {transport}.")
        return agent

    def _incoming(self, stack_call: Call, transport: str) -> None:
        caller = caller_from_headers(stack_call.headers, stack_call.peer or "")
        called = called_from_headers(stack_call.headers)
        info = CallInfo(stack_call.call_id or "", caller, called, "", 8000, transport, "inbound")
        refusal = self._admission.admit(info)
        call = self._adopt(stack_call, info)
        if refusal is None:
            call.on_closed(lambda _cause: self._admission.release(info.call_id))
        if refusal is not None or not self._callbacks:
            logger.info("inbound call refused", extra={"reason": refusal or "no handler"})
            self._spawn(call.reject(refusal or "no_handler"))
            return
        for callback in self._callbacks:
            callback(call)

    def _adopt(self, stack_call: Call, info: CallInfo) -> BaresipCall:
        # An inbound caller who is silent is the dialogue's matter: it asks, and ends the call in words.
        lost_after_s = self._config.lost_after_s if info.direction == "outbound" else 0.0
        watch = SoundWatch(time.monotonic(), lost_after_s)
        call = BaresipCall(stack_call, info, self._media_up, watch, self._note_fault)
        self._calls.add(call)
        call.on_closed(lambda _cause: self._left(call))
        if info.direction == "inbound":
            self._unconfirmed += 1
            call.on_confirmed(self._confirm)
        return call

    def _confirm(self) -> None:
        self._unconfirmed -= 1

    def _media_up(self) -> None:
        self._promoter.promote()
        self._ports.look()

    def _left(self, call: BaresipCall) -> None:
        self._calls.discard(call)
        loop = asyncio.get_running_loop()
        if not self._look_until:
            loop.call_later(_LOOK_EVERY_S, self._look)
        self._look_until = loop.time() + _LOOK_FOR_S

    def _look(self) -> None:
        if self._runtime is None:
            return
        self._ports.look()
        loop = asyncio.get_running_loop()
        if loop.time() < self._look_until:
            loop.call_later(_LOOK_EVERY_S, self._look)
        else:
            self._look_until = 0.0

    def _note_fault(self, verdict: Verdict) -> None:
        self.faults[verdict.value] += 1

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _dial_failure(error: CallFailed) -> DialFailed:
    code = error.status or 0
    if isinstance(error, CallTimeout) or code in _NO_ANSWER:
        return DialFailed(code, "no_answer")
    if code in (486, 600):
        return DialFailed(code, "busy")
    if code in (603, 403):
        return DialFailed(code, "declined")
    if code in _UNREACHABLE or not code:
        return DialFailed(code, "unreachable")
    return DialFailed(code, "failed")
