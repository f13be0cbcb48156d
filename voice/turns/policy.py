"""The turn policy: a state machine over voice activity, words and the bot's own speech.

One machine decides both ends of a turn. pipecat splits this into start and stop strategies that share no state; here
the decision to pause, resume or stop the bot and the decision that a turn has ended need the same facts (what is being
asked, what was heard so far, whether the bot is speaking), so they live together and are tested in virtual time.

Barge-in works in two stages: a little voice pauses the bot at once; the words heard within ``decide_within`` decide
whether it resumes (backchannel, cough, echo) or stops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from dialog.protocol import Expectation, ExpectKind
from voice.turns.timing import TurnTiming


class Act(StrEnum):
    """What the call should do now."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    END_TURN = "end_turn"
    NO_INPUT = "no_input"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Piece:
    """One recognised piece of a turn, with the confidence of every token."""

    text: str
    confidence: float
    tokens: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One act with its reason; ``pieces`` are set for ``END_TURN``."""

    act: Act
    reason: str = ""
    pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """The whole turn's text."""
        return "".join(piece.text for piece in self.pieces)


TurnState = Callable[[str, Expectation], str]
NumberComplete = Callable[[str, Expectation], bool]


@dataclass(slots=True)
class TurnPolicy:
    """Feed it what happens, with the time; every call returns the decisions that follow.

    ``turn_state`` reads a text's completeness (``dialog.turns``), ``number_complete`` tells that the digits asked
    for are all there. ``deadline`` is when ``tick`` wants to be called next, or None.
    """

    turn_state: TurnState
    number_complete: NumberComplete
    timing: TurnTiming = field(default_factory=TurnTiming)
    expect: Expectation = field(default_factory=Expectation)
    _voiced: bool = False
    _voice_since: float = 0.0
    _bot: bool = False
    _suspended: bool = False
    _interruptible: bool = True
    _paused: bool = False
    _pause_at: float | None = None
    _decide_at: float | None = None
    _end_at: float | None = None
    _no_input_at: float | None = None
    _awaiting_final: int = 0
    _final_due: float | None = None
    _interim: str = ""
    _pieces: list[Piece] = field(default_factory=list)
    _heard_voice: bool = False
    _ended_at: float | None = None
    _ended_pieces: tuple[Piece, ...] = ()

    @property
    def deadline(self) -> float | None:
        """When ``tick`` is due, on the same clock."""
        timers = (self._pause_at, self._decide_at, self._end_at, self._no_input_at, self._final_due)
        return min((at for at in timers if at is not None), default=None)

    @property
    def bot_speaking(self) -> bool:
        """Whether the bot has the floor (speaking or paused)."""
        return self._bot

    # --- the bot -------------------------------------------------------------------------------------------------

    def bot_started(self, now: float, expect: Expectation, *, interruptible: bool) -> list[Decision]:
        """Note that the bot starts to speak and which question it will leave in the air."""
        self.expect = expect
        self._bot = True
        self._suspended = False
        self._interruptible = interruptible
        self._paused = False
        self._decide_at = self._no_input_at = None
        if self._voiced and interruptible:
            self._pause_at = now + self.timing.pause_after
        return []

    def bot_ended(self, now: float) -> list[Decision]:
        """Note that the bot has said everything; the caller has the floor."""
        self._bot = self._paused = False
        self._pause_at = self._decide_at = None
        self._arm_no_input(now)
        if self._pieces and self._end_at is None and not self._voiced and not self._awaiting_final:
            # Spoken over a sentence that could not be interrupted: it is heard now.
            self._end_at = now
        return []

    # --- the caller ----------------------------------------------------------------------------------------------

    def voice_started(self, now: float) -> list[Decision]:
        """Voice activity begins."""
        if self._suspended:
            return []
        self._voiced = True
        self._voice_since = now
        self._heard_voice = True
        self._end_at = self._no_input_at = None
        self._interim = ""
        if self._bot and self._interruptible and not self._paused:
            self._pause_at = now + self.timing.pause_after
        return []

    def voice_stopped(self, now: float) -> list[Decision]:
        """Voice activity ends; a final transcript will follow."""
        self._voiced = False
        if self._suspended:
            return []
        self._pause_at = None
        self._awaiting_final += 1
        self._final_due = now + self.timing.final_within
        return []

    def interim(self, now: float, text: str) -> list[Decision]:
        """Running text of the current utterance."""
        self._interim = text
        if self._bot and self._interruptible and self._takes_floor(text):
            return self._stop(now, "words")
        return []

    def final(self, now: float, text: str, confidence: float, tokens: tuple[tuple[str, float], ...]) -> list[Decision]:
        """Take the recogniser's last word on one utterance (empty when it heard none)."""
        if self._suspended:
            return []
        self._awaiting_final = max(0, self._awaiting_final - 1)
        if not self._awaiting_final:
            self._final_due = None
        self._interim = ""
        if text:
            self._pieces.append(Piece(text, confidence, tokens))
        if self._bot:
            return self._final_over_bot(now, text)
        if self._voiced or self._awaiting_final:
            return []
        if not self._pieces:
            return self._nothing_heard(now)
        whole = "".join(piece.text for piece in self._pieces)
        wait = self.timing.end_wait(
            self.turn_state(whole, self.expect),
            self.expect,
            number_complete=self.number_complete(whole, self.expect),
        )
        self._end_at = now + wait
        return self.tick(now)

    def key(self, now: float) -> list[Decision]:
        """Note that the caller pressed a key: it takes the floor, and what was being said is dropped."""
        if self._suspended:
            return []
        self._pieces.clear()
        self._end_at = None
        decisions = self._stop(now, "key") if self._bot and self._interruptible else []
        self._arm_no_input(now)
        return decisions

    def expect_now(self, now: float, expect: Expectation) -> None:
        """Change the question without speech, e.g. after a hold."""
        self.expect = expect
        self._arm_no_input(now)

    def suspend(self) -> None:
        """Stop waiting for the caller: a person has the call, until the bot speaks again."""
        self._suspended = True
        self._bot = self._paused = self._voiced = False
        self._awaiting_final = 0
        self._pause_at = self._decide_at = self._end_at = self._no_input_at = self._final_due = None
        self._pieces.clear()

    def tick(self, now: float) -> list[Decision]:
        """Run what is due."""
        decisions: list[Decision] = []
        if self._due(self._pause_at, now):
            self._pause_at = None
            if self._bot and self._voiced and not self._paused:
                self._paused = True
                self._decide_at = now + self.timing.decide_within
                decisions.append(Decision(Act.PAUSE, "voice"))
        if self._due(self._decide_at, now):
            self._decide_at = None
            decisions += self._resume("nothing understood")
        if self._due(self._final_due, now):
            # The recogniser is away: the turn must not hang on a text that never comes.
            self._awaiting_final = 0
            decisions += self.final(now, "", 0.0, ())
        if self._due(self._end_at, now):
            self._end_at = None
            decisions += self._end_turn(now)
        if self._due(self._no_input_at, now):
            self._no_input_at = None
            decisions.append(Decision(Act.NO_INPUT, "silence"))
        return decisions

    # --- inner steps ---------------------------------------------------------------------------------------------

    @staticmethod
    def _due(at: float | None, now: float) -> bool:
        return at is not None and now >= at

    def _arm_no_input(self, now: float) -> None:
        asks = self.expect.kind is not ExpectKind.NOTHING and self.expect.no_input_s > 0
        self._no_input_at = now + self.expect.no_input_s if asks and not self._voiced and not self._bot else None

    def _takes_floor(self, text: str) -> bool:
        return bool(text) and self.turn_state(text, self.expect) != "backchannel" and len(text) >= 2

    def _final_over_bot(self, now: float, text: str) -> list[Decision]:
        if not self._interruptible:
            return []
        if self._takes_floor(text):
            self._end_at = now + self.timing.finished
            return self._stop(now, "words")
        if text and self.expect.kind is ExpectKind.YES_NO and self._paused:
            # A "嗯" or "对" under a read-back is the answer to it.
            self._end_at = now
            return self._stop(now, "assent")
        self._pieces.clear()
        return self._resume("backchannel" if text else "no words")

    def _resume(self, reason: str) -> list[Decision]:
        if not self._paused:
            return []
        self._paused = False
        self._decide_at = None
        return [Decision(Act.RESUME, reason)]

    def _stop(self, now: float, reason: str) -> list[Decision]:
        self._bot = self._paused = False
        self._pause_at = self._decide_at = None
        return [Decision(Act.STOP, reason), *self.tick(now)]

    def _nothing_heard(self, now: float) -> list[Decision]:
        self._arm_no_input(now)
        if not self._heard_voice:
            return []
        self._heard_voice = False
        return [Decision(Act.NO_MATCH, "no words")]

    def _end_turn(self, now: float) -> list[Decision]:
        pieces = tuple(self._pieces)
        self._pieces.clear()
        self._heard_voice = False
        merged = self._ended_at is not None and now - self._ended_at <= self.timing.resume_window
        self._ended_at, self._ended_pieces = now, pieces
        self._arm_no_input(now)
        return [Decision(Act.END_TURN, "resumed" if merged else "finished", pieces)]
