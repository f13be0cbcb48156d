"""``hotline understand``: what an utterance means."""

from __future__ import annotations

import argparse
import json
import sys
import time

from dialog.protocol import Expectation, ExpectKind
from dialog.understanding import understand


def expectation(name: str) -> Expectation:
    """The question of ``--expect``.

    Raises:
        ValueError: there is no such question.
    """
    try:
        kind = ExpectKind(name)
    except ValueError:
        known = ", ".join(kind.value for kind in ExpectKind)
        raise ValueError(f"--expect {name} is not a question; use one of {known}") from None
    return Expectation(kind=kind, name=name)


def run(options: argparse.Namespace) -> int:
    """One JSON line per input line."""
    expect = expectation(options.expect)
    for line in sys.stdin:
        text = line.rstrip("\n")
        started = time.perf_counter()
        reading = understand(text, expect)
        ms = (time.perf_counter() - started) * 1000
        best = reading.intents[0] if reading.intents else None
        answer = {
            "text": text,
            "intent": best.intent if best else (reading.ranked[0].intent if reading.ranked else None),
            "confidence": round(reading.confidence, 3),
            "slots": reading.slots,
            "ms": round(ms, 2),
            "intents": [score.intent for score in reading.intents],
            "emotion": reading.emotion,
        }
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0
