import numpy as np
import pytest

from asr.recount import LONGEST, Heard, recounts


def heard(*weights: float) -> Heard:
    kept = Heard([], [])
    for at in range(0, len(weights), 4):
        part = np.array(weights[at : at + 4], np.float32)
        kept.add(np.tile(part[:, None], 6), part)
    return kept


@pytest.mark.parametrize(
    ("total", "counts"), [(3.0, []), (3.19, []), (2.85, []), (3.4, [3, 4]), (2.6, [3, 2]), (0.7, [1]), (0.2, [])]
)
def test_another_count_is_tried_only_in_doubt(total: float, counts: list[int]) -> None:
    found = [one.count for one in recounts(heard(*[total / 10] * 10), 1.0)]
    assert found == (counts if len(counts) > 1 else [])


def test_every_count_fires_just_so_many_characters_over_the_whole_sound() -> None:
    weights = np.random.default_rng(2).uniform(0, 0.9, 30)
    weights *= 12.5 / weights.sum()
    for one in recounts(heard(*np.minimum(weights, 1.0)), 1.0):
        assert len(one.fired.vectors) == one.count
        assert 25 < one.fired.ends[-1] <= 30


def test_of_two_equal_readings_the_one_near_the_weight_is_worth_more() -> None:
    three, four = recounts(heard(*[0.34] * 10), 1.0)
    assert three.worth(-6.0) > four.worth(-9.0)
    assert four.worth(-6.0) > three.worth(-9.0)


def test_very_long_utterances_are_not_kept() -> None:
    kept = heard(*[0.26] * (LONGEST + 40))
    assert LONGEST < kept.frames <= LONGEST + 4
    assert recounts(kept, 1.0) == []
    assert recounts(Heard([], []), 1.0) == []
