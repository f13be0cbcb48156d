from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_client.numbers import check_digit, is_s10


@pytest.mark.parametrize("number", ["RR473124829GB", "EM263999513JP"])
def test_published_numbers_pass(number: str) -> None:
    assert is_s10(number)


@pytest.mark.parametrize("number", ["TX801495811US", "RR473124828GB", "rr473124829gb", "RR47312482GB", ""])
def test_wrong_digit_or_shape_fails(number: str) -> None:
    assert not is_s10(number)


@given(st.from_regex(r"[0-9]{8}", fullmatch=True), st.integers(0, 7), st.integers(1, 9))
def test_one_misheard_digit_is_noticed_unless_the_digit_maps_alike(serial: str, place: int, shift: int) -> None:
    changed = serial[:place] + str((int(serial[place]) + shift) % 10) + serial[place + 1 :]
    # The modulus is 11 and the remainders 0 and 6 share a digit, so only the raw remainder is always different.
    weights = (8, 6, 4, 2, 3, 5, 9, 7)
    rest = [sum(w * int(d) for w, d in zip(weights, text, strict=True)) % 11 for text in (serial, changed)]
    assert rest[0] != rest[1]
    assert 0 <= check_digit(serial) <= 9


def test_a_serial_of_other_length_is_refused() -> None:
    with pytest.raises(ValueError, match="eight digits"):
        check_digit("1234567")
