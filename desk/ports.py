"""What the desk needs from the running hotline; ``voice`` implements it, so that the desk knows no call object."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Message = Mapping[str, object]
"""One JSON object of the agent's WebSocket, as described in ``docs/desk.md``."""


@dataclass(frozen=True, slots=True)
class AgentSeat:
    """An agent as the floor knows one; ``device`` is ``browser`` or a SIP URI of a desk telephone."""

    agent_id: str
    name: str
    skills: tuple[str, ...]
    role: str = "agent"
    device: str = "browser"


class Floor(Protocol):
    """Presence and queue of all agents, shared by every process."""

    def attend(self, seat: AgentSeat) -> AsyncIterator[Message]:
        """Sign the agent in and yield what the screen is told, ``hello`` first; leaving the iterator signs out."""

    async def tell(self, agent_id: str, message: Message) -> Message:
        """Run what the agent's page asks (``accept``, ``hold``, ``state`` ...); return ``done`` or ``error``."""

    async def agents(self) -> Sequence[Message]:
        """Every signed-in agent with state, since when, and call."""

    async def queue(self) -> Sequence[Message]:
        """Every waiting call, first in line first."""

    async def media_offer(self, call_id: str, ticket: str, sdp: str) -> str:
        """Connect a browser's softphone with gates closed and return the SDP answer.

        Raises:
            PermissionError: the ticket is unknown, used, expired, or for another call.
        """


class Recordings(Protocol):
    """The sound of finished calls."""

    def wav(self, call_id: str) -> Path | None:
        """A stereo WAV (left the caller, right what the caller heard); None when there is none or it was purged."""

    def peaks(self, call_id: str, buckets: int) -> Message | None:
        """Loudness per bucket and channel, 0..1, for a waveform."""
