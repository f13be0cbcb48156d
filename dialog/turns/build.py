"""``python -m dialog.turns.build``: learn from the utterance files how a caller's words stand, and store it.

Needs scikit-learn and pypinyin; the running hotline needs neither. Same files in, same model out.
"""

from __future__ import annotations

import hashlib
import logging
import random
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from dialog.turns import claim
from dialog.turns.model import ARTEFACT, DATA, STATES, TurnState, features
from dialog.understanding.build import FROZEN, frozen_sentences
from dialog.understanding.features import syllables
from dialog.understanding.intents import SERVICE_INTENTS
from dialog.understanding.normalise import letters_only, normalise
from dialog.understanding.templates import Grammar, read_lines

PER_TEMPLATE = {"finished": 90, "unfinished": 110, "wait": 110, "backchannel": 110}
PER_SENTENCE_TEMPLATE = 14
CUTS = 1
SENTENCE_WEIGHT = 1.5
CUT_WEIGHT = 0.1
PRIOR = {"finished": 3.0, "unfinished": 1.0, "wait": 0.8, "backchannel": 0.8}
LEAN = np.log([3.0, 1.0, 1.0, 1.0])
"""Unknown endings are taken for ends: waiting for a caller who is done costs every call, a cut-off is merged again."""

MISHEARD = 0.2
MIN_COUNT = 3
STRENGTH = 1.0
SEED = 20261122
INTENTS = (*SERVICE_INTENTS, "bye", "no_recording", "repeat", "slower", "abuse", "deny", "out_of_domain")
TESTS = Path(__file__).resolve().parents[2] / "tests" / "dialog" / "data"
FROZEN_TURNS = (TESTS / "turns_heldout.tsv", TESTS / "turns_second.tsv", TESTS / "turns_examples.tsv")

logger = logging.getLogger(__name__)


