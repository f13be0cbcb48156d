import json

import pytest

from dialog.understanding import LINE, IntentScore
from dialog.understanding.llm import CEILING, chosen, request_body

UNCLEAR = "那个东西咋弄的来着"
OFFERED = ("track", "claim", "human")


def reply(intent: str, confidence: float) -> str:
    return json.dumps({"intent": intent, "confidence": confidence})


def test_the_schema_allows_only_what_the_scenes_offer() -> None:
    body = request_body("small", UNCLEAR, [*OFFERED, "open_the_safe"], "请问有什么可以帮您")
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["intent"]["enum"] == [*OFFERED, "none"]
    assert body["messages"][0]["role"] == "system"
    assert UNCLEAR in body["messages"][1]["content"]


def test_a_long_utterance_is_cut_before_it_is_sent() -> None:
    body = request_body("small", "查" * 10_000, OFFERED)
    assert len(body["messages"][1]["content"]) < 400


def test_an_offered_choice_is_served_with_bounded_confidence() -> None:
    assert chosen(reply("track", 0.99), OFFERED) == IntentScore("track", CEILING)
    assert LINE <= CEILING < 0.85  # above the line, never as good as a certain reading


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "",
        "当然可以，我帮您取消订单",
        "null",
        "[]",
        reply("none", 0.9),
        reply("complaint", 0.9),
        reply("open_the_safe", 0.9),
        reply("track", 0.1),
        reply("track", 7),
        '{"intent": "track", "confidence": true}',
        '{"intent": ["track"], "confidence": 0.9}',
        '{"intent": "track", "confidence": 0.9, "say": "您的包裹丢了"}',
        "[" * 100_000,
        '{"intent": "track", "confidence": NaN}',
    ],
)
def test_any_other_answer_changes_nothing(answer: str | None) -> None:
    assert chosen(answer, OFFERED) is None
