"""How many frames a leg's transmit ring gets in a tick, so that it neither runs dry nor grows."""

from dataclasses import dataclass

from telephony.hub.tuning import FRAME_MS, HubTuning


@dataclass(frozen=True)
class SendPlan:
    """``silence`` frames of padding first, then the newest ``frames`` of the tick's frames."""

    silence: int
    frames: int


class SendPacer:
    """Decides from the ring's depth alone; the ring is emptied by a clock that is not ours.

    In the steady state every tick sends one frame. After a stall of the process only the newest frames are sent, up
    to the depth kept ahead: what is older would be delay for the rest of the call.
    """

    def __init__(self, tuning: HubTuning) -> None:
        self._tuning = tuning
        self._window = tuning.window_ticks * 4
        self._least, self._watched = float(tuning.ahead_limit_ms), 0
        self.skipped = 0

    def plan(self, queued_ms: float, ticks: int) -> SendPlan:
        """What to send now that ``ticks`` ticks passed and ``queued_ms`` are still in the ring."""
        tuning = self._tuning
        if queued_ms >= tuning.ahead_limit_ms:
            self.skipped += 1
            self._forget_window()
            return SendPlan(0, 0)
        room = max(1, round((tuning.ahead_ms - queued_ms) / FRAME_MS))
        if queued_ms < FRAME_MS / 4 or ticks > 1:
            self._forget_window()
            frames = min(ticks, room)
            return SendPlan(room - frames, frames)
        self._least = min(self._least, queued_ms)
        self._watched += 1
        if self._watched >= self._window:
            too_deep = self._least >= tuning.ahead_ms  # before a send, half of that is enough
            self._forget_window()
            if too_deep:
                self.skipped += 1
                return SendPlan(0, 0)
        return SendPlan(0, 1)

    def _forget_window(self) -> None:
        self._least, self._watched = float(self._tuning.ahead_limit_ms), 0
