"""How many calls of a fixed mix end without a person, and how long a turn takes.

    python -m bench.dialog.containment [--json] [--verbose]

200 calls, 160 of them routine. The wish is a sentence of the frozen test set (nobody trains on it); the simulated
caller answers questions as callers do, says the wish once more in other words when it was not served, then asks for
a person, and keys "not solved" when the wish was never served. The world is in memory, the words are typed: this
measures understanding and leading the call, not hearing. "No contact within 72 hours" cannot be simulated and is
left out of "contained" here.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import time
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path

from dialog.engine import Dialogue, DialogueState, Phase, load_dialogue
from dialog.protocol import Effect, Event, Heard, KeyPressed, NoMatch, Transfer, TransferOutcome, TransferProgress
from dialog.scripts import TEXTED_CODE
from tests.dialog.frozen import INDEPENDENT, rows
from tests.dialog.parcels import NOON
from tests.dialog.world import CONFIG, Call

# intent: (calls in the mix, callers who have such a matter)
ROUTINE = {
    "track": (40, ("00", "01", "05", "06", "08")),
    "eta": (18, ("00", "01", "06")),
    "urge_delivery": (20, ("00", "01", "06")),
    "stuck_hub": (8, ("00",)),
    "stuck_outlet": (8, ("06",)),
    "signed_not_received": (10, ("02", "09")),
    "pod_photo": (4, ("02",)),
    "locker_station": (8, ("07",)),
    "doorstep": (4, ("06", "07")),
    "change_time": (6, ("01",)),
    "change_address": (4, ("00", "01")),
    "courier_contact": (6, ("01",)),
    "outlet_info": (4, ("06",)),
    "price_time": (6, ("05", "00")),
    "faq": (4, ("00", "05")),
    "progress_followup": (4, ("06",)),
    "pickup_urge": (3, ("05",)),
    "track_by_phone": (3, ("00", "01")),
}
HARD = {
    "perishable": (4, ("03",)),
    "lost": (4, ("08",)),
    "damage": (3, ("02",)),
    "claim": (3, ("08", "02")),
    "customs": (3, ("04",)),
    "complaint": (3, ("00", "02")),
    "intercept_return": (2, ("00",)),
    "wrong_item": (2, ("02",)),
    "noise": (2, ("00",)),
}
MUST_TRANSFER = {
    "human": (8, ("00", "01", "05", "06")),
    "authority": (3, ("00", "10")),
    "safety": (3, ("00", "01")),
}
PROMPTS_FOR_A_NUMBER = ("identify.first", "identify.number", "identify.number_keys")
_MAX_TURNS = 14


@dataclass(frozen=True)
class TimedDialogue(Dialogue):
    """The dialogue with a stop-watch on turns of the caller: understanding and step together."""

    times: list[float] = field(default_factory=list)

    def step(self, state: DialogueState, event: Event) -> tuple[DialogueState, tuple[Effect, ...]]:
        """Step, and keep the processor time in ms: the machine may be busy, but a step waits for nothing."""
        started = time.thread_time()
        result = super().step(state, event)
        if isinstance(event, Heard):
            self.times.append((time.thread_time() - started) * 1000)
        return result


@dataclass(frozen=True)
class Plan:
    """One call of the mix."""

    kind: str
    intent: str
    number: str
    words: tuple[str, ...]


@dataclass
class Outcome:
    """What became of a call."""

    plan: Plan
    transferred: bool = False
    served: bool = False
    turns: int = 0
    end: str = ""
    talk: tuple[str, ...] = ()

    @property
    def contained(self) -> bool:
        """Ended by the bot, and the caller keyed that it was solved."""
        return not self.transferred and self.served


def plans() -> list[Plan]:
    """The fixed mix; the seed never changes."""
    rng = random.Random(20261122)
    said: dict[str, list[str]] = {}
    for row in rows(INDEPENDENT):
        said.setdefault(row.label, []).append(row.text)
    mix: list[Plan] = []
    for kind, table in (("routine", ROUTINE), ("hard", HARD), ("must_transfer", MUST_TRANSFER)):
        for intent, (times, callers) in table.items():
            for at in range(times):
                words = rng.sample(said[intent], 2) if intent in said else ["(noise)", "(noise)"]
                mix.append(Plan(kind, intent, f"138001380{callers[at % len(callers)]}", tuple(words)))
    return mix


class Caller:
    """A caller with one wish."""

    def __init__(self, dialogue: Dialogue, plan: Plan) -> None:
        self._dialogue, self._plan = dialogue, plan
        self._call = Call(dialogue, plan.number)
        self._wording = list(plan.words)
        self.talk: list[str] = [self._call.heard]

    def run(self) -> Outcome:
        """Talk until the call is over."""
        outcome = Outcome(self._plan)
        while outcome.turns < _MAX_TURNS and self._call.state.phase is Phase.TALKING:
            outcome.turns += 1
            self._turn()
            if any(isinstance(effect, Transfer) for effect in self._call.effects):
                outcome.transferred = True
                self._call.feed(TransferProgress(NOON, "t", TransferOutcome.BRIDGED))
                break
        outcome.served = self._was_served()
        outcome.end = self._call.state.phase.value
        outcome.talk = tuple(self.talk)
        return outcome

    def _was_served(self) -> bool:
        scene = self._dialogue.scene_for(self._plan.intent).name
        served = self._call.state.served
        if self._plan.intent == "noise":
            return False
        if scene == "identify":
            return "track" in served
        # A parcel that needs more than was asked for leads on to the scene that helps.
        return scene in served or (scene in ("track", "urge", "stuck") and bool(served))

    def _turn(self) -> None:
        question = self._call.question
        self._call.now += timedelta(seconds=8)
        if question == "goodbye.survey":
            key = "1" if self._was_served() else "2"
            self.talk += [f"[{key}]", self._call.feed(KeyPressed(self._call.now, key))]
        elif self._plan.intent == "noise":
            self.talk += ["(noise)", self._call.feed(NoMatch(self._call.now))]
        else:
            self._say(self._words(question))

    def _words(self, question: str) -> str:
        if not self._was_served() and self._wording and question not in ("identify.proof", "identify.carrier_tail"):
            return self._wording.pop(0)
        if question in PROMPTS_FOR_A_NUMBER:
            return "Y Q 八八五零零二六九幺四四七零"
        if question.startswith("identify.") and question != "identify.offer":
            return "三六七九"
        if question == "change.how":
            return "发链接"
        if question.startswith("confirm."):
            return TEXTED_CODE
        if question == "fraud.paid":
            return "没有"
        if question == "change.when":
            return "明天下午"
        if question == "complaint.what":
            return "快递员态度很差"
        if question in ("home.more", "home.ask"):
            return "没有了" if self._was_served() else "转人工"
        return "对"

    def _say(self, text: str) -> None:
        self.talk += [text, self._call.says(text)]


def interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not whole:
        return 0.0, 1.0
    z, share = 1.96, part / whole
    middle = share + z * z / (2 * whole)
    spread = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return (middle - spread) / scale, (middle + spread) / scale


def main() -> int:
    """Run the mix and print the figures; 1 when a must-transfer call was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="print every call that was not as it should be")
    parser.add_argument("--config", type=Path, default=CONFIG)
    args = parser.parse_args()
    loaded = load_dialogue(args.config)
    dialogue = TimedDialogue(**{part.name: getattr(loaded, part.name) for part in fields(loaded)})
    outcomes = [Caller(dialogue, plan).run() for plan in plans()]
    figures = _figures(outcomes, dialogue.times)
    if args.verbose:
        _show(outcomes)
    print(json.dumps(figures, ensure_ascii=False) if args.json else _table(figures))
    return 0 if figures["must_transfer_transferred"] == figures["must_transfer_calls"] else 1


