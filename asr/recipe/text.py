"""Sentences to train on: the domain's templates, numbers, and open text from dictionary words.

One source with understanding (``dialog/data/utterances``). Held-out sentences are dropped here, so no later
step can see them.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from asr.recipe import spoken
from asr.recipe.template import Choice, literals_of, parse, sample

UTTERANCES = Path(__file__).resolve().parents[2] / "dialog" / "data" / "utterances"
FROZEN = UTTERANCES.parents[2] / "tests" / "dialog" / "data"
"""Further test sets, each with its hash beside it; the recipe runs in a checkout only."""

NUMBER_INTENTS = ("give_number", "correct")
VOCABULARY = 2320
"""Chinese characters the model writes: all of the domain's, then the most frequent of the dictionary."""

DOMAIN, NUMBERS, OPEN = "domain", "numbers", "open"
MIX = {DOMAIN: 0.55, NUMBERS: 0.27, OPEN: 0.18}
"""Share of sentences per kind. Numbers decide whether a parcel is found, open text keeps the ear honest."""

_NAMED_SLOTS = (
    "city", "district", "goods", "road", "estate", "carrier",
    "name", "place", "date", "amount", "clock", "span",
)  # fmt: skip
_KEEP = re.compile(r"[a-z一-鿿]")


def letters(text: str) -> str:
    """What is compared and trained: hanzi and lower-case letters only."""
    return "".join(_KEEP.findall(text.lower()))


@dataclass(frozen=True)
class Sentence:
    """One thing to say: its spoken form (with pauses), kind and intent."""

    spoken: str
    kind: str
    intent: str

    @property
    def written(self) -> str:
        """The transcript: hanzi and lower-case letters."""
        return letters(self.spoken)


@dataclass(frozen=True)
class HeldOut:
    """The frozen test sentences: ``rows`` of the hotline's own set, ``keys`` of every set there is."""

    rows: tuple[tuple[str, str], ...]
    keys: frozenset[str]


def load_held_out(folder: Path = UTTERANCES, further: Path = FROZEN) -> HeldOut:
    """Read ``held_out.tsv`` and the further frozen sets; raise ValueError when one is not what its hash froze."""
    hashes = sorted(further.glob("*.sha256"))
    if not hashes:
        raise ValueError(f"{further} holds no frozen test sets: run the recipe in a checkout of the repository")
    rows = _frozen(folder / "held_out.sha256")
    sets = [rows, *map(_frozen, hashes)]
    return HeldOut(rows, frozenset(letters(text) for each in sets for _, text in each))


def _frozen(hashed: Path) -> tuple[tuple[str, str], ...]:
    """(label, text) of the file that a hash belongs to."""
    path = hashed.with_suffix(".tsv")
    raw = path.read_bytes()
    if hashlib.sha256(raw).hexdigest() != hashed.read_text(encoding="ascii").strip():
        raise ValueError(f"{path} is not the frozen file: restore it, or add a second held-out file instead")
    rows = [line.split("\t") for line in raw.decode("utf-8").splitlines() if line]
    return tuple((row[0], row[1]) for row in rows)


