"""The shape of a scene: what starts it, what it needs, its steps. See ``docs/dialogue.md`` for one to copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from logistics_client.vocabulary import Stage

if TYPE_CHECKING:
    from dialog.engine.turn import Turn

Step: TypeAlias = "Callable[[Turn], None]"


@dataclass(frozen=True)
class Scene:
    """One matter that callers bring.

    A step reads the turn, says sentences, and ends with at most one of: a question, a request, another scene, a
    transfer, the end. A step that ends with none of them has finished the matter.
    """

    name: str
    begin: Step
    intents: tuple[str, ...] = ()
    request: str = ""  # 用户诉求 on the card, when the parcel tells nothing better
    whisper: str = ""  # the same in a few characters
    needs_parcel: bool = True
    steps: Mapping[str, Step] = field(default_factory=dict)
    suits: tuple[Stage, ...] = ()  # stages that this matter is about; picks among several parcels
    next_step: str = ""  # 建议下一步 for the agent
    rescue: Mapping[str, str] = field(default_factory=dict)  # by step without an answer: another way to it

    def step(self, name: str) -> Step:
        """Find a step by name; ``begin`` is always there."""
        return self.begin if name == "begin" else self.steps[name]
