"""An online Paraformer over windows of any streams, all state in :class:`Utterance` values.

Per step and stream: sound -> features -> window ``[left context | new frames | look-ahead]`` -> encoder ->
weights -> characters. Frames before the look-ahead are committed: their characters are final. Characters in
the look-ahead are shown as provisional in interim text and heard again, with more context, in the next step.
Which of a place's alternatives is written is decided by :mod:`asr.search`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr import batching
from asr.backend import Step
from asr.batching import Networks
from asr.cif import CifState, Fired, integrate
from asr.frontend import FeatureState, Frontend, PositionCodes
from asr.language import load_language
from asr.level import LevelMeter
from asr.model_dir import ModelDirectory, open_directory
from asr.onnx_model import OnnxModel
from asr.ports import Token, Transcript
from asr.recount import Heard, recounts
from asr.reject import believable, confidence
from asr.search import Beam, Options, Search, settled
from asr.spelling import spell

Floats = NDArray[np.float32]

_SPECIAL = frozenset({"<blank>", "<s>", "</s>", "<unk>", "<OOV>"})
_LONGEST_TOKEN_MS = 480


@dataclass(frozen=True, slots=True)
class Place:
    """Where one character was heard: when, how sure the network was of its best option, and the options."""

    start_ms: int
    end_ms: int
    confidence: float
    options: Options


@dataclass(slots=True)
class Utterance:
    """Everything one running utterance carries from step to step; ``frames[0]`` is frame number ``first``."""

    features: FeatureState
    level: LevelMeter
    start_ms: int
    frames: Floats
    cif: CifState
    memory: Floats
    beam: Beam
    heard: Heard = field(default_factory=lambda: Heard([], []))
    first: int = 0
    committed: int = 0
    places: list[Place] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """Number of frames so far."""
        return self.first + len(self.frames)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What one step heard in one utterance: encoder output, committed and provisional characters."""

    utterance: Utterance
    hidden: Floats
    sure: Fired
    maybe: Fired

    @property
    def vectors(self) -> Floats:
        return np.concatenate([self.sure.vectors, self.maybe.vectors])


