import random
import re

import pytest

from asr.recipe.template import TemplateError, parse, sample, slots_of
from asr.recipe.text import UTTERANCES
from dialog.understanding import templates


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


def test_both_readers_of_the_utterances_draw_the_same_sentences() -> None:
    """Hearing and understanding may not import each other, so each reads the little grammar itself: alike."""
    lines = [line for path in sorted(UTTERANCES.rglob("*.txt")) for line in templates.read_lines(path)]
    assert len(lines) > 1000
    reader = templates.Grammar({}, {"x": ("x",)})
    for line in lines:
        named = re.sub(r"\{\w+\}", "{x}", line)
        here = [
            sample(parse(named), lambda _slot, rng: rng.choice(rng.choice("x")), random.Random(seed))
            for seed in range(3)
        ]
        assert here == [reader.draw(named, random.Random(seed)) for seed in range(3)], line
