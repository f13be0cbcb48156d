from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from itertools import pairwise

import numpy as np
import pytest
from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

from tests.tts.voices.phonemes import phonemes
from tts.audio import active_level, to_samples
from tts.ports import SpokenText, VoiceStalledError, VoiceUnavailableError
from tts.speech import Speech
from tts.text import spoken
from tts.text.pinyin import to_pinyin
from tts.voices.espeak.process import EspeakProcess
from tts.voices.espeak.spelling import espeak_spelling
from tts.voices.espeak.variants import EspeakSpeaker, variants
from tts.voices.espeak.voice import EspeakVoice

_LINE = "您尾号6386的包裹在武汉中转场，预计今晚八点前发车，请保持电话畅通。"


async def _speak(voice: EspeakVoice, text: str, rate: int = 8000, speed: float = 1.0) -> Speech:
    return Speech.of([chunk async for chunk in voice.speak(spoken(text), rate, speed)])


@pytest.mark.parametrize("rate", [8000, 16000])
async def test_a_sentence_has_the_length_level_and_words_of_speech(espeak: EspeakVoice, rate: int) -> None:
    speech = await _speak(espeak, _LINE, rate)
    samples = to_samples(speech.pcm)
    syllables = len(speech.words)
    assert "".join(word.text for word in speech.words) == spoken(_LINE).text
    assert 3.0 < syllables / speech.seconds(rate) < 6.0
    assert -20.0 < active_level(samples, rate) < -16.0
    assert np.abs(samples).max() < 0.999


async def test_the_same_text_is_the_same_sound_in_every_process_and_at_every_time() -> None:
    first, second = EspeakVoice(EspeakProcess()), EspeakVoice(EspeakProcess())
    await _speak(second, "请讲。")
    sounds = [await _speak(first, _LINE), await _speak(first, _LINE), await _speak(second, _LINE)]
    assert sounds[0] == sounds[1] == sounds[2]
    await first.close()
    await second.close()


async def test_words_follow_each_other_within_the_sound(espeak: EspeakVoice) -> None:
    speech = await _speak(espeak, _LINE)
    assert all(a.start_s < a.end_s <= b.start_s + 1e-3 for a, b in pairwise(speech.words))
    assert speech.words[0].start_s < 0.05
    assert speech.words[-1].end_s <= speech.seconds(8000) + 0.02


async def test_a_word_comes_with_the_chunk_it_begins_in(espeak: EspeakVoice) -> None:
    begin = 0.0
    async for chunk in espeak.speak(spoken(_LINE), 8000, 1.0):
        end = begin + chunk.seconds(8000)
        assert all(begin - 0.02 <= word.start_s <= end + 0.12 for word in chunk.words)
        begin = end


async def test_the_first_chunk_is_short_and_the_rest_comes_in_pieces(espeak: EspeakVoice) -> None:
    sizes = [chunk.seconds(8000) async for chunk in espeak.speak(spoken(_LINE), 8000, 1.0)]
    assert 0.08 <= sizes[0] <= 0.25
    assert len(sizes) > 10


async def test_slow_is_slower(espeak: EspeakVoice) -> None:
    normal, slow = await _speak(espeak, _LINE), await _speak(espeak, _LINE, speed=0.82)
    assert slow.seconds(8000) / normal.seconds(8000) == pytest.approx(1 / 0.82, rel=0.12)


async def test_short_phrases_and_soft_speakers_have_the_level_of_the_line(espeak: EspeakVoice) -> None:
    for variant in ("f2", "m3", "linda", "whisper"):
        voice = espeak.as_speaker(EspeakSpeaker(variant=variant))
        for text in ("嗯。", "您好。", "请讲。", "六三八六。", "好的，马上为您转人工。", "对不起，没听明白。"):
            samples = to_samples((await _speak(voice, text)).pcm)
            assert -19.0 < active_level(samples, 8000) < -17.0, (variant, text)
            assert np.abs(samples).max() < 0.999, (variant, text)


async def test_pauses_stay_where_a_long_text_is_made_in_pieces(espeak: EspeakVoice) -> None:
    clause = "您尾号六三八六的包裹在武汉中转场，"
    one, many = await _speak(espeak, clause + "好。"), await _speak(espeak, clause * 6 + "好。")
    assert (many.seconds(8000) - one.seconds(8000)) / 5 == pytest.approx(
        (await _speak(espeak, clause * 2 + "好。")).seconds(8000) - one.seconds(8000), abs=0.05
    )


async def test_a_comma_is_a_pause(espeak: EspeakVoice) -> None:
    joined, paused = await _speak(espeak, "幺三八零零幺三"), await _speak(espeak, "幺三八，零零幺三")
    assert paused.seconds(8000) - joined.seconds(8000) > 0.1


async def test_odd_texts_are_spoken_or_skipped(espeak: EspeakVoice) -> None:
    for text in ("S F", "V I P客户", "hello", "，", "嗯", "一" * 400, "好。" * 60):
        said = SpokenText(text)
        speech = Speech.of([chunk async for chunk in espeak.speak(said, 8000, 1.0)])
        assert len(speech.words) == len(to_pinyin(said)), text


async def test_what_looks_like_markup_to_espeak_is_not_obeyed(espeak: EspeakVoice) -> None:
    plain = await _speak(espeak, "你好再见")
    marked = await _speak(espeak, '你好<break time="5s"/>再见[[_::::::]]')
    assert marked.seconds(8000) == pytest.approx(plain.seconds(8000), abs=0.1)