def source_hash() -> str:
    """Hash of the turn files and of the code that reads them.

    The sentences of understanding are left out: they grow daily, and a model that has not seen the newest is not wrong.
    """
    digest = hashlib.sha256()
    code = Path(__file__).parent
    for path in (*sorted(DATA.glob("*.txt")), *(code / name for name in ("build.py", "model.py", "signals.py"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


class Samples:
    """Drawn texts with their state and weight; frozen sentences are left out."""

    def __init__(self) -> None:
        self.rng = random.Random(SEED)
        self.grammar = Grammar.load()
        self.rows: list[set[str]] = []
        self.states: list[int] = []
        self.weights: list[float] = []
        self._frozen = frozen_sentences((*FROZEN, *(path for path in FROZEN_TURNS if path.exists())))
        self._alike = _homophones()
        self.lines = {kind: read_lines(DATA / f"{kind}.txt") for kind in (*STATES, "aside")}

    def add(self, text: str, state: TurnState, weight: float = 1.0) -> None:
        """Add one text of a state."""
        self.add_as(text, STATES.index(state), weight)

    def add_as(self, text: str, label: int, weight: float = 1.0) -> None:
        """Add one text with the number of its class, now and then with a character misheard."""
        if letters_only(text) in self._frozen:
            return
        flat = normalise(self._misheard(text) if self.rng.random() < MISHEARD else text)
        if flat:
            self.rows.append(set(features(flat)))
            self.states.append(label)
            self.weights.append(weight)

    def some(self, state: str) -> str:
        """Any text of a state."""
        return self.grammar.draw(self.rng.choice(self.lines[state]), self.rng)

    def filler(self) -> str:
        """Words that people put in front of anything."""
        slot = self.rng.choice(("_filler", "_opening", "_filler"))
        return self.grammar.fill(slot, self.rng)

    def _misheard(self, text: str) -> str:
        at = self.rng.randrange(len(text)) if text else 0
        others = self._alike.get(text[at : at + 1], "")
        return text[:at] + self.rng.choice(others) + text[at + 1 :] if others else text


def _homophones() -> dict[str, str]:
    groups: dict[str, list[str]] = {}
    for character, sound in syllables().items():
        groups.setdefault(sound, []).append(character)
    return {character: "".join(groups[sound][:12]) for character, sound in syllables().items()}


def draw() -> Samples:
    """Texts of every state, alone and put together as callers put them."""
    samples = Samples()
    _own_lines(samples)
    _sentences(samples)
    return samples


def _own_lines(samples: Samples) -> None:
    rng = samples.rng
    for state in STATES:
        for line in samples.lines[state]:
            for _ in range(PER_TEMPLATE[state]):
                text = samples.grammar.draw(line, rng)
                samples.add(text, state)
                if state != "backchannel" and rng.random() < 0.3:
                    samples.add(samples.filler() + text, state)
                if state in ("wait", "unfinished") and rng.random() < 0.2:
                    samples.add(samples.some("backchannel") + text, state)


def _sentences(samples: Samples) -> None:
    rng, grammar = samples.rng, samples.grammar
    templates = grammar.templates
    for intent in (*INTENTS, "hold", "backchannel"):
        state: TurnState = "wait" if intent == "hold" else "backchannel" if intent == "backchannel" else "finished"
        for line in templates[intent]:
            for _ in range(PER_SENTENCE_TEMPLATE):
                text = grammar.draw(line, rng).replace("，", "").replace(",", "")
                samples.add(text, state, SENTENCE_WEIGHT)
                if rng.random() < 0.15:
                    samples.add(samples.filler() + text, state)
                if state == "finished" and len(text) > 2:
                    _variations(samples, text)


def _variations(samples: Samples, text: str) -> None:
    """The sentence broken off, after a murmur, followed by a request for time, and trailing off."""
    rng = samples.rng
    for _ in range(CUTS):
        samples.add(text[: rng.randint(1, len(text) - 1)], "unfinished", CUT_WEIGHT)
    if rng.random() < 0.15:
        samples.add(samples.some("backchannel") + text, "finished")
    if rng.random() < 0.12:
        samples.add(text + samples.some("wait"), "wait")
    if rng.random() < 0.2:
        samples.add(text + samples.some("unfinished"), "unfinished")


def draw_claims() -> Samples:
    """Texts said over the bot, as states 1 (meant for it) and 0 (murmurs, words to somebody else)."""
    samples = Samples()
    rng, grammar = samples.rng, samples.grammar
    own = (("aside", 0, 160), ("backchannel", 0, 60), ("wait", 1, 60), ("unfinished", 1, 20), ("finished", 1, 60))
    for kind, label, times in own:
        for line in samples.lines[kind]:
            for _ in range(times):
                samples.add_as(grammar.draw(line, rng), label)
    for intent, lines in grammar.templates.items():
        meant = intent not in ("out_of_domain", "backchannel", "affirm")
        for line in lines:
            for _ in range(4 if meant else 12):
                text = grammar.draw(line, rng).replace("，", "").replace(",", "")
                samples.add_as(text, int(meant))
                if meant and len(text) > 4:
                    samples.add_as(text[: rng.randint(3, len(text) - 1)], 1, CUT_WEIGHT)
    return samples


def train(samples: Samples, priors: list[float]) -> tuple[list[str], LogisticRegression, float]:
    """Fit a linear model; returns the names of its features, the model, and its accuracy on what it saw."""
    counts = Counter(name for row in samples.rows for name in row)
    names = sorted(name for name, count in counts.items() if count >= MIN_COUNT)
    index = {name: n for n, name in enumerate(names)}
    indices: list[int] = []
    pointers = [0]
    for row in samples.rows:
        indices += sorted(index[name] for name in row if name in index)
        pointers.append(len(indices))
    shape = (len(samples.rows), len(names))
    table = csr_matrix((np.ones(len(indices), np.float32), indices, pointers), shape=shape)
    states, weights = np.array(samples.states), np.array(samples.weights)
    totals = np.bincount(states, weights, len(priors))
    balanced = weights * (np.array(priors) * weights.sum() / len(priors) / totals)[states]
    model = LogisticRegression(C=STRENGTH, max_iter=150).fit(table, states, sample_weight=balanced)
    return names, model, float(model.score(table, states))


def build(states_to: Path = ARTEFACT, claims_to: Path = claim.ARTEFACT) -> dict[str, float]:
    """Train and store both models."""
    names, model, accuracy = train(draw(), [PRIOR[state] for state in STATES])
    learned = model.coef_.T
    kept = np.abs(learned).max(axis=1) > 0.03
    scale = float(np.abs(learned).max()) / 127
    np.savez_compressed(
        states_to,
        names="\n".join(name for name, keep in zip(names, kept, strict=True) if keep),
        weights=np.round(learned[kept] / scale).astype(np.int8),
        scale=np.float32(scale),
        bias=(model.intercept_ + LEAN).astype(np.float32),
        sources=source_hash(),
    )
    names, model, claim_accuracy = train(draw_claims(), [1.0, 1.0])
    strong = np.abs(model.coef_[0]) > 0.05
    np.savez_compressed(
        claims_to,
        names="\n".join(name for name, keep in zip(names, strong, strict=True) if keep),
        weights=model.coef_[0][strong].astype(np.float16),
        bias=np.float32(model.intercept_[0]),
        sources=source_hash(),
    )
    return {
        "features of states": int(kept.sum()),
        "training accuracy of states": accuracy,
        "features of claims": int(strong.sum()),
        "training accuracy of claims": claim_accuracy,
    }


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for figure, value in build().items():
        logger.info("%s: %.6g", figure, value)
