import random
import re

import pytest

from asr.recipe import spoken

READ = {**{char: str(n) for n, char in enumerate(spoken.PLAIN)}, "幺": "1", "洞": "0", "拐": "7"}
TIMES = {"双": 2, "两": 2, **{char: n for n, char in enumerate(spoken.PLAIN) if n > 2}}


def heard(text: str) -> str:
    """Digits of a spoken string, read independently of the speaker."""
    text = re.sub("|".join(spoken.FILLERS), "", text).replace("，", "")
    text = re.sub(r"双(.)", lambda m: m[1] * 2, text)
    text = re.sub(r"([一两三四五六七八九]|十[一二三四五]?)个(.)", lambda m: m[2] * _count(m[1]), text)
    return "".join(READ[char] for char in text)


def _count(word: str) -> int:
    if word.startswith("十"):
        return 10 + (spoken.PLAIN.index(word[1]) if len(word) > 1 else 0)
    return TIMES[word]


def test_every_habit_of_saying_digits_keeps_the_digits() -> None:
    rng = random.Random(5)
    for _ in range(3000):
        digits = "".join(rng.choice("0011778") for _ in range(rng.randint(1, 14)))
        assert heard(spoken.say_digits(digits, rng)) == digits


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "零"), (10, "十"), (15, "十五"), (20, "二十"), (101, "一百零一"), (110, "一百一十"), (236, "两百三十六"),
     (2000, "两千"), (1005, "一千零五"), (12000, "一万两千"), (10300, "一万零三百")],
)  # fmt: skip
def test_cardinals(number: int, said: str) -> None:
    assert spoken.cardinal(number) == said


def test_every_made_slot_speaks_hanzi_letters_and_breaths_only() -> None:
    rng = random.Random(2)
    for name, make in spoken.MADE.items():
        for _ in range(200):
            text = make(rng)
            assert re.fullmatch(r"[一-鿿A-Z ，]+", text), (name, text)
            assert {char for char in text if char > "z" and char != "，"} <= set(spoken.CHARACTERS), (name, text)
