from __future__ import annotations

import pytest

from logistics_client.numbers import candidates, cleaned, completed_waybill


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("73100196611386", "zto"),
        ("77123456789012", "zto"),  # 77 with 14 digits
        ("7712345678901", "sto"),  # with 13
        ("773012345678901", "sto"),  # with 15
        ("4312345678901", "yunda"),
        ("SF1445678901234", "sf"),
        ("YT9693083639795", "yto"),
        ("JT4000096429493", "jt"),
        ("JDVA12345678901", "jd"),
        ("YQ8850024166386", "yunque"),
        ("RR473124829GB", "ems"),
        ("DPK1234567890", "deppon"),
    ],
)
def test_likeliest_carrier(number: str, carrier: str) -> None:
    assert candidates(number)[0].carrier == carrier


def test_an_ambiguous_number_names_several_carriers_best_first() -> None:
    found = candidates("123456789012")
    assert [candidate.carrier for candidate in found] == ["sf", "zto", "yto"]
    assert found[0].weight > found[1].weight


def test_nonsense_has_no_carrier() -> None:
    assert candidates("12") == ()
    assert candidates("你好") == ()


def test_letters_are_supplied_by_the_carrier_named() -> None:
    assert completed_waybill("1445678901234", "sf") == "SF1445678901234"
    assert completed_waybill("9693083639795", "yto") == "YT9693083639795"
    assert completed_waybill("8850024166386", "yunque") == "YQ8850024166386"
    assert completed_waybill("sf 1445-678901234", "sf") == "SF1445678901234"


def test_a_number_that_cannot_be_of_that_carrier_is_refused() -> None:
    assert completed_waybill("12345", "sf") is None
    assert completed_waybill("YT9693083639795", "sf") is None


def test_full_width_and_spaces_are_cleaned() -> None:
    assert cleaned("ＳＦ１４４５　6789-0123 4") == "SF1445678901234"