def _figures(outcomes: list[Outcome], times: list[float]) -> dict[str, object]:
    free = [outcome for outcome in outcomes if outcome.plan.kind != "must_transfer"]
    forced = [outcome for outcome in outcomes if outcome.plan.kind == "must_transfer"]
    routine = [outcome for outcome in outcomes if outcome.plan.kind == "routine"]
    contained = sum(outcome.contained for outcome in outcomes)
    low, high = interval(contained, len(outcomes))
    times.sort()
    return {
        "calls": len(outcomes),
        "routine_calls": len(routine),
        "contained": contained,
        "contained_share": round(contained / len(outcomes), 3),
        "contained_95": [round(low, 3), round(high, 3)],
        "contained_routine_share": round(sum(o.contained for o in routine) / len(routine), 3),
        "contained_without_must_transfer": round(sum(o.contained for o in free) / len(free), 3),
        "must_transfer_calls": len(forced),
        "must_transfer_transferred": sum(outcome.transferred for outcome in forced),
        "turns_median": statistics.median(outcome.turns for outcome in outcomes),
        "step_ms_p50": round(times[len(times) // 2], 2),
        "step_ms_p99": round(times[min(len(times) - 1, int(len(times) * 0.99))], 2),
        "steps": len(times),
    }


def _table(figures: dict[str, object]) -> str:
    return "\n".join(f"{name:34} {value}" for name, value in figures.items())


def _show(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        wrong = not outcome.transferred if outcome.plan.kind == "must_transfer" else not outcome.contained
        if wrong:
            print(f"--- {outcome.plan.kind} {outcome.plan.intent} {outcome.plan.number} {outcome.end}")
            print("\n".join(f"    {line}" for line in outcome.talk))


if __name__ == "__main__":
    sys.exit(main())
