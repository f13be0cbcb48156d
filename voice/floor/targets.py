"""Whom an agent names for a consultation or a transfer: an agent, a skill group, or a telephone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from voice.floor.agents import EVERY_SKILL, Agent, Refused, State
from voice.floor.routing_file import Routing

OUTSIDE = ("outlet", "courier")  # rung over a line that hides both numbers
WITHOUT_CALLER = frozenset(f"tel:{kind}" for kind in OUTSIDE)  # telephones that never see the customer's number
_NUMBER = re.compile(r"\+?[0-9]{3,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """Exactly one is set: ``agent_id``, ``skill`` or ``uri``; ``label`` is what screens show."""

    label: str
    agent_id: str = ""
    skill: str = ""
    uri: str = ""


def read_target(text: str, agents: Mapping[str, Agent], routing: Routing, *, me: str = "") -> Target:
    """Find out whom a person means.

    Raises:
        Refused: nobody of that name, the person himself, or a telephone that must not be called.
    """
    kind, _, name = text.strip().partition(":") if text.strip().startswith(("agent:", "skill:")) else ("", "", text)
    name = name.strip()
    agent = agents.get(name) or next((one for one in agents.values() if one.name == name), None)
    if kind != "skill" and agent is not None and agent.state is not State.OFFLINE:
        if agent.agent_id == me:
            raise Refused("不能转给自己，请选择其他坐席。")
        return Target(agent.name, agent_id=agent.agent_id)
    groups = {skill for one in agents.values() if one.state is not State.OFFLINE for skill in one.skills}
    if kind != "agent" and name in groups - {EVERY_SKILL}:
        return Target(name, skill=name)
    if not kind and name in routing.telephones:
        return Target(name, uri=routing.telephones[name])
    if not kind and _NUMBER.fullmatch(name.replace("-", "")):
        return Target(name, uri=routing.trunk.to(name.replace("-", "")))
    raise Refused("找不到这个坐席、技能组或电话，请检查后重试。")


def telephone(target: Target) -> Agent:
    """A telephone as an agent of its own: nobody's presence, only something that rings."""
    return Agent(f"tel:{target.label}", target.label, (), role="telephone", device=target.uri, tier=9)
