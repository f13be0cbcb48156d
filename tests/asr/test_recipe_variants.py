import random

import numpy as np
import pytest

from asr.recipe import variants
from asr.recipe.synth import Manner, Synthesiser


def test_drawn_voices_speak_and_differ() -> None:
    rng = random.Random(3)
    with variants.data_folder(variants.MOST, rng) as data:
        voice = Synthesiser(data)
        sounds = [
            voice.say("我的快递到哪了", Manner(f"{variants.PREFIX}{number}", pinyin=number % 2 == 0))
            for number in (0, 1, 2, 3, variants.MOST - 1)
        ]
    assert all(np.abs(sound).max() > 0.02 for sound in sounds)
    assert len({sound.tobytes() for sound in sounds}) == len(sounds)


def test_the_folder_holds_the_packages_own_voices_too_and_is_gone_afterwards() -> None:
    with variants.data_folder(2, random.Random(1)) as data:
        assert len(Synthesiser(data).say("你好", Manner("f2")))
    assert not data.exists()


def test_more_than_espeak_can_list_is_refused() -> None:
    with pytest.raises(ValueError, match="several folders"), variants.data_folder(variants.MOST + 1, random.Random(1)):
        pass


def test_a_draw_is_reproducible() -> None:
    assert variants.draw(random.Random(7)) == variants.draw(random.Random(7)) != variants.draw(random.Random(8))
