"""One caller against the turn policy, faster than real time: real sound, real voice activity, real recogniser.

Only the clock is virtual: the recogniser's answers arrive ``HEARING_S`` after the sound that they need, as measured on
calls. Nothing plays or listens, so thousands of moments can be tried where calls would take a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pipecat.audio.vad.vad_analyzer import VADState

from asr.backend import Backend, Step, step_bytes
from asr.ports import Transcript
from dialog.protocol import Expectation
from dialog.turns import read_turn
from voice.pipeline.dialogue import number_complete
from voice.pipeline.stt import PRE_ROLL_MS
from voice.pipeline.vad import WebRtcVadAnalyzer
from voice.turns import Decision, TurnPolicy

RATE, FRAME, FRAME_S = 8000, 160, 0.02
HEARING_S = 0.04

Sound = NDArray[np.float32]


@dataclass
class Outcome:
    """What the policy decided and when, in seconds from the start of the sound."""

    decisions: list[tuple[float, Decision]] = field(default_factory=list)

    def times(self, act: str) -> list[float]:
        """When an act was decided."""
        return [at for at, decision in self.decisions if decision.act == act]


class Simulation:
    """Feeds one sound through voice activity, recogniser and policy."""

    def __init__(self, backend: Backend, policy: TurnPolicy) -> None:
        self._backend, self._policy = backend, policy
        self._vad = WebRtcVadAnalyzer()
        self._vad.set_sample_rate(RATE)
        self._vad.over_bot(policy.bot_speaking)
        self._pending: list[tuple[float, Callable[[float], list[Decision]]]] = []
        self._recent: list[bytes] = []
        self._utterance: object | None = None
        self._waiting = b""
        self._steps = 0
        self._outcome = Outcome()

    def run(self, sound: Sound) -> Outcome:
        """Play the sound to its end."""
        speaking = False
        for number in range(len(sound) // FRAME):
            now = number * FRAME_S
            self._until(now)
            pcm = np.clip(sound[number * FRAME : (number + 1) * FRAME], -32768, 32767).astype(np.int16).tobytes()
            state = self._vad._run_analyzer(pcm)
            if not speaking and state is VADState.SPEAKING:
                speaking = True
                self._begin(now)
            elif speaking and state is VADState.QUIET:
                speaking = False
                self._finish(now)
            if speaking:
                self._feed(pcm, now)
            else:
                self._recent = [*self._recent, pcm][-PRE_ROLL_MS // 20 :]
        self._until(len(sound) / RATE)
        return self._outcome

    def _until(self, now: float) -> None:
        """Everything that is due, in the order in which it is due."""
        while True:
            timer, answer = self._policy.deadline, self._pending[0][0] if self._pending else None
            due = min((at for at in (timer, answer) if at is not None), default=None)
            if due is None or due > now:
                return
            step: Callable[[float], list[Decision]] = self._policy.tick
            if answer is not None and answer <= due:
                step = self._pending.pop(0)[1]
            self._do(due, step)

    def _do(self, at: float, step: Callable[[float], list[Decision]]) -> None:
        self._outcome.decisions += [(at, decision) for decision in step(at)]
        self._vad.over_bot(self._policy.bot_speaking)

    def _begin(self, now: float) -> None:
        self._do(now, self._policy.voice_started)
        self._utterance = self._backend.new_utterance(RATE, 0)
        self._waiting = b"".join(self._recent)
        self._steps = 0
        self._recent = []

    def _feed(self, pcm: bytes, now: float) -> None:
        self._waiting += pcm
        while len(self._waiting) >= (size := step_bytes(self._backend, RATE, self._steps)):
            heard = self._step(self._waiting[:size], last=False)
            self._waiting = self._waiting[size:]
            self._steps += 1
            self._pending.append((now + HEARING_S, partial(self._interim, heard)))

    def _interim(self, heard: Transcript, at: float) -> list[Decision]:
        return self._policy.interim(at, heard.text, heard.confidence)

    def _finish(self, now: float) -> None:
        self._do(now, self._policy.voice_stopped)
        heard = self._step(self._waiting, last=True)
        tokens = tuple((token.text, token.confidence) for token in heard.tokens)
        self._pending.append((now + HEARING_S, lambda at: self._policy.final(at, heard.text, heard.confidence, tokens)))

    def _step(self, pcm: bytes, *, last: bool) -> Transcript:
        return self._backend.run([Step(self._utterance, pcm, last)])[0]


def new_policy(expect: Expectation, *, bot_speaks: bool) -> TurnPolicy:
    """The policy as calls have it, with the bot in the middle of a sentence or waiting for an answer."""
    policy = TurnPolicy(read_turn=read_turn, number_complete=number_complete, asking=lambda: False)
    policy.bot_started(-1.0, expect, interruptible=True)
    if not bot_speaks:
        policy.bot_ended(-0.5)
    return policy
