from pathlib import Path

import espeakng_loader
import pytest

from asr.recipe.synth import RATE, Manner, Synthesiser, SynthesisError, to_pinyin
from asr.recipe.voices import HELD_OUT_VOICES, TRAIN_VOICES


def test_held_out_voices_are_never_trained_on() -> None:
    assert not set(TRAIN_VOICES) & set(HELD_OUT_VOICES)
    assert len(set(TRAIN_VOICES)) == len(TRAIN_VOICES) >= 70
    assert len(set(HELD_OUT_VOICES)) == 12


def test_every_voice_exists() -> None:
    folder = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    assert all((folder / name).is_file() for name in (*TRAIN_VOICES, *HELD_OUT_VOICES) if name)


def test_hanzi_are_spoken_at_the_pace_of_hanzi() -> None:
    # a library that spells pinyin as letters would need more than six seconds for this
    voice = Synthesiser()
    for pinyin in (False, True):
        seconds = len(voice.say("我的快递怎么卡在武汉中转场", Manner(pinyin=pinyin))) / RATE
        assert 1.8 < seconds < 4.5


def test_an_unknown_voice_is_an_error_not_the_plain_voice() -> None:
    with pytest.raises(SynthesisError, match="doesnotexist"):
        Synthesiser().say("你好", Manner(voice="doesnotexist"))


def test_pinyin_keeps_letters_and_breaths_and_reads_the_phrases_espeak_gets_wrong() -> None:
    assert to_pinyin("S F，幺三") == "S F , yao1 san1"
    assert to_pinyin("还没收到").split()[:2] == ["hai2", "mei2"]
    assert to_pinyin("女").startswith("nv")
