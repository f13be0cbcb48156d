"""The turn policy: a state machine over voice activity, words and the bot's own speech.

One machine decides both ends of a turn. pipecat splits this into start and stop strategies that share no state; here
the decision to pause, resume or stop the bot and the decision that a turn has ended need the same facts (what is being
asked, what was heard so far, whether the bot is speaking), so they live together and are tested in virtual time.

Barge-in works in two stages: a little voice pauses the bot at once; the words heard within ``decide_within`` decide
whether it resumes (backchannel, cough, echo, a word to somebody else) or stops. A caller who goes on within
``resume_window`` of a turn's end continues that turn: the decision then holds the whole of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dialog.protocol import Expectation, ExpectKind
from dialog.turns import FloorClaim, TurnReading, floor_claim, hesitates, is_new_thought
from voice.turns.decision import Act, Decision, Piece
from voice.turns.timing import TurnTiming

ReadTurn = Callable[[str, Expectation], TurnReading]
NumberComplete = Callable[[str, Expectation], bool]
Claims = Callable[[str, bool], FloorClaim]


@dataclass(frozen=True, slots=True)
class _Ended:
    """The last turn: when it ended, what it held, and the question that it answered."""

    at: float
    pieces: tuple[Piece, ...]
    expect: Expectation


@dataclass(slots=True)
class TurnPolicy:
    """Feed it what happens, with the time; every call returns the decisions that follow.

    ``read_turn`` reads a text's completeness (``dialog.turns``), ``number_complete`` tells that the digits asked
    for are all there, ``claims`` whether words said over the bot are meant for it. ``deadline`` is when ``tick`` wants
    to be called next, or None. ``asking`` is True while the bot speaks its question and not what goes before it.
    """

    read_turn: ReadTurn
    number_complete: NumberComplete
    timing: TurnTiming = field(default_factory=TurnTiming)
    expect: Expectation = field(default_factory=Expectation)
    claims: Claims = floor_claim
    asking: Callable[[], bool] = lambda: True
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
    _acknowledge_at: float | None = None
    _acknowledged: bool = False
    _filler_at: float | None = None
    _noise_at: float | None = None
    _awaiting_final: int = 0
    _final_due: float | None = None
    _interim: tuple[str, float] = ("", 0.0)
    _pieces: list[Piece] = field(default_factory=list)
    _heard_voice: float = 0.0
    _ended: _Ended | None = None
    _resumes: _Ended | None = None

    @property
    def deadline(self) -> float | None:
        """When ``tick`` is due, on the same clock."""
        turn = (self._pause_at, self._decide_at, self._end_at, self._no_input_at, self._final_due)
        waits = (self._acknowledge_at, self._filler_at, self._noise_at)
        return min((at for at in (*turn, *waits) if at is not None), default=None)

    @property
    def bot_speaking(self) -> bool:
        """Whether the bot has the floor (speaking or paused)."""
        return self._bot

    def sounds_finished(self, text: str) -> bool:
        """Whether an interim text is worth getting an answer ready for."""
        if self._bot and not self._paused:
            return False
        whole = "".join(piece.text for piece in self._pieces) + text
        return self.number_complete(whole, self.expect) or self.read_turn(whole, self.expect).state == "finished"

    # --- the bot -------------------------------------------------------------------------------------------------

    def bot_started(self, now: float, expect: Expectation, *, interruptible: bool) -> list[Decision]:
        """Note that the bot starts to speak and which question it will leave in the air.

        While the caller speaks it starts paused: nobody begins a sentence over another's. A pause that fell on the last
        sound of what was said before ends here, or the new sentence would wait for ever.
        """
        paused = self._paused
        self.expect = expect
        self._bot = True
        self._suspended = False
        self._interruptible = interruptible
        self._paused = False
        self._pause_at = self._decide_at = self._no_input_at = self._filler_at = self._acknowledge_at = None
        if interruptible and (self._voiced or self._awaiting_final):
            return self._pause(now, now + self.timing.decide_within)
        return [Decision(Act.RESUME, "a new sentence")] if paused else []

    def bot_ended(self, now: float) -> list[Decision]:
        """Note that the bot has said everything; the caller has the floor."""
        decisions = self._resume("said")
        self._bot = False
        self._pause_at = self._decide_at = None
        self._arm_no_input(now)
        if self._acknowledged:
            self._acknowledged = False
            self._filler_at = now + self.timing.filler_after
        if self._pieces and self._end_at is None and not self._voiced and not self._awaiting_final:
            # Spoken over a sentence that could not be interrupted: it is heard now.
            self._end_at = now
        return decisions

    def acknowledged(self) -> None:
        """Note that only a 好的 is being said: an answer that takes long after it still wants a filler."""
        self._acknowledged = True

    # --- the caller ----------------------------------------------------------------------------------------------

    def voice_started(self, now: float) -> list[Decision]:
        """Voice activity begins; it is reported ``timing.vad_start`` after the first sound, or a little sooner."""
        if self._suspended:
            return []
        self._voiced = True
        self._interim = ("", 0.0)
        self._voice_since = now
        self._noise_at = now + self.timing.noise_after
        self._end_at = self._no_input_at = self._filler_at = self._acknowledge_at = None
        onset = now - self.timing.vad_start
        if self._ended is not None and onset - self._ended.at <= self.timing.resume_window and not self._pieces:
            self._resumes = self._ended
        if self._bot and self._interruptible and not self._paused:
            self._pause_at = now + self.timing.pause_after
        return []

    def voice_stopped(self, now: float) -> list[Decision]:
        """Voice activity ends; a final transcript will follow."""
        if self._suspended or not self._voiced:
            return []
        self._voiced = False
        self._heard_voice += now - self._voice_since
        self._pause_at = self._noise_at = None
        self._awaiting_final += 1
        self._final_due = now + self.timing.final_within
        return []

    def interim(self, now: float, text: str, confidence: float = 1.0) -> list[Decision]:
        """Running text of the current utterance; ``confidence`` is the mean over its characters.

        A few characters may still become anything, so they wait for the moment of decision; the bot is silent anyway.
        """
        if confidence >= self.timing.believed:
            self._noise_at = None
        before, self._interim = self._interim, (text, confidence)
        if not (self._bot and self._interruptible and self._takes_floor(text, confidence, growing=True)):
            return []
        certain = len(text) >= self.timing.certain_words and confidence >= self.timing.certain
        repeated = not self._paused and self._takes_floor(*before, growing=True)
        return self._stop(now, "words") if certain or repeated else []

    def final(self, now: float, text: str, confidence: float, tokens: tuple[tuple[str, float], ...]) -> list[Decision]:
        """Take the recogniser's last word on one utterance (empty when it heard none)."""
        if self._suspended:
            return []
        self._awaiting_final = max(0, self._awaiting_final - 1)
        if not self._awaiting_final:
            self._final_due = None
        self._interim = ("", 0.0)
        if text:
            self._pieces.append(Piece(text, confidence, tokens))
        if self._bot:
            return self._final_over_bot(now, text, confidence)
        if self._voiced or self._awaiting_final:
            return []
        if not self._pieces:
            return self._nothing_heard(now)
        self._end_at = now + self._end_wait(confidence)
        return self.tick(now)

    def key(self, now: float) -> list[Decision]:
        """Note that the caller pressed a key: it takes the floor, and what was being said is dropped."""
        if self._suspended:
            return []
        self._pieces.clear()
        self._ended = self._resumes = None
        self._end_at = None
        decisions = self._stop(now, "key") if self._bot and self._interruptible else []
        self._arm_no_input(now)
        return decisions

    def expect_now(self, now: float, expect: Expectation) -> None:
        """Change the question without speech, e.g. after a hold."""
        self.expect = expect
        self._arm_no_input(now)

    def suspend(self) -> list[Decision]:
        """Stop waiting for the caller: a person has the call, until the bot speaks again."""
        decisions = self._resume("a person has the call")
        self._suspended = True
        self._bot = self._voiced = False
        self._awaiting_final = 0
        self._pause_at = self._decide_at = self._end_at = self._no_input_at = self._final_due = None
        self._filler_at = self._acknowledge_at = self._noise_at = None
        self._acknowledged = False
        self._ended = self._resumes = None
        self._pieces.clear()
        return decisions

    def tick(self, now: float) -> list[Decision]:
        """Run what is due."""
        decisions: list[Decision] = []
        if self._due(self._pause_at, now):
            self._pause_at = None
            if self._bot and self._voiced and not self._paused:
                onset = self._voice_since - self.timing.vad_start
                decisions += self._pause(now, onset + self.timing.decide_within)
        if self._due(self._decide_at, now):
            decisions += self._decide(now)
        if self._due(self._final_due, now):
            # The recogniser is away: the turn must not hang on a text that never comes.
            self._awaiting_final = 0
            decisions += self.final(now, "", 0.0, ())
        if self._due(self._noise_at, now):
            # A street, a television: sound without a word is no caller, and a silent caller must still be asked.
            self._noise_at = None
            self._voiced = False
            self._arm_no_input(now)
        if self._due(self._end_at, now):
            self._end_at = None
            decisions += self._end_turn(now)
        if self._due(self._acknowledge_at, now):
            self._acknowledge_at = None
            decisions.append(Decision(Act.ACKNOWLEDGE, "a wish is being written down"))
        if self._due(self._filler_at, now):
            self._filler_at = None
            decisions.append(Decision(Act.FILL, "answer takes long"))
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

    def _takes_floor(self, text: str, confidence: float, *, growing: bool = False) -> bool:
        """Whether words over the bot are meant for it; words of unknown aim must be many, sure and at their end."""
        if confidence < self.timing.sure:
            return False
        claim = self.claims(text, self.asking())
        if claim != "unsure":
            return claim == "takes"
        if self._resumes is not None:
            return len(text) >= self.timing.resumed_words
        return not growing and confidence >= self.timing.certain and len(text) >= self.timing.certain_words

    def _whole(self) -> tuple[tuple[Piece, ...], Expectation]:
        """All pieces of the turn, with those of the turn that it continues, and the question it answers."""
        pieces = tuple(self._pieces)
        if self._resumes is None or not pieces or is_new_thought("".join(piece.text for piece in pieces)):
            return pieces, self.expect
        return (*self._resumes.pieces, *pieces), self._resumes.expect

    def _end_wait(self, confidence: float) -> float:
        pieces, expect = self._whole()
        text = "".join(piece.text for piece in pieces)
        complete = self.number_complete(text, expect)
        reading = self.read_turn(text, expect)
        if reading.state == "backchannel" and not hesitates(text):
            reading = TurnReading("finished")  # with the floor his own, a 好的 is all the caller wants to say
        return self.timing.end_wait(reading, expect, number_complete=complete, sure=confidence >= self.timing.sure)

    def _pause(self, now: float, decide_at: float) -> list[Decision]:
        self._paused = True
        self._decide_at = max(now, decide_at)
        return [Decision(Act.PAUSE, "voice")]

    def _decide(self, now: float) -> list[Decision]:
        """Stop, go on, or stay silent for a sentence that is still being said and may be meant for us."""
        self._decide_at = None
        text, confidence = self._interim
        if self._takes_floor(text, confidence, growing=True):
            return self._stop(now, "words")
        latest = self._voice_since - self.timing.vad_start + self.timing.decide_latest
        open_words = confidence >= self.timing.believed and bool(text) and self.claims(text, self.asking()) != "leaves"
        if self._voiced and open_words and now < latest:
            self._decide_at = latest
            return []
        return self._resume("nothing understood")

    def _final_over_bot(self, now: float, text: str, confidence: float) -> list[Decision]:
        if not self._interruptible:
            return []
        if self._takes_floor(text, confidence):
            self._end_at = now + self._end_wait(confidence)
            return self._stop(now, "words")
        if text and self.expect.kind is ExpectKind.YES_NO and self.asking() and self._assents(text):
            # A "嗯" or "对" under a read-back is the answer to it.
            self._end_at = now
            return self._stop(now, "assent")
        self._pieces.clear()
        self._resumes = None
        if self._voiced:
            return []
        return self._resume(("backchannel" if self._assents(text) else "not for the bot") if text else "no words")

    def _assents(self, text: str) -> bool:
        return self.read_turn(text, Expectation()).state == "backchannel"

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
        length, self._heard_voice = self._heard_voice, 0.0
        if self._resumes is not None or length < self.timing.shortest_word:
            # A cough after a turn, or a click on the line: an answer is under way, or nobody spoke at all.
            self._resumes = None
            return []
        return [Decision(Act.NO_MATCH, "no words")]

    def _end_turn(self, now: float) -> list[Decision]:
        own = len(self._pieces)
        pieces, expect = self._whole()
        self._pieces.clear()
        self._heard_voice = 0.0
        self._resumes = None
        self.expect = expect
        self._ended = _Ended(now, pieces, expect)
        self._acknowledge_at = now + self.timing.acknowledge_after
        self._acknowledged = False
        self._filler_at = now + self.timing.filler_after
        self._arm_no_input(now)
        earlier = len(pieces) - own
        return [Decision(Act.END_TURN, "resumed" if earlier else "finished", pieces, earlier)]