@dataclass
class Grammar:
    """All templates and slots, and a way to draw sentences from them."""

    templates: dict[str, list[Choice]]
    slots: dict[str, list[Choice]]
    words: Sequence[tuple[str, int]]
    held_out: HeldOut
    _word_weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._word_weights = list(accumulate(frequency**0.5 for _, frequency in self.words))
        self._intents = [name for name in self.templates if name not in NUMBER_INTENTS]
        # an intent with many templates is drawn more often, but not in proportion
        self._intent_weights = [len(self.templates[name]) ** 0.7 for name in self._intents]

    def fill(self, slot: str, rng: random.Random) -> str:
        """Text for a slot, from its file or made."""
        made = spoken.MADE.get(slot)
        if made is not None:
            return made(rng)
        if slot == "name":
            return self.fill("surname", rng) + self.fill("given", rng)
        return sample(rng.choice(self.slots[slot]), self.fill, rng)

    def draw(self, kind: str, rng: random.Random) -> Sentence:
        """One sentence of a kind, never a held-out one."""
        while True:
            sentence = {DOMAIN: self._domain, NUMBERS: self._numbers, OPEN: self._open}[kind](rng)
            if len(sentence.written) <= 40 and any(self.allowed([sentence.written])):
                return sentence

    def allowed(self, texts: Iterable[str]) -> Iterator[str]:
        """Those that say something and are in no frozen test set."""
        return (text for text in texts if text and text not in self.held_out.keys)

    def _domain(self, rng: random.Random) -> Sentence:
        intent = rng.choices(self._intents, self._intent_weights)[0]
        text = sample(rng.choice(self.templates[intent]), self.fill, rng)
        if rng.random() < 0.15:
            text = self.fill("_opening", rng) + rng.choice(["，", ""]) + text
        if rng.random() < 0.12:
            text = self.fill("_filler", rng) + rng.choice(["，", ""]) + text
        if rng.random() < 0.12:
            text += rng.choice(["，", ""]) + self.fill("_ending", rng)
        if rng.random() < 0.06:
            other = sample(rng.choice(self.templates[rng.choice(self._intents)]), self.fill, rng)
            text = f"{text}，{other}"
        if rng.random() < 0.04:
            text = f"{text[: rng.randint(1, max(1, len(text) // 2))]}，{self.fill('_repair', rng)}，{text}"
        return Sentence(text, DOMAIN, intent)

    def _numbers(self, rng: random.Random) -> Sentence:
        if rng.random() < 0.35:
            slot = rng.choice(["digits", "tail4", "phone", "waybill", "order", "code", "digits"])
            return Sentence(self.fill(slot, rng), NUMBERS, "give_number")
        intent = "give_number" if rng.random() < 0.8 else "correct"
        return Sentence(sample(rng.choice(self.templates[intent]), self.fill, rng), NUMBERS, intent)

    def _open(self, rng: random.Random) -> Sentence:
        kind = rng.random()
        if kind < 0.1:
            return Sentence(self.fill("name", rng), OPEN, "")
        if kind < 0.3:
            before, after = self._words(2, rng)
            return Sentence(before + self.fill(rng.choice(_NAMED_SLOTS), rng) + after, OPEN, "")
        return Sentence("".join(self._words(rng.randint(2, 6), rng)), OPEN, "")

    def _words(self, count: int, rng: random.Random) -> list[str]:
        drawn = rng.choices(self.words, cum_weights=self._word_weights, k=count)
        return [word for word, _ in drawn]

    def stream(self, seed: int) -> Iterator[Sentence]:
        """An endless, reproducible stream of the training mix."""
        rng = random.Random(seed)
        kinds, weights = list(MIX), list(MIX.values())
        while True:
            yield self.draw(rng.choices(kinds, weights)[0], rng)

    def characters(self) -> set[str]:
        """Every hanzi the templates, slots and made numbers can speak."""
        found = set(spoken.CHARACTERS)
        for table in (self.templates, self.slots):
            for choices in table.values():
                for choice in choices:
                    found |= literals_of(choice)
        return {char for char in found if "一" <= char <= "鿿"}


def read_folder(folder: Path) -> dict[str, list[Choice]]:
    """All ``*.txt`` of a folder as parsed templates, by file name (every comma becomes a breath)."""
    return {
        path.stem: [
            parse(line.replace(",", "，"))
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.strip() and not line.startswith("#")
        ]
        for path in sorted(folder.glob("*.txt"))
    }


def dictionary() -> list[tuple[str, int]]:
    """Read jieba's word list as (word, frequency), words of one to four hanzi."""
    import jieba

    words = []
    for line in (Path(jieba.__file__).parent / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, frequency, *_ = line.split()
        if len(word) <= 4 and int(frequency) >= 20 and all("一" <= char <= "鿿" for char in word):
            words.append((word, int(frequency)))
    return words


def vocabulary(domain: set[str], words: Sequence[tuple[str, int]], size: int = VOCABULARY) -> list[str]:
    """The domain's characters plus the dictionary's most frequent, ``size`` in all, sorted."""
    weight: dict[str, int] = {}
    for word, frequency in words:
        for char in word:
            weight[char] = weight.get(char, 0) + frequency
    ranked = sorted((char for char in weight if char not in domain), key=lambda char: (-weight[char], char))
    return sorted(domain | set(ranked[: max(0, size - len(domain))]))


def load_grammar(folder: Path = UTTERANCES, size: int = VOCABULARY) -> tuple[Grammar, list[str]]:
    """The grammar and the character list (held-out characters belong to the vocabulary, not to the training)."""
    held_out = load_held_out(folder)
    words = dictionary()
    grammar = Grammar(read_folder(folder / "intents"), read_folder(folder / "slots"), words, held_out)
    needed = {char for _, text in held_out.rows for char in letters(text) if char > "z"}
    characters = vocabulary(grammar.characters() | needed, words, size)
    allowed = set(characters)
    grammar = Grammar(grammar.templates, grammar.slots, [w for w in words if set(w[0]) <= allowed], held_out)
    return grammar, characters
