"""Fixed lines have a place; what is not known is left empty."""

from __future__ import annotations

import pytest

from desk.calls.place import _PLACES, place_of
from logistics_client.provinces import province_of


@pytest.mark.parametrize(
    ("number", "place"),
    [
        ("037167584463", "河南郑州"),
        ("+8637167584463", ""),  # without its zero an area code cannot be told from other numbers
        ("02112345678", "上海"),
        ("01065551234", "北京"),
        ("0755-88888888", "广东深圳"),
        ("13800138000", ""),
        ("95338", ""),
        (None, ""),
        ("anonymous", ""),
    ],
)
def test_places(number: str | None, place: str) -> None:
    assert place_of(number) == place


def test_every_city_has_its_province() -> None:
    assert len(_PLACES) > 280
    assert [city for city in _PLACES.values() if province_of(city) is None] == []
