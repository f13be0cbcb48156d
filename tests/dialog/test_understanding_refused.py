"""Words that sound like danger, authority or a wish and are none; and those that are."""

from __future__ import annotations

import pytest

from dialog.protocol import Expectation, ExpectKind
from dialog.understanding import understand
from dialog.understanding.figures import plainly
from dialog.understanding.negation import without_refused
from dialog.understanding.normalise import normalise

OPEN = Expectation()
URGENT = {"safety", "authority", "human"}
MUST = [
    ("safety", "快递车撞了我妈"),
    ("safety", "你们快递员把我打了"),
    ("safety", "我不想活了"),
    ("safety", "箱子着火了"),
    ("safety", "包裹漏出来的东西把我手烧伤了"),
    ("safety", "快递员在门口拿刀威胁我"),
    ("safety", "快递员摸我，我要报案"),
    ("authority", "快递员摸我，我要报案"),
    ("safety", "你不送我就吃了一瓶安眠药"),
    ("authority", "一一零已经来了"),
    ("authority", "我要打12305投诉你们"),
    ("authority", "我是记者"),
    ("authority", "我要报警"),
    ("authority", "我找律师告你们"),
    ("authority", "我已经向邮政局申诉了"),
    ("human", "转人工"),
    ("human", "我要跟人说话"),
    ("human", "有没有人啊"),
]
HARMLESS = [
    "这是我爸救命的药再不送来就晚了",
    "我买的灭火器到哪了",
    "我买的爆炸头假发怎么还没到",
    "快递都快把我气死了",
    "这个东西砸在手里了",
    "我手上有伤去不了驿站",
    "我着急死了",
    "累死我了",
    "这速度真要命",
    "我寄的是农药能寄吗",
    "箱子被撞坏了",
    "快递车撞坏了我的箱子",
    "毒不死的老鼠药能寄吗",
    "我买的烫伤膏到哪了",
    "打死我也不在你们这寄了",
    "起泡酒碎了两瓶",
    "收件人在消防队",
    "你们网点压我的货不给送",
    "天天打骚扰电话是不是你们泄露的",
    "打我电话",
    "让他打我手机",
    "快递员打我电话我没接到",
    "我跳楼价买的",
    "晕倒我真是服了你们",
    "邮政快递到哪了",
    "我寄到派出所的件到了吗",
    "收件地址是法院",
    "收件人是公安局的",
    "我地址在市场监管局对面",
    "我买的警察玩具到了没",
    "我是电视台旁边那个小区",
    "不用转人工",
    "别转人工了",
    "我不要人工",
    "你是人工吗",
    "人工智能音箱到哪了",
    "先别转人工，帮我查一下",
]
REFUSED = [
    ("complaint", "别投诉"),
    ("complaint", "我不投诉"),
    ("complaint", "不是要投诉我就想查件"),
    ("complaint", "暂时不投诉他了"),
    ("complaint", "我不想投诉，就想知道到哪了"),
    ("human", "我不是要找人工"),
    ("urge_delivery", "不用催了"),
    ("refuse", "我没说拒收"),
    ("intercept_return", "不用拦截"),
    ("intercept_return", "我不退货"),
    ("lost", "没丢就行"),
    ("damage", "没有破损"),
    ("change_address", "地址不用改"),
    ("human", "不用转人工"),
    ("human", "别转人工了"),
    ("human", "我不要人工"),
    ("human", "先别转人工，帮我查一下"),
]


def served(text: str) -> set[str]:
    return {score.intent for score in understand(text, OPEN).intents}


@pytest.mark.parametrize(("intent", "text"), MUST)
def test_danger_authority_and_a_person_are_always_served(intent: str, text: str) -> None:
    assert intent in served(text)


@pytest.mark.parametrize("text", [x for x in HARMLESS if "人工" not in x or "打" in x])
def test_a_figure_of_speech_calls_nobody(text: str) -> None:
    assert not served(text) & URGENT


@pytest.mark.parametrize(("intent", "text"), REFUSED)
def test_what_is_refused_is_not_started(intent: str, text: str) -> None:
    assert intent not in served(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("先别转人工，帮我查一下快递到哪了", "track"),
        ("不是要投诉，我就想催一下", "urge_delivery"),
        ("我不退货，就是想改个地址", "change_address"),
    ],
)
def test_what_is_wanted_beside_a_refusal_is_served(text: str, wanted: str) -> None:
    assert served(text) == {wanted}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("为什么不给转人工", "human"),
        ("怎么还不帮我催派", "urge_delivery"),
        ("是不是丢了", "lost"),
        ("不要录音", "no_recording"),
        ("没收到货", "signed_not_received"),
    ],
)
def test_a_question_or_a_complaint_is_no_refusal(text: str, wanted: str) -> None:
    assert wanted in served(text)


def test_a_refusal_answers_a_question_with_no() -> None:
    asked = Expectation(kind=ExpectKind.YES_NO)
    assert understand("不用催了", asked).intent == "deny"


@pytest.mark.parametrize("text", ["救命啊快来人", "他打了我", "我是派出所的", "我要找律师告你们"])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert plainly(normalise(text)) == normalise(text)
    assert without_refused(normalise(text)) is None
