"""Beam search through the alternatives of each place of an utterance, weighed with a language model.

A place is where the recogniser heard one character; its options are the likeliest tokens there. A beam is a value:
it is extended place by place as sound arrives, and extended further, for show, by places that may still change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from asr.language import END, START, LanguageModel

Options = Sequence[tuple[int, float]]
"""Tokens of one place with their natural log probabilities, likeliest first."""

_NOTHING = -3.0
"""Language score of a place that holds no character (what a character scores on average)."""


class Chain(NamedTuple):
    """Tokens chosen so far, newest first; readings that share a past share the chain."""

    token: int
    before: Chain | None


class Reading(NamedTuple):
    """One way to read the utterance so far; ``context`` is what the language model looks at."""

    score: float
    context: int
    chain: Chain | None


Beam = tuple[Reading, ...]
"""Readings, best first; never empty."""


@dataclass(frozen=True, slots=True)
class Search:
    """How readings are found.

    ``weight`` multiplies the language model's log probabilities, ``silent`` are tokens that stand for no character,
    ``width`` is the number of readings kept, and an option more than ``margin`` nats below the best of its place is
    not considered. Without a language model the best option of each place is taken.
    """

    language: LanguageModel | None
    silent: frozenset[int] = frozenset()
    weight: float = 0.5
    width: int = 8
    margin: float = 7.0

    @property
    def options(self) -> int:
        """How many options of a place are worth handing over."""
        return 8 if self.language else 1

    def begin(self) -> Beam:
        """Nothing read yet."""
        return (Reading(0.0, START, None),)

    def extend(self, beam: Beam, places: Iterable[Options]) -> Beam:
        """The beam after some more places."""
        for options in places:
            beam = self._next(beam, options)
        return beam

    def best(self, beam: Beam, *, ended: bool = False) -> list[int]:
        """The tokens of the best reading, one per place; ``ended`` when the sentence stops here."""
        if ended and self.language:
            language = self.language
            beam = tuple(
                reading._replace(score=reading.score + self.weight * language.score(reading.context, END))
                for reading in beam
            )
        winner = max(beam, key=lambda reading: reading.score)
        return [link.token for link in _links(winner.chain)][::-1]

    def _next(self, beam: Beam, options: Options) -> Beam:
        if self.language is None:
            token = options[0][0]
            return tuple(Reading(0.0, START, Chain(token, reading.chain)) for reading in beam)
        least = options[0][1] - self.margin
        found: dict[int, Reading] = {}
        for token, heard in options:
            if heard < least:
                break
            for reading in beam:
                longer = self._with(reading, token, heard, self.language)
                rival = found.get(longer.context)
                if rival is None or longer.score > rival.score:
                    found[longer.context] = longer
        return tuple(sorted(found.values(), key=lambda reading: -reading.score)[: self.width])

    def _with(self, reading: Reading, token: int, heard: float, language: LanguageModel) -> Reading:
        chain = Chain(token, reading.chain)
        if token in self.silent:
            return Reading(reading.score + heard + self.weight * _NOTHING, reading.context, chain)
        said = language.score(reading.context, token)
        return Reading(reading.score + heard + self.weight * said, language.after(reading.context, token), chain)


def settled(beam: Beam) -> int:
    """How many leading places all readings agree on: later sound does not change them any more."""
    chains = [reading.chain for reading in beam]
    total = sum(1 for _ in _links(chains[0]))
    open_places = 0
    while any(chain is not chains[0] for chain in chains):
        open_places += 1
        chains = [chain.before if chain else None for chain in chains]
    return total - open_places


def _links(chain: Chain | None) -> Iterator[Chain]:
    while chain is not None:
        yield chain
        chain = chain.before
