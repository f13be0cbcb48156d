from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.tts.edge_server import EdgeServer
from tts.audio import active_level, to_samples
from tts.cache import PhraseCache
from tts.guard import Deadlines
from tts.ports import VoiceError
from tts.speaker import EMERGENCY, PAUSE_S, Part, Speaker
from tts.speech import Speech
from tts.text import spoken
from tts.voices.edge import EdgeVoice
from tts.voices.espeak.process import EspeakProcess
from tts.voices.espeak.voice import EspeakVoice

_LINE = "您的包裹今晚20:00前送到，请保持电话畅通。"
_EDGE = "edge:zh-CN-XiaoxiaoNeural"
_QUICK = Deadlines(first_s=0.5, between_s=0.5, whole_s=5.0, trial_s=0.5)


@pytest.fixture
async def faults() -> list[tuple[str, str]]:
    return []


@pytest.fixture
async def chain(edge: EdgeServer, espeak: EspeakVoice, faults: list[tuple[str, str]]) -> AsyncIterator[Speaker]:
    """Edge first, the embedded voice behind it, phrases in memory."""

    def note(voice: str, error: VoiceError) -> None:
        faults.append((voice, type(error).__name__))

    speaker = Speaker([EdgeVoice(), espeak], deadlines=_QUICK, on_fault=note)
    yield speaker
    await speaker.close()


async def _hear(speaker: Speaker, text: str, *, private: bool = False, slow: bool = False) -> Speech:
    return Speech.of([chunk async for chunk in speaker.speak(text, private=private, slow=slow)])


def _words(speech: Speech) -> str:
    return "".join(word.text for word in speech.words)


def _on_disk(folder: Path) -> int:
    return len(list(folder.rglob("*.speech")))


async def test_the_first_voice_speaks_and_the_second_time_the_cache(chain: Speaker, edge: EdgeServer) -> None:
    first, second = await _hear(chain, _LINE), await _hear(chain, _LINE)
    assert _words(first) == spoken(_LINE).text
    assert second.pcm == first.pcm
    assert edge.connections == 1
    assert chain.stats().spoken == {_EDGE: 1}
    assert chain.stats().hit_rate == 0.5


@pytest.mark.parametrize(
    "fault",
    ["403", "500", "503", "closes at once", "no sound", "breaks off", "short sound", "words missing", "stalls", "hangs",
     "garbage"],
)  # fmt: skip
async def test_whatever_the_service_does_the_sentence_is_whole_in_the_next_voice(
    chain: Speaker, edge: EdgeServer, faults: list[tuple[str, str]], fault: str
) -> None:
    edge.fault = fault
    begin = time.perf_counter()
    speech = await _hear(chain, _LINE)
    assert time.perf_counter() - begin < 4.0
    assert _words(speech) == spoken(_LINE).text
    assert 3.0 < len(speech.words) / speech.seconds(8000) < 6.0
    assert [voice for voice, _ in faults] == [_EDGE]
    assert sum(chain.stats().failed.values()) == 1
    assert list(chain.stats().spoken.values()) == [1]
    assert chain.stats().emergencies == 0


async def test_a_service_that_keeps_failing_is_left_alone(chain: Speaker, edge: EdgeServer) -> None:
    edge.fault = "500"
    for number in range(6):
        assert (await _hear(chain, f"第{number}句话。")).words
    assert edge.connections == 3
    assert chain.stats().resting == (_EDGE,)


async def test_private_text_never_leaves_the_machine(chain: Speaker, edge: EdgeServer) -> None:
    assert (await _hear(chain, "张三先生，地址是人民路6号。", private=True)).words
    assert edge.connections == 0


async def test_a_full_number_is_private_even_if_nobody_said_so(chain: Speaker, edge: EdgeServer) -> None:
    await _hear(chain, "您的手机号是13800138000，对吗？")
    await _hear(chain, "运单SF1445678901234。")
    assert edge.connections == 0
    await _hear(chain, "尾号6386的包裹。")
    assert edge.asked == ["尾号六三八六的包裹。"]


async def test_private_speech_and_dynamic_local_speech_leave_nothing_on_disk(
    edge: EdgeServer, espeak: EspeakVoice, tmp_path: Path
) -> None:
    speaker = Speaker([EdgeVoice(), espeak], cache=PhraseCache(tmp_path), deadlines=_QUICK)
    await _hear(speaker, "张三先生。", private=True)
    await speaker.prepare(["李四女士。"], private=True, keep=True)
    assert _on_disk(tmp_path) == 0
    await _hear(speaker, "您好。")
    assert _on_disk(tmp_path) == 1
    await speaker.close()


async def test_prerendered_wording_is_on_disk_in_every_rate_and_needs_no_voice_in_the_next_process(
    edge: EdgeServer, tmp_path: Path
) -> None:
    first = Speaker([EspeakVoice(EspeakProcess())], cache=PhraseCache(tmp_path))
    assert await first.prerender(["您好，请讲。", "再见。请慢走。"]) == 3
    await first.close()
    assert _on_disk(tmp_path) == 6
    second = Speaker([EspeakVoice(EspeakProcess())], cache=PhraseCache(tmp_path))
    assert _words(await _hear(second, "再见。")) == "再见。"
    assert second.stats().hit_rate == 1.0
    await second.close()


