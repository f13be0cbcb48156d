"""``python -m dialog.turns.build``: learn from the utterance files where sentences end, and store it.

Needs scikit-learn; the running hotline does not. Same files in, same model out.
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

from dialog.turns.endings import ARTEFACT, tails
from dialog.understanding.build import frozen_sentences, source_hash
from dialog.understanding.intents import SERVICE_INTENTS
from dialog.understanding.normalise import normalise
from dialog.understanding.templates import Grammar

PER_TEMPLATE = 10
CUTS = 2
MIN_COUNT = 3
SEED = 20261122
INTENTS = (*SERVICE_INTENTS, "bye", "no_recording", "repeat", "slower", "abuse", "deny", "affirm", "out_of_domain")

logger = logging.getLogger(__name__)


def ending_hash() -> str:
    """Hash of everything the model is made from."""
    digest = hashlib.sha256(source_hash().encode())
    for name in ("build.py", "endings.py"):
        digest.update((Path(__file__).parent / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def draw(grammar: Grammar) -> tuple[list[set[str]], list[int]]:
    """Whole sentences (1) and the same ones broken off (0)."""
    rng = random.Random(SEED)
    frozen = frozen_sentences()
    rows: list[set[str]] = []
    whole: list[int] = []
    for intent in INTENTS:
        for line in grammar.templates[intent]:
            for _ in range(PER_TEMPLATE):
                text = normalise(grammar.draw(line, rng)).replace(",", "")
                if len(text) < 2 or text in frozen:
                    continue
                rows.append(set(tails(text)))
                rows.extend(set(tails(text[: rng.randint(1, len(text) - 1)])) for _ in range(CUTS))
                whole += [1, *([0] * CUTS)]
    return rows, whole


def build(target: Path = ARTEFACT) -> dict[str, float]:
    """Train and store."""
    rows, whole = draw(Grammar.load())
    counts = Counter(tail for row in rows for tail in row)
    names = sorted(tail for tail, count in counts.items() if count >= MIN_COUNT)
    index = {name: n for n, name in enumerate(names)}
    indices: list[int] = []
    pointers = [0]
    for row in rows:
        indices += sorted(index[tail] for tail in row if tail in index)
        pointers.append(len(indices))
    features = csr_matrix((np.ones(len(indices), np.float32), indices, pointers), shape=(len(rows), len(names)))
    model = LogisticRegression(C=0.5, max_iter=200, class_weight="balanced").fit(features, np.array(whole))
    weights = model.coef_[0]
    kept = np.abs(weights) > 0.02
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        target,
        names="\n".join(name for name, keep in zip(names, kept, strict=True) if keep),
        weights=weights[kept].astype(np.float16),
        bias=np.float32(model.intercept_[0]),
        sources=ending_hash(),
    )
    return {"samples": len(rows), "tails": int(kept.sum()), "training_accuracy": float(model.score(features, whole))}


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for figure, value in build().items():
        logger.info("%s: %.4g", figure, value)
