from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tts.audio import silence
from tts.ports import SpeechChunk, Word
from tts.speech import Speech


def _speech(seconds: float, words: int) -> Speech:
    step = seconds / max(1, words)
    return Speech(silence(seconds, 8000), tuple(Word(str(n), n * step, (n + 1) * step) for n in range(words)))


@given(st.floats(min_value=0.0, max_value=5.0), st.integers(min_value=0, max_value=30))
def test_chunks_are_the_sound_and_the_words_in_order(seconds: float, count: int) -> None:
    speech = _speech(seconds, count)
    again = Speech.of(speech.chunks(8000))
    assert again.pcm == speech.pcm
    assert again.words == (speech.words if speech.pcm else ())


def test_a_word_comes_with_the_chunk_it_begins_in() -> None:
    begin = 0.0
    for chunk in _speech(3.0, 12).chunks(8000):
        end = begin + chunk.seconds(8000)
        assert all(begin <= word.start_s < end for word in chunk.words)
        begin = end


def test_the_first_chunk_is_short() -> None:
    first = next(_speech(3.0, 3).chunks(8000))
    assert 0.1 <= first.seconds(8000) <= 0.2


def test_a_mark_goes_to_the_last_word() -> None:
    assert Speech(b"", (Word("六", 0.0, 0.2),)).followed_by("，").words[-1].text == "六，"
    assert Speech.of([SpeechChunk(b"")]).followed_by("，").words == ()
