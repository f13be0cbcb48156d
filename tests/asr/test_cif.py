from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from asr.cif import CifState, integrate

weights = st.lists(st.integers(0, 99).map(lambda share: share / 100), min_size=1, max_size=40)


def one_by_one(hidden: np.ndarray, alphas: np.ndarray, tail: float) -> np.ndarray:
    """The definition, frame by frame, as FunASR's predictor writes it."""
    if tail:
        hidden = np.vstack([hidden, np.zeros((1, hidden.shape[1]))])
        alphas = np.append(alphas, tail)
    total, frame, fired = 0.0, np.zeros(hidden.shape[1]), []
    for alpha, vector in zip(alphas.astype(np.float64), hidden, strict=True):
        if total + alpha < 1.0:
            total += alpha
            frame = frame + alpha * vector
        else:
            fired.append(frame + (1.0 - total) * vector)
            total += alpha - 1.0
            frame = total * vector
    return np.array(fired).reshape(-1, hidden.shape[1])


def frames(count: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 6)).astype(np.float32)


@given(weights, st.sampled_from([0.0, 0.45]))
def test_fires_as_the_definition_does(values: list[float], tail: float) -> None:
    alphas, hidden = np.array(values, np.float32), frames(len(values))
    fired, rest = integrate(CifState.empty(6), hidden, alphas, 0, tail=tail)
    expected = one_by_one(hidden, alphas, tail)
    total = float(np.sum(alphas, dtype=np.float64)) + tail
    assume(abs(total - round(total)) > 1e-5)  # at a border both answers are right
    assert fired.vectors.shape == expected.shape
    assert np.allclose(fired.vectors, expected, atol=1e-4)
    assert rest.weight == pytest.approx(total - len(expected), abs=1e-5)


@given(weights, st.integers(1, 39))
def test_a_cut_between_chunks_changes_nothing(values: list[float], cut: int) -> None:
    alphas, hidden = np.array(values, np.float32), frames(len(values))
    total = float(np.sum(alphas, dtype=np.float64))
    at_a_border = any(abs(part - round(part)) < 1e-5 for part in np.cumsum(alphas, dtype=np.float64))
    assume(total > 0 and not at_a_border)
    whole, _ = integrate(CifState.empty(6), hidden, alphas, 0)
    first, state = integrate(CifState.empty(6), hidden[:cut], alphas[:cut], 0)
    second, _ = integrate(state, hidden[cut:], alphas[cut:], min(cut, len(values)))
    assert np.allclose(np.vstack([first.vectors, second.vectors]), whole.vectors, atol=1e-4)
    assert (*first.ends, *second.ends) == pytest.approx(whole.ends, abs=1e-4)
    assert (*first.begins, *second.begins) == pytest.approx(whole.begins, abs=1e-4)


def test_times_grow_and_stay_inside_the_sound() -> None:
    alphas = np.tile(np.array([0.05, 0.3, 0.6, 0.2], np.float32), 10)
    fired, _ = integrate(CifState.empty(6), frames(40), alphas, 100)
    assert len(fired.ends) == 11
    assert all(100 <= begin < end <= 140 for begin, end in zip(fired.begins, fired.ends, strict=True))
    assert all(a <= b for a, b in itertools.pairwise(fired.ends))


def test_the_tail_fires_a_nearly_finished_character_and_nothing_else() -> None:
    nearly, _ = integrate(CifState.empty(6), frames(2), np.array([0.4, 0.3], np.float32), 0, tail=0.45)
    barely, _ = integrate(CifState.empty(6), frames(2), np.array([0.2, 0.2], np.float32), 0, tail=0.45)
    assert (len(nearly.vectors), len(barely.vectors)) == (1, 0)


def test_no_frames_at_all() -> None:
    fired, state = integrate(CifState.empty(6), np.empty((0, 6), np.float32), np.empty(0, np.float32), 3)
    assert len(fired.vectors) == 0 and state.weight == 0.0
