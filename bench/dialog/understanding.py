"""``python -m bench.dialog.understanding``: how well callers are understood, and how fast.

Frozen sentences typed and with characters replaced by others of the same sound (what a recogniser does to them),
numbers dictated in parts with one correction, turn states, and the time of one utterance. Every rate is printed with
its n and its 95 % interval (Wilson). The frozen sets were written before the model existed, by the author of its
training templates; nobody trains on them.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import sqrt

from dialog.numbers import NumberCapture
from dialog.protocol import Expectation, ExpectKind
from dialog.turns import turn_state
from dialog.understanding import LINE, SERVICE_INTENTS, Understanding, understand
from dialog.understanding.build import homophones
from dialog.understanding.templates import Grammar
from tests.dialog.frozen import INDEPENDENT, REFERENCE, SECOND, TURNS, Row, rows
from tests.dialog.frozen import URGENT as URGENT_SET
from tests.dialog.number_callers import TAIL, WAYBILL, dictate

URGENT = ("human", "safety", "authority")


def interval(right: int, n: int) -> str:
    """A rate in per cent with its 95 % Wilson interval."""
    z = 1.96
    share = right / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{share:6.1%}  [{max(centre - half, 0.0):.1%}, {centre + half:.1%}]  n={n}"


def first(understood: Understanding) -> str:
    """The intent that is served first, else the likeliest reading."""
    return understood.intent or (understood.ranked[0].intent if understood.ranked else "")


def misheard(text: str, share: float, alike: dict[str, str], rng: random.Random) -> str:
    """The sentence with a share of its characters replaced by others of the same sound."""
    return "".join(rng.choice(alike[char]) if char in alike and rng.random() < share else char for char in text)


def intent_table(name: str, found: Sequence[Row], alike: dict[str, str]) -> None:
    """Accuracy typed and misheard, and how much stands above the line."""
    rng = random.Random(1)
    for share in (0.0, 0.1, 0.2, 0.3):
        texts = [misheard(row.text, share, alike, rng) for row in found]
        read = [understand(text, row.expect) for text, row in zip(texts, found, strict=True)]
        right = sum(first(understood) == row.label for understood, row in zip(read, found, strict=True))
        how = f"{share:.0%} of characters misheard" if share else "typed"
        print(f"{name:<12} {how:<28} {interval(right, len(found))}")
        if not share:
            must = [(u, row.label) for u, row in zip(read, found, strict=True) if row.label in URGENT]
            if must:
                reached = sum(u.has(label) for u, label in must)
                print(f"{name:<12} {'person, danger, authority':<28} {interval(reached, len(must))}")
            served = [(u, row) for u, row in zip(read, found, strict=True) if u.intents]
            kept = sum(first(u) == row.label for u, row in served)
            print(f"{name:<12} {f'served (line {LINE})':<28} {interval(kept, len(served))}")


def confusions(found: Sequence[Row]) -> None:
    """What is taken for what in the independent set, most frequent first; only the names, so that it stays unseen."""
    wrong = Counter((row.label, got) for row in found if (got := first(understand(row.text, row.expect))) != row.label)
    for (label, got), count in wrong.most_common():
        print(f"  {count} x {label} read as {got}")


def danger_table() -> None:
    """Danger and authority in unusual words, and what only sounds like them."""
    read = [(row.label, understand(row.text, row.expect)) for row in rows(URGENT_SET)]
    meant = [understood.has(label) for label, understood in read if label != "none"]
    echoes = [any(understood.has(name) for name in URGENT) for label, understood in read if label == "none"]
    print(f"unusual      {'danger, authority':<28} {interval(sum(meant), len(meant))}")
    print(f"unusual      {'a person called for nothing':<28} {interval(sum(echoes), len(echoes))}")


def number_table(callers: int) -> None:
    """Numbers in parts with one correction, per kind of correction."""
    rng = random.Random(20261122)
    right: dict[str, int] = defaultdict(int)
    said: Counter[str] = Counter()
    for _ in range(callers):
        caller = dictate(rng)
        capture = NumberCapture.start(WAYBILL)
        for turn in caller.turns:
            capture = capture.add(turn)
        said[caller.kind] += 1
        right[caller.kind] += capture.digits == caller.number
    for kind in sorted(said):
        print(f"numbers      {kind:<28} {interval(right[kind], said[kind])}")
    print(f"numbers      {'all':<28} {interval(sum(right.values()), callers)}")


def turn_table() -> None:
    """Turn states per state, and whole sentences taken for broken ones."""
    by_state: dict[str, list[bool]] = defaultdict(list)
    for row in rows(TURNS):
        expect = TAIL if row.expect.kind is ExpectKind.DIGITS else row.expect
        by_state[row.label].append(turn_state(row.text, expect) == row.label)
    for state, marks in by_state.items():
        print(f"turns        {state:<28} {interval(sum(marks), len(marks))}")
    whole = [row.text for row in rows(INDEPENDENT) if row.label in SERVICE_INTENTS]
    ended = sum(turn_state(text, Expectation()) == "finished" for text in whole)
    print(f"turns        {'whole sentences finished':<28} {interval(ended, len(whole))}")


def speed_table() -> None:
    """Time of one utterance, warm."""
    found = rows(INDEPENDENT)
    understand("你好", Expectation())
    turn_state("你好", Expectation())
    for name, call in (("understand", understand), ("turn_state", turn_state)):
        times = []
        for row in found * 4:
            started = time.perf_counter()
            call(row.text, row.expect)
            times.append(1000 * (time.perf_counter() - started))
        times.sort()
        print(
            f"speed        {name:<28} p50 {times[len(times) // 2]:.2f} ms  p99 {times[int(len(times) * 0.99)]:.2f} ms"
        )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description="how well callers are understood")
    parser.add_argument("--callers", type=int, default=5000, help="number dictations")
    callers = parser.parse_args().callers
    grammar = Grammar.load()
    alike = homophones(line for lines in grammar.templates.values() for line in lines)
    intent_table("reference", rows(REFERENCE), alike)
    intent_table("independent", rows(INDEPENDENT), alike)
    intent_table("second", rows(SECOND), alike)
    danger_table()
    confusions(rows(INDEPENDENT))
    number_table(callers)
    turn_table()
    speed_table()


if __name__ == "__main__":
    main()
