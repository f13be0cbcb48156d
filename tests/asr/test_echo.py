import pytest

from asr.echo import is_echo

QUESTION = "请您报一下运单号，或者手机尾号四位。"


@pytest.mark.parametrize(
    "heard",
    ["请您报一下运单号或者手机尾号四位", "您报一下运单", "情您报一下运单好或者收机尾号", "机尾号四位"],
    ids=["whole", "its middle", "misheard", "its end"],
)
def test_the_bots_own_sentence_is_an_echo(heard: str) -> None:
    assert is_echo(heard, QUESTION)


@pytest.mark.parametrize(
    "heard",
    ["", "尾号", "手机尾号", "我要转人工", "我没有单号你用手机查吧", "七三幺零零幺九六六", "我的手机尾号是三六七九"],
)
def test_a_caller_is_no_echo(heard: str) -> None:
    assert not is_echo(heard, QUESTION)


def test_nothing_is_an_echo_of_silence() -> None:
    assert not is_echo("请您报一下运单号", "")