async def test_calls_share_the_child_and_each_hears_its_own_sentence(espeak: EspeakVoice) -> None:
    texts = ["您好。", _LINE, "请讲。", "好的，马上为您查询。"] * 3
    spoken_all = await asyncio.gather(*(_speak(espeak, text) for text in texts))
    for text, speech in zip(texts, spoken_all, strict=True):
        assert "".join(word.text for word in speech.words) == spoken(text).text


async def test_a_caller_who_interrupts_stops_the_sentence_and_the_next_one_is_whole(espeak: EspeakVoice) -> None:
    chunks = espeak.speak(spoken(_LINE * 5), 8000, 1.0)
    await anext(chunks)
    await chunks.aclose()
    speech = await _speak(espeak, "您好。")
    assert "".join(word.text for word in speech.words) == "您好。"


async def test_a_child_killed_in_mid_sentence_is_replaced_and_the_sentence_goes_on() -> None:
    process = EspeakProcess()
    voice = EspeakVoice(process)
    whole = await _speak(voice, _LINE)
    heard = []
    async for chunk in voice.speak(spoken(_LINE), 8000, 1.0):
        heard.append(chunk)
        if len(heard) == 1:
            os.kill(process.pid or 0, signal.SIGSTOP)
            os.kill(process.pid or 0, signal.SIGKILL)
    again = Speech.of(heard)
    assert again == whole
    await voice.close()


async def test_a_child_that_hangs_is_killed_and_the_next_sentence_is_spoken() -> None:
    process = EspeakProcess(silence_s=0.3)
    voice = EspeakVoice(process)
    await voice.warm()
    first = process.pid
    os.kill(first or 0, signal.SIGSTOP)
    with pytest.raises(VoiceStalledError):
        await _speak(voice, "您好。")
    speech = await _speak(voice, "您好。")
    assert speech.words
    assert process.pid != first
    await voice.close()


async def test_the_child_leaves_interrupts_to_its_parent_and_ends_with_it() -> None:
    process = EspeakProcess()
    voice = EspeakVoice(process)
    await voice.warm()
    pid = process.pid or 0
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)
    assert (await _speak(voice, "您好。")).words
    assert process.pid == pid
    await voice.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_child_whose_listener_has_gone_ends_without_a_word() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tts.voices.espeak.child", "1", stdin=asyncio.subprocess.PIPE, stdout=writing,
        stderr=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    os.close(writing)
    _, told = await asyncio.wait_for(child.communicate(), 20)
    assert (child.returncode, told) == (0, b"")


async def test_a_child_that_has_spoken_enough_is_replaced_and_nobody_hears_it() -> None:
    process = EspeakProcess(retire_after=3)
    voice = EspeakVoice(process)
    first = await _speak(voice, _LINE)
    for _ in range(100):
        assert await _speak(voice, _LINE) == first
        if process.starts > 1:
            break
        await asyncio.sleep(0.02)  # it ends when nobody waits
    assert process.starts > 1
    await voice.close()


async def test_a_closed_voice_says_that_it_is_closed() -> None:
    voice = EspeakVoice(EspeakProcess())
    await voice.close()
    with pytest.raises(VoiceUnavailableError):
        await _speak(voice, "您好。")


async def test_a_child_that_cannot_start_is_an_unavailable_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    voice = EspeakVoice(EspeakProcess())
    with pytest.raises(VoiceUnavailableError):
        await _speak(voice, "您好。")
    await voice.close()


def test_unknown_speakers_are_refused_because_espeak_would_not() -> None:
    assert {"f2", "f3", "Annie", "m3"} <= variants()
    with pytest.raises(ValueError, match="no voice 'f22'"):
        EspeakSpeaker(variant="f22")


@pytest.mark.parametrize("figure", [{"wpm": 20}, {"pitch": 120}, {"pitch_range": -1}])
def test_figures_out_of_range_are_refused(figure: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="between"):
        EspeakSpeaker(**figure)  # type: ignore[arg-type]


async def test_speakers_differ_and_share_one_child() -> None:
    process = EspeakProcess()
    low = await _speak(EspeakVoice(process, EspeakSpeaker(variant="m3", pitch=20)), "妈妈")
    high = await _speak(EspeakVoice(process, EspeakSpeaker(variant="f3", pitch=80)), "妈妈")
    assert _pitch(high.pcm) > 1.3 * _pitch(low.pcm)
    await process.close()


def _pitch(pcm: bytes) -> float:
    """Return the fundamental in Hz of the first vowel: the lag at which a smoothed wave is most like itself."""
    samples = np.convolve(to_samples(pcm)[800:2400], np.ones(12) / 12, "same")
    echo = np.correlate(samples, samples, "full")[len(samples) - 1 :]
    lag = 20 + int(np.argmax(echo[20:130]))
    return 8000 / lag


def test_every_mandarin_syllable_is_said_in_mandarin() -> None:
    """espeak-ng spells what it does not know in English; none of our syllables may end there."""
    hanzi = "".join(chr(code) for code in PINYIN_DICT if 0x4E00 <= code <= 0x9FFF)
    options = pinyin(hanzi, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)
    readings = {reading for each in options for reading in each}
    wrong = {r: said for r in sorted(readings) if "(en)" in (said := phonemes(espeak_spelling(r)))}
    assert not wrong
    assert len(readings) > 1400
    assert all(re.fullmatch(r"[a-zê]+[1-5]?", r) for r in readings)
