"""``python -m dialog.understanding.build``: train the intent model from the utterance files and store it.

Needs scikit-learn and pypinyin; the running hotline needs neither. Same files in, same model out.
"""

from __future__ import annotations

import hashlib
import logging
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from dialog.understanding.features import SYLLABLES, grams, syllables
from dialog.understanding.intents import ALL_INTENTS
from dialog.understanding.model import ARTEFACT, softmax
from dialog.understanding.normalise import letters_only, normalise
from dialog.understanding.templates import UTTERANCES, Grammar

PER_INTENT = 2000
SEED = 20261122
MIN_COUNT = 5
STRENGTH = 12.0
"""Inverse of the L2 penalty."""

MISHEARD = ARTEFACT.parent / "misheard.tsv"
"""Training sentences as the embedded recogniser heard them (``bench.dialog.confusions``)."""

FROZEN = (
    UTTERANCES / "held_out.tsv",
    UTTERANCES.parents[2] / "tests" / "dialog" / "data" / "intents_heldout.tsv",
    UTTERANCES.parents[2] / "tests" / "dialog" / "data" / "intents_second.tsv",
)
"""Test sets; this module runs in a checkout only."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sample:
    """A drawn sentence, the number of its intent, and whether its template is kept apart for calibration."""

    text: str
    intent: int
    kept_apart: bool


def source_hash(folder: Path = UTTERANCES) -> str:
    """Hash of everything the model is made from: the utterance files and the code that reads them."""
    digest = hashlib.sha256()
    code = Path(__file__).parent
    names = ("build.py", "features.py", "normalise.py", "spoken.py", "templates.py")
    heard = [MISHEARD] if MISHEARD.exists() else []
    for path in [*sorted(folder.rglob("*.txt")), *heard, *(code / name for name in names)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def frozen_sentences(files: Sequence[Path] = FROZEN) -> frozenset[str]:
    """Test sentences that training must never see."""
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]
    return frozenset(letters_only(line.split("\t")[1]) for line in lines)


def write_syllables(path: Path = SYLLABLES) -> None:
    """Store the commonest reading of every basic hanzi, grouped by syllable."""
    groups: dict[str, list[str]] = defaultdict(list)
    characters = [chr(code) for code in range(0x4E00, 0x9FA6)]
    for character, sound in zip(characters, lazy_pinyin(characters), strict=True):
        if sound != character:
            groups[sound].append(character)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{s} {''.join(c)}\n" for s, c in sorted(groups.items())), encoding="utf-8")


def homophones(texts: Iterable[str]) -> dict[str, str]:
    """Characters of the corpus by sound: what a recogniser writes instead."""
    by_sound: dict[str, list[str]] = defaultdict(list)
    table = syllables()
    for character in sorted(set("".join(texts))):
        if character in table:
            by_sound[table[character]].append(character)
    return {character: "".join(group) for group in by_sound.values() for character in group if len(group) > 1}


def disturb(text: str, sounds_like: dict[str, str], grammar: Grammar, rng: random.Random) -> str:
    """What happens to a sentence on its way: openings, fillers, endings, misheard and lost characters."""
    if rng.random() < 0.12:
        text = grammar.fill("_opening", rng) + text
    if rng.random() < 0.10:
        text = grammar.fill("_filler", rng) + text
    if rng.random() < 0.10 and len(text) > 3:
        text += grammar.fill("_ending", rng)
    if rng.random() < 0.25 and len(text) > 3:
        out = []
        for character in text:
            if rng.random() < 0.08:
                character = "" if rng.random() < 0.25 else rng.choice(sounds_like.get(character, character))
            out.append(character)
        text = "".join(out)
    return text


def draw_samples(grammar: Grammar, frozen: frozenset[str], per_intent: int = PER_INTENT) -> list[Sample]:
    """The training set: as many sentences for every intent, spread evenly over its templates."""
    rng = random.Random(SEED)
    samples: list[Sample] = []
    sounds_like = homophones(line for lines in grammar.templates.values() for line in lines)
    for number, intent in enumerate(ALL_INTENTS):
        lines = grammar.templates[intent]
        apart = set(rng.sample(range(len(lines)), max(1, len(lines) // 6)))
        for turn in range(per_intent):
            which = turn % len(lines)
            text = normalise(disturb(grammar.draw(lines[which], rng), sounds_like, grammar, rng))
            if text and text.replace(",", "") not in frozen:
                samples.append(Sample(text, number, which in apart))
    return samples


def misheard_samples(frozen: frozenset[str], path: Path = MISHEARD) -> list[Sample]:
    """What the recogniser made of training sentences; every sixth is kept apart, so that confidence knows of it too."""
    if not path.exists():
        return []
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    number = {intent: at for at, intent in enumerate(ALL_INTENTS)}
    texts = [(number[intent], normalise(heard)) for intent, _, heard in rows]
    return [
        Sample(text, intent, at % 6 == 0)
        for at, (intent, text) in enumerate(texts)
        if text and text.replace(",", "") not in frozen
    ]


def vocabulary_of(rows: Sequence[set[str]]) -> dict[str, int]:
    """N-grams that occur often enough, in a fixed order."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(row)
    return {gram: n for n, gram in enumerate(sorted(gram for gram, count in counts.items() if count >= MIN_COUNT))}


