"""The floor: who can take a call, who waits for one, and what an agent's screen is told.

Policy is pure (``agents``, ``waiting``, ``routing``, ``lease``: values and a time in, values out); ``store`` keeps the
values in Redis and changes them atomically; ``board`` joins both in every process of the hotline.
"""

from voice.floor.agents import Agent, State
from voice.floor.waiting import Waiting

__all__ = ["Agent", "State", "Waiting"]
