"""小结 is filled in from what the card knows, also when the caller only asked for a person."""

from __future__ import annotations

import pytest

from desk.calls.fold import new_call
from desk.calls.summary import _BY_INTENT, _BY_REQUEST, OTHER, categories, draft, is_category


@pytest.mark.parametrize(
    ("request_", "leaf"),
    [
        ("包裹滞留网点未派件", "网点滞留"),
        ("包裹滞留中转场未发出", "中转滞留"),
        ("生鲜包裹延误", "生鲜延误变质"),
        ("包裹长时间没有更新", "疑似丢件"),
        ("显示签收但没有收到", "签收未收到"),
        ("收到的东西不对", "内件不符"),
        ("包裹被登记拒收", "拒收"),
        ("要求人工服务", "其他"),
    ],
)
def test_the_card_fills_the_category_in_when_the_intent_says_nothing(request_: str, leaf: str) -> None:
    filled = draft(new_call("c-1"), {"intent": "human", "request": request_}, [])
    assert filled["category"][2] == leaf and is_category(filled["category"])


def test_an_intent_counts_more_than_words() -> None:
    filled = draft(new_call("c-1"), {"intent": "claim", "request": "生鲜包裹延误"}, [])
    assert filled["category"] == ["投诉理赔", "理赔", "理赔咨询"]


def test_what_was_opened_is_the_result_and_a_promise_is_to_be_followed_up() -> None:
    order = {"label": "催派", "order_id": "261122000001", "promise": "made"}
    filled = draft(new_call("c-1"), None, [order])
    assert (filled["result"], filled["follow_up"]) == ("已办理:催派(工单261122000001)", True)


def test_what_runs_already_is_the_result_of_a_call_that_opened_nothing() -> None:
    card = {"processes": [{"label": "已触发", "text": "网点催派流程(15分钟前)", "turn": 0, "confidence": 1.0}]}
    assert draft(new_call("c-1"), card, [])["result"] == "已在办理:网点催派流程"


def test_the_tree_has_three_levels_and_every_word_leads_into_it() -> None:
    paths = {
        (first["name"], second["name"], third["name"])
        for first in categories()
        for second in first["children"]
        for third in second["children"]
    }
    assert paths == {*_BY_INTENT.values(), OTHER}
    assert {intent for _, intent in _BY_REQUEST} <= set(_BY_INTENT)
