from __future__ import annotations

import pytest

from asr.spelling import spell, spread


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (["快", "递"], "快递"),
        (["顺", "丰", "s", "f", "一"], "顺丰SF一"),
        (["y", "t", "o"], "YTO"),
        (["hel@@", "lo", "wor@@", "ld"], "hello world"),
        (["是", "hel@@", "lo", "吗"], "是hello吗"),
        (["unfin@@"], "unfin"),
        ([], ""),
    ],
)
def test_tokens_become_text_as_it_is_written(tokens: list[str], text: str) -> None:
    assert spell(tokens) == text


def test_characters_without_times_share_the_time_there_is() -> None:
    spreaded = spread("三 个字", 100.0, 400.0)
    assert [(t.text, t.start_ms, t.end_ms) for t in spreaded] == [("三", 100, 200), ("个", 200, 300), ("字", 300, 400)]
    assert spread(" ", 0.0, 100.0) == []
