import pytest

from dialog.numbers.signs import read_line
from dialog.protocol import HeardToken


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("七三幺零零", "73100"),
        ("洞幺拐勾", "0179"),
        ("幺三八四个八", "1388888"),
        ("三个零一个八", "0008"),
        ("双八三连六", "88666"),
        ("四个零三个幺", "0000111"),
        ("七十五三幺九六", "753196"),
        ("五百八", "580"),
        ("一百零三", "103"),
        ("三百二十", "320"),
        ("一千零八", "1008"),
        ("一千二百三十四", "1234"),
        ("十五", "15"),
        ("S F幺四四五", "SF1445"),
        ("艾斯艾福幺四四五", "SF1445"),
        ("歪踢九六", "YT96"),
        ("零要三", "013"),
        ("两三八", "238"),
        ("７３１－００１９", "731,0019"),
        ("sf1445", "SF1445"),
    ],
)
def test_spoken_digits_become_signs(said: str, read: str) -> None:
    assert read_line(said).text == read


@pytest.mark.parametrize(
    "said", ["等一下", "再说一遍", "我找一会儿", "一个快递", "等我两分钟", "一共", "看一看", "没有单号", "OK"]
)
def test_everyday_words_hold_no_digits(said: str) -> None:
    assert not any(char.isdigit() or (char.isascii() and char.isalpha()) for char in read_line(said).text)


def test_every_digit_keeps_its_own_confidence() -> None:
    tokens = tuple(HeardToken(char, sure) for char, sure in zip("三六七九", (0.9, 0.8, 0.3, 0.7), strict=True))
    line = read_line("三六七九", tokens)
    assert (line.text, line.sure) == ("3679", (0.9, 0.8, 0.3, 0.7))


def test_repeated_digits_are_as_sure_as_the_least_sure_word() -> None:
    tokens = tuple(HeardToken(char, sure) for char, sure in zip("四个八", (0.9, 1.0, 0.5), strict=True))
    assert read_line("四个八", tokens).sure == (0.5,) * 4
