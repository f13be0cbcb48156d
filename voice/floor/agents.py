"""One agent's presence, and every way it may change; pure values, times in seconds since the epoch.

A person chooses idle, busy and rest; ringing, talking and wrap-up (话后) follow from calls. What was chosen during a
call counts when the wrap-up ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

EVERY_SKILL = "*"
UNANSWERED = "振铃未接"
ACW_S = 45.0
RECONNECT_S = 60.0


class State(StrEnum):
    """What an agent is doing; the Chinese names are what people see."""

    OFFLINE = "offline"  # 离线
    IDLE = "idle"  # 示闲
    BUSY = "busy"  # 示忙
    REST = "rest"  # 小休
    RINGING = "ringing"  # 振铃
    TALKING = "talking"  # 通话
    ACW = "acw"  # 话后


CHOOSABLE = (State.IDLE, State.BUSY, State.REST)
ON_CALL = (State.RINGING, State.TALKING)


class Refused(Exception):  # noqa: N818 - an outcome, in the words of the house
    """What was asked cannot be done now; the text is one Chinese sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as every process sees one.

    ``device`` is ``browser`` or a SIP URI. ``home`` is the process that the agent's page is connected to (empty: a
    built-in desk telephone without a page), ``worker`` the process that runs the agent's call. ``tier`` 0 is asked
    before tier 1; ``until`` is the end of the wrap-up.
    """

    agent_id: str
    name: str
    skills: tuple[str, ...]
    role: str = "agent"
    device: str = "browser"
    state: State = State.IDLE
    since: float = 0.0
    reason: str = ""
    chosen: State = State.IDLE
    chosen_reason: str = ""
    home: str = ""
    worker: str = ""
    call_id: str = ""
    offer_id: str = ""
    until: float = 0.0
    extended: bool = False
    tier: int = 0

    @property
    def built_in(self) -> bool:
        """A desk telephone from the configuration: nobody signs it in or out."""
        return not self.home

    def serves(self, skill: str) -> bool:
        """Whether the agent belongs to a skill group."""
        return skill in self.skills or EVERY_SKILL in self.skills


def sign_in(
    agent_id: str,
    name: str,
    skills: Sequence[str],
    *,
    role: str,
    device: str,
    home: str,
    now: float,
    before: Agent | None,
) -> Agent:
    """The agent's page has connected; a call in progress and a recent choice survive a page that is loaded again."""
    fresh = Agent(agent_id, name, tuple(skills), role, device, State.IDLE, now, home=home)
    if before is None:
        return fresh
    if before.state in ON_CALL or before.state is State.ACW:
        return replace(before, name=name, skills=tuple(skills), role=role, device=device, home=home)
    if now - before.since <= RECONNECT_S or before.state is not State.OFFLINE:
        kept = replace(fresh, chosen=before.chosen, chosen_reason=before.chosen_reason)
        return _rest_as_chosen(kept, now)
    return fresh


def sign_out(agent: Agent, now: float) -> Agent:
    """The agent's page is gone; a call in progress goes on, and ends in ``offline``."""
    if agent.state is State.TALKING:
        return replace(agent, home="gone")
    return _idle_fields(replace(agent, state=State.OFFLINE, since=now, reason="", home="gone"))


def choose(agent: Agent, state: State, reason: str, now: float) -> Agent:
    """The agent chooses idle, busy or rest; during a call the choice waits until it is over.

    Raises:
        Refused: the state cannot be chosen, or a rest has no reason.
    """
    if state not in CHOOSABLE:
        raise Refused("只能选择示闲、示忙或小休。")
    if state is State.REST and not reason:
        raise Refused("小休请选择原因。")
    chosen = replace(agent, chosen=state, chosen_reason=reason)
    if agent.state in ON_CALL:
        return chosen
    return _rest_as_chosen(chosen, now)


def ring(agent: Agent, call_id: str, offer_id: str, worker: str, now: float) -> Agent:
    """A call is offered to an idle agent.

    Raises:
        Refused: the agent is not idle.
    """
    if agent.state is not State.IDLE:
        raise Refused(f"坐席{agent.name}现在不空闲。")
    return replace(agent, state=State.RINGING, since=now, reason="", call_id=call_id, offer_id=offer_id, worker=worker)


def dial_out(agent: Agent, call_id: str, offer_id: str, worker: str, now: float) -> Agent:
    """The agent calls somebody; allowed unless a call or an offer is there already.

    Raises:
        Refused: the agent has a call.
    """
    if agent.state in ON_CALL or agent.state is State.OFFLINE:
        raise Refused("您正在通话中，请先结束当前通话。")
    return replace(agent, state=State.TALKING, since=now, reason="", call_id=call_id, offer_id=offer_id, worker=worker)


def talk(agent: Agent, now: float) -> Agent:
    """The agent has the call."""
    return replace(agent, state=State.TALKING, since=now)


def unanswered(agent: Agent, now: float) -> Agent:
    """It rang until the time was up: 示忙, so that the next caller does not wait for the same empty chair."""
    if agent.built_in:
        return _rest_as_chosen(agent, now)
    return _rest_as_chosen(replace(agent, chosen=State.BUSY, chosen_reason=UNANSWERED), now)


def passed(agent: Agent, now: float) -> Agent:
    """The offer ended without a talk: declined, taken back, failed, or the caller left."""
    return _rest_as_chosen(agent, now)


def wrap_up(agent: Agent, now: float, acw_s: float = ACW_S) -> Agent:
    """The talk is over: time for the summary, then back to what was chosen."""
    if agent.built_in or agent.home == "gone":
        return _rest_as_chosen(agent, now)
    ended = replace(agent, state=State.ACW, since=now, reason="", until=now + acw_s, extended=False)
    return replace(ended, offer_id="", worker="")


def extend_wrap_up(agent: Agent, now: float, acw_s: float = ACW_S) -> Agent:
    """More time for the summary, once.

    Raises:
        Refused: not in wrap-up, or it was extended before.
    """
    if agent.state is not State.ACW:
        raise Refused("现在不在话后处理，无法延长。")
    if agent.extended:
        raise Refused("话后时间只能延长一次。")
    return replace(agent, until=max(agent.until, now) + acw_s, extended=True)


def finish_wrap_up(agent: Agent, now: float) -> Agent:
    """The summary is written.

    Raises:
        Refused: not in wrap-up.
    """
    if agent.state is not State.ACW:
        raise Refused("现在不在话后处理。")
    return _rest_as_chosen(agent, now)


def orphaned(agent: Agent, now: float) -> Agent:
    """The process that ran the agent's offer or call is dead: free at once, because the caller will call again."""
    return _rest_as_chosen(agent, now)


def _rest_as_chosen(agent: Agent, now: float) -> Agent:
    if agent.home == "gone":
        return _idle_fields(replace(agent, state=State.OFFLINE, since=now, reason=""))
    reason = agent.chosen_reason if agent.chosen is not State.IDLE else ""
    return _idle_fields(replace(agent, state=agent.chosen, since=now, reason=reason))


def _idle_fields(agent: Agent) -> Agent:
    return replace(agent, call_id="", offer_id="", worker="", until=0.0, extended=False)
