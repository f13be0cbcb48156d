import pytest

from dialog.numbers import read_back


@pytest.mark.parametrize(
    ("digits", "groups"),
    [
        ("13800138000", ("138", "0013", "8000")),
        ("3679", ("3679",)),
        ("SF1445678901234", ("SF", "144", "567", "890", "1234")),
        ("73100196611386", ("7310", "019", "661", "1386")),
        ("03716758446", ("0371", "675", "8446")),
        ("02167584463", ("021", "6758", "4463")),
        ("12345", ("12345",)),
        ("", ()),
        ("YT", ("YT",)),
    ],
)
def test_groups_are_those_people_can_follow(digits: str, groups: tuple[str, ...]) -> None:
    assert read_back(digits) == groups


@pytest.mark.parametrize("size", range(6, 22))
def test_the_last_group_is_the_tail_and_nothing_is_lost(size: int) -> None:
    digits = "7" + "2345678901234567890123"[: size - 1]
    groups = read_back(digits)
    assert "".join(groups) == digits
    assert len(groups[-1]) == 4
    assert all(1 <= len(group) <= 4 for group in groups)
