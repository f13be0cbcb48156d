"""Beam search through the alternatives of each place of an utterance, weighed with a language model.

A place is where the recogniser heard one character; its options are the likeliest tokens there. A beam is a value:
it is extended place by place as sound arrives, and extended further, for show, by places that may still change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from asr.language import END, Context, LanguageModel

Options = Sequence[tuple[int, float]]
"""Tokens of one place with their natural log probabilities, likeliest first."""

GLANCED = 4
"""Readings that are followed through places which the next step hears again."""

_NOTHING = -3.0
"""Language score of a place that holds no character (what a character scores on average)."""


class Chain(NamedTuple):
    """Tokens chosen so far, newest first; readings that share a past share the chain."""

    token: int
    before: Chain | None


class Reading(NamedTuple):
    """One way to read the utterance so far; ``context`` is what the language model goes by."""

    score: float
    context: Context
    chain: Chain | None


Beam = tuple[Reading, ...]
"""Readings, best first; never empty."""


@dataclass(frozen=True, slots=True)
class Search:
    """How readings are found.

    ``weight`` multiplies the language model's log probabilities, ``silent`` are tokens that stand for no character,
    ``width`` is the number of readings kept; an option more than ``margin`` nats below the best of its place and a
    reading more than ``gap`` below the best are not considered. Without a language model the best option of each
    place is taken.
    """

    language: LanguageModel | None
    silent: frozenset[int] = frozenset()
    weight: float = 0.5
    width: int = 16
    margin: float = 7.0
    gap: float = 6.0

    @property
    def options(self) -> int:
        """How many options of a place are worth handing over."""
        return 32 if self.language else 1

    def begin(self) -> Beam:
        """Nothing read yet."""
        return (Reading(0.0, self.language.begin() if self.language else (), None),)

    def extend(self, beam: Beam, places: Iterable[Options]) -> Beam:
        """The beam after some more places."""
        for options in places:
            beam = self._next(beam, options, self.width)
        return beam

    def glance(self, beam: Beam, places: Iterable[Options]) -> Beam:
        """The best few readings after places that may still change; for show."""
        beam = beam[:GLANCED]
        for options in places:
            beam = self._next(beam, options, GLANCED)
        return beam

    def best(self, beam: Beam, *, ended: bool = False) -> list[int]:
        """The tokens of the best reading, one per place; ``ended`` when the sentence stops here."""
        winner = max(self._closed(beam) if ended else beam, key=lambda reading: reading.score)
        return [link.token for link in _links(winner.chain)][::-1]

    def score(self, beam: Beam) -> float:
        """The best reading's log probability as a whole sentence, the language model's part weighted."""
        return max(reading.score for reading in self._closed(beam))

    def _closed(self, beam: Beam) -> Beam:
        if self.language is None:
            return beam
        score = self.language.score
        return tuple(
            reading._replace(score=reading.score + self.weight * score(reading.context, END)) for reading in beam
        )

    def _next(self, beam: Beam, options: Options, width: int) -> Beam:
        if self.language is None:
            token = options[0][0]
            return tuple(Reading(0.0, (), Chain(token, reading.chain)) for reading in beam)
        kept: dict[Context, Reading] = {}
        for score, number, token in self._scored(beam, options, self.language):
            reading = beam[number]
            context = reading.context if token in self.silent else self.language.after(reading.context, token)
            if context not in kept:
                kept[context] = Reading(score, context, Chain(token, reading.chain))
                if len(kept) == width:
                    break
        return tuple(kept.values())

    def _scored(self, beam: Beam, options: Options, language: LanguageModel) -> list[tuple[float, int, int]]:
        """Every reading with every option (score, number of the reading, token), best first."""
        best = -math.inf
        found = []
        for token, heard in options:
            if heard < options[0][1] - self.margin:
                break
            silent = token in self.silent
            for number, reading in enumerate(beam):
                # no language score is above 0, so neither this nor a later reading can come near enough
                if reading.score + heard < best - self.gap:
                    break
                said = _NOTHING if silent else language.score(reading.context, token)
                score = reading.score + heard + self.weight * said
                best = max(best, score)
                found.append((score, number, token))
        return sorted(found, reverse=True)


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
