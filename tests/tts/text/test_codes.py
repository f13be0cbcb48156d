from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tts.text.codes import groups, spell

_digits = st.text(alphabet="0123456789", min_size=1, max_size=40)


@given(_digits)
def test_groups_lose_no_digit_and_can_be_written_down(digits: str) -> None:
    cut = groups(digits)
    assert "".join(cut) == digits
    assert all(len(group) <= 5 for group in cut)


@given(st.text(alphabet="0123456789", min_size=10, max_size=20))
def test_the_last_group_of_a_waybill_is_its_tail(digits: str) -> None:
    assert groups(digits)[-1] == digits[-4:]
    assert {len(group) for group in groups(digits)} <= {3, 4}


def test_a_long_code_pauses_after_its_letters_and_a_short_one_does_not() -> None:
    assert spell("SF1445678901234") == "S F，幺四四，五六七，八九零，幺二三四"
    assert spell("WO1023") == "W O幺零二三"
