"""Promises in an agent's words, and times in words."""

from __future__ import annotations

from datetime import datetime

import pytest

from voice.clock import CHINA
from voice.floor.promises import find_promise, find_time

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("text", "what", "due"),
    [
        ("我两小时内给您回电话", "回电", "11-22 16:30"),
        ("今天下午五点前一定给您送到", "送达", "11-22 17:00"),
        ("我这边会在明天中午之前帮您核实清楚", "核实", "11-23 12:00"),
        ("网点会在今晚八点前派送", "送达", "11-22 20:00"),
        ("三点半我给您回电", "回电", "11-22 15:30"),
        ("好的。我们三个工作日内赔给您，您放心", "理赔处理", "11-25 14:30"),
        ("我十五分钟内联系网点给您回电", "回电", "11-22 14:45"),
        ("半小时内我给您回复", "回电", "11-22 15:00"),
        ("我明天上午帮您催一下", "催派", "11-23 12:00"),
    ],
)
def test_a_commitment_with_a_time_is_a_promise(text: str, what: str, due: str) -> None:
    promise = find_promise(text, NOW)
    assert promise is not None and (promise.what, f"{promise.due_at:%m-%d %H:%M}") == (what, due)


@pytest.mark.parametrize(
    "text",
    [
        "我会尽快处理",  # no time
        "您看明天可以吗",
        "明天送到吗",
        "我不能保证今天下午五点前送到",
        "您的快递昨天下午三点到的网点",
        "快递是今天上午十点送到的",  # over
        "",
        "嗯" * 2000,
    ],
)
def test_what_is_no_commitment_is_no_promise(text: str) -> None:
    assert find_promise(text, NOW) is None


def test_a_time_that_has_passed_is_none() -> None:
    assert find_time("今天上午十点", NOW) is None
    assert find_time("明天二十五点", NOW) is None
