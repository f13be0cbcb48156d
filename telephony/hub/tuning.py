"""The hub's few numbers, in milliseconds."""

from dataclasses import dataclass

FRAME_MS = 20


@dataclass(frozen=True)
class HubTuning:
    """Depths of the queues around the hub.

    ``prime_ms`` is what a person's leg must have delivered before it is played (20 suffices behind a SIP jitter
    buffer, 40 for a leg without one); above ``limit_ms`` its oldest sound is dropped. ``ahead_ms`` is what the hub
    keeps in a leg's transmit ring so that a stall of the process makes no gap on the wire; above ``ahead_limit_ms``
    nothing is added. ``window_ticks`` is how long too deep a queue is watched before one frame is taken out, which is
    how clock drift is absorbed.
    """

    prime_ms: int = 20
    limit_ms: int = 100
    ahead_ms: int = 40
    ahead_limit_ms: int = 100
    window_ticks: int = 50
