"""A leg without sound: who is excused, who is given up, and after how long."""

import pytest

from telephony.sip.watch import CHECK_S, SILENT_AFTER_S, SoundWatch, Verdict


def play(watch: SoundWatch, start: float, seconds: float, *, frames_per_s: float = 50.0) -> float:
    """Sound at this pace, looked at as often as a call looks; returns the end."""
    steps = round(seconds / CHECK_S)
    for step in range(1, steps + 1):
        now = start + step * CHECK_S
        if frames_per_s:
            watch.read(now, round(frames_per_s * CHECK_S))
        watch.verdict(now)
    return start + steps * CHECK_S


def test_sound_is_sound() -> None:
    watch = SoundWatch(0.0, 6.0)
    assert watch.verdict(play(watch, 0.0, 60.0)) is Verdict.SOUND


def test_a_line_that_falls_silent_is_noted_after_a_second_and_given_up_after_six() -> None:
    watch = SoundWatch(0.0, 6.0)
    end = play(watch, 0.0, 10.0)
    assert watch.verdict(end + SILENT_AFTER_S - 0.01) is Verdict.SOUND
    found = [watch.verdict(end + step * CHECK_S) for step in range(4, 24)]
    assert set(found) == {Verdict.SILENT}
    assert watch.verdict(end + 6.0) is Verdict.GONE


@pytest.mark.parametrize("frames_per_s", [0.0, 4.0])
def test_a_leg_that_never_sounds_or_only_trickles_is_gone(frames_per_s: float) -> None:
    watch = SoundWatch(0.0, 6.0)
    assert watch.verdict(play(watch, 0.0, 6.0, frames_per_s=frames_per_s)) is Verdict.GONE


def test_a_telephone_that_suppresses_silence_is_known_by_its_reports() -> None:
    watch = SoundWatch(0.0, 6.0)
    now = play(watch, 0.0, 5.0)
    for packets in (250, 255, 260, 262):  # some comfort noise
        watch.reported(now, packets)
        now = play(watch, now, 5.0, frames_per_s=0)
        assert watch.verdict(now) is Verdict.SILENT
    assert watch.verdict(play(watch, now, 12.0, frames_per_s=0)) is Verdict.GONE


def test_packets_that_arrive_without_sound_are_a_mute_leg() -> None:
    watch = SoundWatch(0.0, 6.0)
    now = play(watch, 0.0, 5.0)
    watch.reported(now, 250)
    now = play(watch, now, 5.0, frames_per_s=1)
    watch.reported(now, 500)
    assert watch.verdict(play(watch, now, 1.0, frames_per_s=1)) is Verdict.MUTE


def test_a_hold_and_a_stall_of_our_own_are_nobodys_fault() -> None:
    watch = SoundWatch(0.0, 6.0)
    end = play(watch, 0.0, 5.0)
    for step in range(1, 100):
        watch.excused(end + step * CHECK_S)
        assert watch.verdict(end + step * CHECK_S) is Verdict.SOUND
    woken = end + 100 * CHECK_S + 30.0  # the process slept
    assert watch.verdict(woken) in (Verdict.SOUND, Verdict.SILENT)
    assert watch.verdict(play(watch, woken, 2.0)) is Verdict.SOUND


def test_nobody_is_given_up_when_it_is_switched_off() -> None:
    watch = SoundWatch(0.0, 0.0)
    assert watch.verdict(play(watch, 0.0, 600.0, frames_per_s=0)) is Verdict.SILENT