async def test_words_count_from_the_start_of_the_text_over_all_sentences(chain: Speaker) -> None:
    text = "您好。包裹在武汉，今晚到。还有别的事吗？"
    speech = await _hear(chain, text)
    assert _words(speech) == text
    assert all(a.end_s <= b.start_s + 0.01 for a, b in pairwise(speech.words))
    assert speech.words[-1].end_s <= speech.seconds(8000)


async def test_a_sentence_that_follows_another_begins_with_the_pause_between_them(chain: Speaker) -> None:
    first = await _hear(chain, "请讲。")
    next_one = Speech.of([chunk async for chunk in chain.speak("请讲。", follows=True)])
    assert next_one.seconds(8000) - first.seconds(8000) == pytest.approx(PAUSE_S)
    assert next_one.words[0].start_s - first.words[0].start_s == pytest.approx(PAUSE_S)


async def test_the_next_sentence_is_fetched_while_this_one_is_heard(chain: Speaker, edge: EdgeServer) -> None:
    chunks = chain.speak("第一句话到了。第二句话到了。")
    await anext(chunks)
    for _ in range(200):
        if len(edge.asked) == 2:
            break
        await asyncio.sleep(0.01)
    assert edge.asked == ["第一句话到了。", "第二句话到了。"]
    await chunks.aclose()


async def test_two_callers_who_want_the_same_sentence_share_one_request(chain: Speaker, edge: EdgeServer) -> None:
    first, second = await asyncio.gather(_hear(chain, _LINE), _hear(chain, _LINE))
    assert first.pcm == second.pcm
    assert edge.connections == 1


async def test_what_was_prepared_starts_at_once(chain: Speaker, edge: EdgeServer) -> None:
    assert await chain.prepare([_LINE, "您好。请讲。"]) == 3
    asked = edge.connections
    begin = time.process_time()
    await anext(chain.speak(_LINE))
    assert time.process_time() - begin < 0.02
    assert edge.connections == asked


async def test_a_caller_who_hangs_up_while_it_is_prepared_harms_nobody(chain: Speaker, edge: EdgeServer) -> None:
    edge.first_delay_s = 0.05
    preparing = asyncio.create_task(chain.prepare([_LINE]))
    hearing = asyncio.create_task(_hear(chain, _LINE))
    await asyncio.sleep(0.01)
    preparing.cancel()
    assert _words(await hearing) == spoken(_LINE).text
    assert edge.connections == 1


async def test_nothing_to_say_is_a_moment_of_silence(chain: Speaker) -> None:
    for nothing in ("", "  ", "😀", "\x00\x07", "<break/>"):
        speech = await _hear(chain, nothing)
        assert 0 < speech.seconds(8000) < 0.1
        assert not speech.words


async def test_odd_texts_are_spoken_without_an_error(chain: Speaker) -> None:
    for odd in ("Hello world", "𠮷野家到了", "\u202e反了", "a" * 300, "，，，，好", "12345" * 50):
        assert (await _hear(chain, odd)).pcm, odd


async def test_a_text_of_five_thousand_characters_starts_at_once_and_can_be_stopped(espeak: EspeakVoice) -> None:
    speaker = Speaker([espeak])
    await speaker.start()
    text = ("您尾号6386的包裹在武汉中转场" * 400)[:5000]
    begin = time.process_time()
    chunks = speaker.speak(text)
    await anext(chunks)
    assert time.process_time() - begin < 1.0
    await chunks.aclose()
    assert (await _hear(speaker, "您好。")).words


async def test_when_no_voice_works_the_caller_hears_the_emergency_phrase() -> None:
    process = EspeakProcess()
    speaker = Speaker([EspeakVoice(process)])
    await speaker.start()
    await process.close()
    speech = await _hear(speaker, "您好。")
    assert 3.0 < len(spoken(EMERGENCY).text) / speech.seconds(8000) < 6.0
    assert speaker.stats().emergencies == 1
    assert not speech.words


async def test_slow_speech_is_slower_and_cached_apart(espeak: EspeakVoice) -> None:
    speaker = Speaker([espeak])
    normal, slow = await _hear(speaker, _LINE), await _hear(speaker, _LINE, slow=True)
    assert slow.seconds(8000) > 1.1 * normal.seconds(8000)


async def test_every_voice_has_the_level_of_the_line(chain: Speaker) -> None:
    for private in (False, True):
        speech = await _hear(chain, _LINE, private=private)
        assert -20 < active_level(to_samples(speech.pcm), 8000) < -16


async def test_parts_are_one_sentence_in_the_networked_voice_and_only_slots_are_fetched(
    chain: Speaker, edge: EdgeServer
) -> None:
    await chain.prepare(["您尾号", "的包裹在", *"零幺二三四五六七八九"])
    edge.asked.clear()
    parts = [Part("您尾号"), Part("6386", private=True), Part("的包裹在"), Part("武汉。")]
    speech = Speech.of([chunk async for chunk in chain.speak_parts(parts)])
    assert _words(speech) == "您尾号六三八六的包裹在武汉。"
    assert edge.asked == ["武汉。"]


async def test_parts_with_a_private_slot_that_is_not_ready_are_spoken_as_one_local_sentence(
    chain: Speaker, edge: EdgeServer
) -> None:
    parts = [Part("您好，"), Part("张三", private=True), Part("先生。")]
    speech = Speech.of([chunk async for chunk in chain.speak_parts(parts)])
    assert _words(speech) == "您好，张三先生。"
    assert not any("张" in text for text in edge.asked)
