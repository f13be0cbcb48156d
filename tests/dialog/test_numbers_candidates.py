import pytest

from dialog.numbers import decide, rank_candidates
from dialog.protocol import HeardToken

MINE = ("73100196611386", "YT9693083639795", "4312345678901")


def kind_of(digits: str, numbers: tuple[str, ...] = MINE) -> str:
    return decide(rank_candidates(digits, (), numbers)).kind


@pytest.mark.parametrize(
    "heard",
    ["73100196611386", "73100196611366", "7310019661386", "731001966113886", "13100196611386"],
    ids=["exact", "one wrong", "one lost", "one twice", "seven heard as one"],
)
def test_one_misheard_digit_still_finds_the_parcel(heard: str) -> None:
    match = decide(rank_candidates(heard, (), MINE))
    assert (match.kind, match.candidates[0].number) == ("one", "73100196611386")


def test_letters_may_be_left_out() -> None:
    assert decide(rank_candidates("9693083639795", (), MINE)).candidates[0].number == "YT9693083639795"


def test_a_tail_is_compared_with_the_last_four() -> None:
    assert decide(rank_candidates("1386", (), MINE)).candidates[0].number == "73100196611386"


def test_two_near_candidates_are_asked_about() -> None:
    match = decide(rank_candidates("1396", (), ("73100196611386", "73100196611366")))
    assert match.kind == "several"
    assert {candidate.number for candidate in match.candidates} == {"73100196611386", "73100196611366"}


def test_two_parcels_with_the_same_tail_are_asked_about() -> None:
    assert kind_of("3679", ("73100000003679", "YT1000000003679")) == "several"


def test_an_exact_number_beats_its_neighbour() -> None:
    match = decide(rank_candidates("1386", (), ("73100196611386", "73100196611366")))
    assert (match.kind, len(match.candidates)) == ("one", 1)


def test_another_number_is_not_bent_into_a_candidate() -> None:
    assert kind_of("88888888888888") == "none"
    assert kind_of("5555") == "none"


def test_a_well_formed_other_number_is_taken_for_itself() -> None:
    heard = "73100196611000"
    near = ("73100196611386",)
    assert rank_candidates(heard, (), near, lambda _number: 0.9) == ()


def test_a_digit_that_was_hardly_heard_costs_less() -> None:
    doubtful = tuple(HeardToken(char, 0.2 if char == "5" else 1.0) for char in "1356")
    certain = tuple(HeardToken(char, 1.0) for char in "1356")
    assert rank_candidates("1356", doubtful, MINE)[0].cost < rank_candidates("1356", certain, MINE)[0].cost


def test_nothing_heard_or_nothing_known_is_none() -> None:
    assert kind_of("") == "none"
    assert kind_of("3679", ()) == "none"
