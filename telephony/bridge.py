"""From the bot to people and back, staying in the path (a back-to-back user agent): the caller's leg never changes.

Every trunk can do this, it goes on recording, and each attempt has an outcome as a value. Leaving the path by REFER is
for telephone systems that support Replaces; it is offered by :meth:`telephony.sip.BaresipCall.transfer_to`.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from telephony.hub import BotLeg, Hub, Mode, MusicLeg, Role, Stance
from telephony.ports import CallGone, DialFailed, SipCall, SipEndpoint


class Outcome(StrEnum):
    """How an attempt to reach a person ended."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    CALLER_LEFT = "caller_left"


@dataclass(frozen=True)
class Attempt:
    """One attempt: its outcome, the SIP status behind a refusal (0 if none) and how long it took in seconds."""

    outcome: Outcome
    code: int
    seconds: float


class Bridge:
    """One caller's conversation with people on the caller's hub.

    ``on_person_left(role, cause)`` is called when the agent or the consulted person hangs up; the caller is then on
    hold music and bot again. When the caller hangs up, everybody else is hung up at once, whatever the phase.
    """

    def __init__(
        self,
        hub: Hub,
        caller: SipCall,
        endpoint: SipEndpoint,
        *,
        music: MusicLeg | None = None,
        on_person_left: Callable[[Role, str], None] | None = None,
    ) -> None:
        self._hub, self._caller, self._endpoint = hub, caller, endpoint
        self._on_person_left = on_person_left
        self._people: dict[Role, SipCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.whisper = BotLeg(hub.rate)
        hub.attach_voice(Role.WHISPER, self.whisper)
        hub.attach_music(music)
        caller.on_closed(lambda _cause: self._caller_left())
        caller.on_dtmf(lambda digit: self._forward_key(digit))

    @property
    def agent(self) -> SipCall | None:
        """The agent's leg while there is one."""
        return self._people.get(Role.AGENT)

    async def ring(
        self,
        uri: str,
        *,
        role: Role = Role.AGENT,
        from_number: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Attempt:
        """Call a person while the caller waits with music and bot; answered, they hear only :attr:`whisper`.

        ``role`` is ``AGENT`` or ``CONSULT`` (the agent's second opinion). A caller who leaves stops the ringing.
        """
        loop = asyncio.get_running_loop()
        start = loop.time()

        def attempt(outcome: Outcome, code: int = 0) -> Attempt:
            return Attempt(outcome, code, loop.time() - start)

        if role is Role.AGENT:
            self._hub.set_mode(Mode.WAITING)
        dialling = loop.create_task(self._endpoint.dial(uri, from_number=from_number, headers=headers, timeout=timeout))
        try:
            waiting: set[asyncio.Future[Any]] = {dialling, self._caller.closed}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if not dialling.done():
                return attempt(Outcome.CALLER_LEFT)
            person = dialling.result()
        except DialFailed as failure:
            return attempt(Outcome(failure.reason), failure.code)
        except asyncio.CancelledError:
            self._spawn(self._discard(dialling, "withdrawn"))
            raise
        finally:
            dialling.cancel()  # stops the ringing; does nothing when it is over
        if self._caller.closed.done():
            await person.hangup("caller_left")
            return attempt(Outcome.CALLER_LEFT)
        self.take(role, person)
        return attempt(Outcome.ANSWERED)

    def take(self, role: Role, person: SipCall) -> None:
        """Attach a leg that came by itself, a softphone's; an agent hears :attr:`whisper` until :meth:`join`."""
        self._people[role] = person
        self._hub.attach(role, person)
        person.on_closed(lambda cause: self._person_left(person, cause))

    def person(self, role: Role) -> SipCall | None:
        """The leg of an agent, consulted person or supervisor while there is one."""
        return self._people.get(role)

    def wait(self) -> None:
        """Let the caller wait with music and bot."""
        self._hub.set_mode(Mode.WAITING)

    def join(self) -> None:
        """Open the gates: caller and agent hear each other from the next tick on."""
        self._hub.set_mode(Mode.BRIDGED)

    def hold(self) -> None:
        """The caller hears music, the agent nothing; with a consulted person, those two talk."""
        self._hub.set_mode(Mode.CONSULTING if Role.CONSULT in self._people else Mode.HELD)

    def confer(self) -> None:
        """Caller, agent and the consulted person talk together."""
        self._hub.set_mode(Mode.CONFERENCE)

    def mute(self, muted: bool) -> None:
        """Silence the agent towards everybody, or end that."""
        self._hub.mute(Role.AGENT, muted)

    async def keys(self, digits: str) -> None:
        """Send the agent's keys to the person who is heard: the consulted one, else the caller."""
        consulted = self._people.get(Role.CONSULT)
        await (consulted or self._caller).send_dtmf(digits)

    def supervise(self, stance: Stance) -> None:
        """Move a supervisor's leg (attached to the hub by its owner) between listening, whispering and joining."""
        self._hub.set_mode(self._hub.mode, stance)

    async def hand_on(self) -> None:
        """The consulted person becomes the agent, and the former agent leaves."""
        successor = self._people.pop(Role.CONSULT, None)
        if successor is None:
            raise ValueError("nobody is being consulted")
        self._hub.detach(Role.CONSULT)
        former = self._people.pop(Role.AGENT, None)
        self._hub.detach(Role.AGENT)
        self._people[Role.AGENT] = successor
        self._hub.attach(Role.AGENT, successor)
        self.join()  # before the former agent's leg is closed: nobody hears a gap
        if former is not None:
            await former.hangup("handed_on")

    async def leave_path(self, timeout: float = 20.0) -> bool:
        """Let the caller's own telephone system connect caller and agent (REFER with Replaces) and leave the path.

        False: one of both cannot, or refused; we stay between them, and both talk on as before.
        """
        agent = self.agent
        transfer_to = getattr(self._caller, "transfer_to", None)
        if agent is None or transfer_to is None or type(agent) is not type(self._caller):
            return False
        try:
            return bool(await transfer_to(agent, timeout))
        except CallGone:
            return False

    async def drop(self, role: Role, cause: str) -> None:
        """Hang one person up; the others stay as they are."""
        person = self._people.pop(role, None)
        if person is not None:
            self._hub.detach(role)
            await person.hangup(cause)

    async def back_to_bot(self, cause: str = "back_to_bot") -> None:
        """Hang up everybody but the caller, who talks with the bot again."""
        for role in list(self._people):
            await self.drop(role, cause)
        self._hub.set_mode(Mode.BOT)

    def _person_left(self, person: SipCall, cause: str) -> None:
        role = next((role for role, leg in self._people.items() if leg is person), None)
        if role is None:
            return  # we hung up ourselves
        del self._people[role]
        self._hub.detach(role)
        if self._caller.closed.done():
            return
        if role is Role.AGENT:
            self._hub.set_mode(Mode.WAITING)
        elif role is Role.CONSULT and self.agent is not None:
            self._hub.set_mode(Mode.BRIDGED)
        if self._on_person_left is not None:
            self._on_person_left(role, cause)

    @staticmethod
    async def _discard(dialling: asyncio.Task[SipCall], cause: str) -> None:
        """Stop the ringing; a person who answered at the same moment is hung up."""
        dialling.cancel()
        (result,) = await asyncio.gather(dialling, return_exceptions=True)
        if not isinstance(result, BaseException):
            await result.hangup(cause)

    def _caller_left(self) -> None:
        for role in list(self._people):
            self._spawn(self.drop(role, "caller_left"))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _forward_key(self, digit: str) -> None:
        """RFC 4733 keys are no sound: a bridged agent behind a voice menu needs them sent on."""
        agent = self.agent
        if agent is not None and self._hub.mode in (Mode.BRIDGED, Mode.CONFERENCE):
            self._spawn(agent.send_dtmf(digit))
