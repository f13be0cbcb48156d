from __future__ import annotations

import pytest

from logistics_client.phones import is_landline, normalised, tail_of


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("013800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("17012340056-3679", "17012340056-3679"),
        ("17012340056转3679", "17012340056-3679"),
        ("0371-67584463", "037167584463"),
        ("anonymous", None),
        ("", None),
        (None, None),
        ("110", None),
    ],
)
def test_one_shape(raw: str | None, number: str | None) -> None:
    assert normalised(raw) == number


def test_the_tail_of_a_virtual_number_is_its_extension() -> None:
    assert tail_of("17012340056-3679") == "3679"
    assert tail_of("13800138000") == "8000"


def test_landlines_are_told_from_mobiles() -> None:
    assert is_landline("037167584463")
    assert not is_landline("13800138000")
