"""Who is dead: counters that stand still while they can be read."""

from __future__ import annotations

from voice.floor.lease import BEAT_S, DEAD_AFTER_S, Leases


def look_on(leases: Leases, since: float, until: float, *, b_beats: bool) -> set[str]:
    """Look twice a second while ``a`` beats, and ``b`` perhaps; returns who is dead at the end."""
    dead: set[str] = set()
    for step in range(int(since * 2), int(until * 2) + 1):
        beat = str(int(step / 2 / BEAT_S))
        dead = leases.look({"a": beat, "b": beat if b_beats else "7"}, {"c"}, step / 2)
    return dead


def test_a_counter_that_stands_still_is_a_dead_process_and_one_that_never_counted_too() -> None:
    leases = Leases()
    assert look_on(leases, 10, 10 + DEAD_AFTER_S, b_beats=False) == set()
    assert look_on(leases, 14, 14.5, b_beats=False) == {"b", "c"}


def test_after_a_time_without_looks_everybody_has_time_to_be_seen_again() -> None:
    leases = Leases()
    assert look_on(leases, 10, 20, b_beats=True) == {"c"}
    # Redis was away for a quarter of a minute; b has not found out yet that it is back.
    assert leases.look({"a": "36", "b": "20"}, {"c"}, 36.0) == set()
    assert look_on(leases, 36.5, 39, b_beats=True) == set()
    assert look_on(leases, 39.5, 44, b_beats=False) == {"b", "c"}
