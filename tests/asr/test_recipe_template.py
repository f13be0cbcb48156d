import random

import pytest

from asr.recipe.template import TemplateError, parse, sample, slots_of


def every(template: str) -> set[str]:
    rng = random.Random(1)
    choice = parse(template)
    return {sample(choice, lambda name, _: f"<{name}>", rng) for _ in range(300)}


def test_alternatives_may_be_nested_and_empty() -> None:
    assert every("我(要|想(查|寄))件") == {"我要件", "我想查件", "我想寄件"}
    assert every("(|快)点") == {"点", "快点"}


def test_square_brackets_may_be_left_out() -> None:
    assert every("查件[吧|谢谢]") == {"查件", "查件吧", "查件谢谢"}


def test_slots_are_filled_and_listed() -> None:
    assert every("寄到{city}") == {"寄到<city>"}
    assert slots_of(parse("[{a}](b|{c})")) == {"a", "c"}


@pytest.mark.parametrize("broken", ["(a|b", "a)", "[a", "寄到{city", "(a]"])
def test_a_broken_template_is_quoted_in_the_error(broken: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(broken)
    assert repr(broken) in str(caught.value)