def rarity_of(rows: Sequence[set[str]], vocabulary: dict[str, int]) -> NDArray[np.float32]:
    """Inverse document frequency per n-gram."""
    counts = Counter(gram for row in rows for gram in row if gram in vocabulary)
    return np.log(len(rows) / np.array([counts[gram] for gram in vocabulary], np.float64)).astype(np.float32)


def matrix(rows: Sequence[set[str]], vocabulary: dict[str, int], rarity: NDArray[np.float32]) -> csr_matrix:
    """Rows of unit length over the known n-grams, each as heavy as it is rare."""
    indices: list[int] = []
    pointers = [0]
    values: list[NDArray[np.float32]] = []
    for row in rows:
        known = sorted(vocabulary[gram] for gram in row if gram in vocabulary)
        weights = rarity[known]
        indices += known
        values.append(weights / max(float(np.linalg.norm(weights)), 1e-9))
        pointers.append(len(indices))
    return csr_matrix((np.concatenate(values), indices, pointers), shape=(len(rows), len(vocabulary)))


def train(features: csr_matrix, labels: NDArray[np.intp]) -> LogisticRegression:
    """Fit the softmax regression."""
    return LogisticRegression(C=STRENGTH, max_iter=120, tol=1e-3).fit(features, labels)


def fit_temperature(logits: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    """The temperature under which unseen templates are as likely as the model says."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        chosen = scaled[np.arange(len(labels)), labels]
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - chosen))

    return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)


def build(target: Path = ARTEFACT) -> dict[str, float]:
    """Train, calibrate and store; returns figures about the kept-apart templates."""
    write_syllables()
    syllables.cache_clear()
    frozen = frozen_sentences()
    samples = draw_samples(Grammar.load(), frozen) + misheard_samples(frozen)
    rows = [set(grams(sample.text)) for sample in samples]
    vocabulary = vocabulary_of(rows)
    rarity = rarity_of(rows, vocabulary)
    features = matrix(rows, vocabulary, rarity)
    labels = np.array([sample.intent for sample in samples], dtype=np.intp)
    apart = np.array([sample.kept_apart for sample in samples])
    trial = train(features[~apart], labels[~apart])
    logits = np.asarray(trial.decision_function(features[apart]))
    temperature = fit_temperature(logits, labels[apart])
    correct = logits.argmax(axis=1) == labels[apart]
    confidence = np.array([softmax(row / temperature).max() for row in logits])
    store(train(features, labels), vocabulary, rarity, temperature, target)
    return {
        "samples": len(samples),
        "ngrams": len(vocabulary),
        "temperature": temperature,
        "unseen_template_accuracy": float(correct.mean()),
        "mean_confidence": float(confidence.mean()),
    }


def store(
    model: LogisticRegression,
    vocabulary: dict[str, int],
    rarity: NDArray[np.float32],
    temperature: float,
    target: Path,
) -> None:
    """Write int8 weights, one scale per intent."""
    weights = model.coef_.T.astype(np.float32)
    scale = np.abs(weights).max(axis=0) / 127.0
    np.savez_compressed(
        target,
        intents="\n".join(ALL_INTENTS),
        vocabulary="\n".join(vocabulary),
        weights=np.round(weights / scale).astype(np.int8),
        rarity=rarity.astype(np.float16),
        scale=scale.astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        temperature=np.float32(temperature),
        sources=source_hash(),
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name, value in build().items():
        logger.info("%s: %.4g", name, value)
