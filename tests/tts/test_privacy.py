from __future__ import annotations

import pytest

from tts.privacy import holds_full_number
from tts.text import spoken


@pytest.mark.parametrize("text", ["手机号13800138000", "运单SF1445678901234", "0371-67584463", "138 0013 8000对吗"])
def test_a_full_number_is_private(text: str) -> None:
    assert holds_full_number(spoken(text))


@pytest.mark.parametrize("text", ["尾号6386的包裹", "2026年11月22日20:00", "请拨打95338", "运费12345.67元", "3天内"])
def test_a_tail_a_date_a_hotline_and_an_amount_are_not(text: str) -> None:
    assert not holds_full_number(spoken(text))