class ParaformerBackend:
    """Recognition with the networks of one model directory; one instance serves every stream of the machine."""

    def __init__(self, name: str, directory: ModelDirectory, networks: Networks) -> None:
        self.name = name
        self._serving = directory.serving
        self._frontend = Frontend.of(directory)
        self._networks = networks
        self._vocabulary = directory.tokens
        self._threshold, self._tail = directory.cif_threshold, directory.tail_threshold
        self._scale = np.float32(np.sqrt(self._networks.width))
        self._no_memory = np.zeros((networks.layers, networks.width, networks.memory), np.float32)
        self._codes = PositionCodes(len(directory.shift))
        self._search = Search(
            load_language(directory.path / "language.npz", len(directory.tokens))
            if directory.serving.language_weight
            else None,
            frozenset(number for number, text in enumerate(directory.tokens) if text in _SPECIAL),
            directory.serving.language_weight,
        )

    @property
    def chunk_ms(self) -> int:
        """Sound of an early step in milliseconds."""
        return self._serving.chunk * self._frontend.frame_ms

    @property
    def later_ms(self) -> int:
        """Sound of a later step in milliseconds."""
        return (self._serving.later or self._serving.chunk) * self._frontend.frame_ms

    def warm_up(self) -> None:
        """Run once, so that the first caller does not pay for lazy allocation (and a damaged network shows)."""
        utterance = self.new_utterance(self._frontend.rate, 0)
        noise = np.random.default_rng(0).normal(0.0, 1000.0, self._frontend.rate).astype("<i2").tobytes()
        self.run([Step(utterance, noise, True)])

    def new_utterance(self, rate: int, start_ms: int) -> Utterance:
        """State of an utterance of ``rate`` Hz that begins ``start_ms`` into its stream."""
        return Utterance(
            features=self._frontend.new_state(rate),
            level=LevelMeter(rate),
            start_ms=start_ms,
            frames=np.empty((0, self._codes.size), np.float32),
            cif=CifState.empty(self._networks.width),
            memory=self._no_memory,
            beam=self._search.begin(),
        )

    def run(self, steps: Sequence[Step]) -> list[Transcript]:
        """Advance every utterance by one chunk: one encoder and one decoder call for the whole batch."""
        self._read_sound(steps)
        ready = [step for step in steps if self._has_work(step)]
        fresh = self._encode(ready) if ready else []
        provisional = self._decode([item for item in fresh if len(item.vectors)])
        if self._search.language:
            self._recount([step.utterance for step in steps if step.last])
        return [self._transcript(step.utterance, provisional.get(id(step.utterance), []), step.last) for step in steps]

    def _read_sound(self, steps: Sequence[Step]) -> None:
        features = self._frontend.push(
            [step.utterance.features for step in steps],
            [step.pcm for step in steps],
            [step.last for step in steps],
        )
        for step, new in zip(steps, features, strict=True):
            utterance: Utterance = step.utterance
            utterance.level.push(step.pcm)
            if len(new):
                encoded = new * self._scale + self._codes.of(utterance.seen, len(new))
                utterance.frames = np.concatenate([utterance.frames, encoded])

    def _has_work(self, step: Step) -> bool:
        utterance: Utterance = step.utterance
        return bool(len(utterance.frames)) and (step.last or self._end(step) > utterance.committed)

    def _end(self, step: Step) -> int:
        seen: int = step.utterance.seen
        return seen if step.last else seen - self._serving.right

    def _encode(self, steps: Sequence[Step]) -> list[_Fresh]:
        windows = [step.utterance.frames for step in steps]
        fresh = []
        for step, (hidden, weights) in zip(steps, batching.encode(self._networks, windows), strict=True):
            utterance: Utterance = step.utterance
            begin, end = utterance.committed - utterance.first, self._end(step) - utterance.first
            tail = self._tail if step.last else 0.0
            sure, state = integrate(
                utterance.cif, hidden[begin:end], weights[begin:end], utterance.committed, self._threshold, tail
            )
            maybe, _ = integrate(state, hidden[end:], weights[end:], self._end(step), self._threshold)
            utterance.cif = state
            if self._search.language:
                utterance.heard.add(hidden[begin:end], weights[begin:end])
            self._commit(utterance, self._end(step))
            # the decoder's memory can be cut only inside its own length, see asr.batching
            room = max(0, self._networks.memory - len(sure.vectors))
            fresh.append(_Fresh(utterance, hidden, sure, maybe.first(room)))
        return fresh

    def _commit(self, utterance: Utterance, end: int) -> None:
        utterance.committed = end
        drop = max(0, end - self._serving.left - utterance.first)
        utterance.frames = utterance.frames[drop:]
        utterance.first += drop

    def _decode(self, fresh: Sequence[_Fresh]) -> dict[int, list[Place]]:
        """Add what is certain to each utterance; return what is provisional, by the utterance's identity."""
        if not fresh:
            return {}
        decoded = batching.decode(
            self._networks,
            [item.hidden for item in fresh],
            [item.vectors for item in fresh],
            [item.utterance.memory for item in fresh],
            [len(item.sure.vectors) for item in fresh],
        )
        provisional = {}
        for item, (scores, memory) in zip(fresh, decoded, strict=True):
            sure = len(item.sure.vectors)
            utterance = item.utterance
            utterance.memory = memory
            certain = self._places(scores[:sure], item.sure, utterance.start_ms)
            utterance.places += certain
            utterance.beam = self._search.extend(utterance.beam, (place.options for place in certain))
            provisional[id(utterance)] = self._places(scores[sure:], item.maybe, utterance.start_ms)
        return provisional

    def _recount(self, ended: Sequence[Utterance]) -> None:
        """Decode utterances of a doubtful number of characters with each number; the best reading stays."""
        tries = [(utterance, one) for utterance in ended for one in recounts(utterance.heard, self._threshold)]
        if not tries:
            return
        decoded = batching.decode(
            self._networks,
            [one.hidden for _, one in tries],
            [one.fired.vectors for _, one in tries],
            [self._no_memory] * len(tries),
            [one.count for _, one in tries],
        )
        best: dict[int, float] = {}
        for (utterance, one), (scores, _) in zip(tries, decoded, strict=True):
            places = self._places(scores, one.fired, utterance.start_ms)
            beam = self._search.extend(self._search.begin(), (place.options for place in places))
            worth = one.worth(self._search.score(beam))
            if worth > best.get(id(utterance), -math.inf):
                best[id(utterance)] = worth
                utterance.places, utterance.beam = places, beam

    def _places(self, scores: Floats, fired: Fired, start_ms: int) -> list[Place]:
        if not len(scores):
            return []
        peaks = scores.max(axis=1)
        sums = np.log(np.exp(scores - peaks[:, None]).sum(axis=1))
        options = _likeliest(scores - (peaks + sums)[:, None], self._search.options)
        frame_ms = self._frontend.frame_ms
        places = []
        for choice, certainty, begin, end in zip(options, np.exp(-sums), fired.begins, fired.ends, strict=True):
            end_ms = start_ms + round(end * frame_ms)
            begin_ms = max(start_ms + round(begin * frame_ms), end_ms - _LONGEST_TOKEN_MS)
            places.append(Place(begin_ms, end_ms, round(float(certainty), 3), choice))
        return places

    def _transcript(self, utterance: Utterance, provisional: list[Place], last: bool) -> Transcript:
        places = [*utterance.places, *provisional]
        beam = (
            self._search.glance(utterance.beam, (place.options for place in provisional))
            if provisional
            else utterance.beam
        )
        chosen = self._search.best(beam, ended=last)
        tokens: Sequence[Token] = self._written(places, chosen)
        if last:
            tokens = believable(tokens, utterance.level.dbfs, utterance.level.active_s, self._serving.rejection)
        return Transcript(
            text=spell(token.text for token in tokens),
            tokens=tuple(tokens),
            final=last,
            stable=len(tokens) if last else len(self._written(places, chosen[: settled(utterance.beam)])),
            confidence=confidence(tokens),
        )

    def _written(self, places: Sequence[Place], chosen: Sequence[int]) -> list[Token]:
        """Tokens of the first places, as many as were chosen; a place that holds no character gives none."""
        return [
            Token(self._vocabulary[number], place.start_ms, place.end_ms, place.confidence)
            for place, number in zip(places, chosen, strict=False)
            if number not in self._search.silent
        ]


def _likeliest(scores: Floats, count: int) -> list[Options]:
    """The best ``count`` tokens of each row with their scores, best first."""
    found = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    values = np.take_along_axis(scores, found, axis=1)
    order = np.argsort(-values, axis=1)
    numbers, values = np.take_along_axis(found, order, axis=1), np.take_along_axis(values, order, axis=1)
    return [tuple(zip(row, levels, strict=True)) for row, levels in zip(numbers.tolist(), values.tolist(), strict=True)]


def load_onnx(path: Path, precision: str = "auto") -> ParaformerBackend:
    """The default backend from a model directory (``precision``: ``auto``, ``int8`` or ``fp32``).

    Raises:
        ModelError: names the file that is missing or damaged.
    """
    directory = open_directory(path, precision)
    backend = ParaformerBackend("onnx", directory, OnnxModel(directory))
    backend.warm_up()
    return backend
