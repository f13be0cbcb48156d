"""When a leg is given up, in seconds of a clock that the test moves."""

import pytest

from telephony.ports import MEDIA_TIMEOUT, REMOTE_HANGUP
from telephony.webrtc.watch import CONNECT_S, NO_MEDIA, SILENCE_S, MediaWatch

LOOK_S = 0.25


def verdict_at(watch: MediaWatch, start: float, end: float) -> str | None:
    """Look four times a second from ``start`` to ``end``, as a call does; the last answer."""
    answer = None
    for look in range(int((end - start) / LOOK_S) + 1):
        answer = watch.verdict(start + look * LOOK_S)
    return answer


def test_an_offer_that_never_connects_is_given_up() -> None:
    watch = MediaWatch(100.0)
    assert verdict_at(watch, 100, 100 + CONNECT_S) is None
    assert watch.verdict(100.1 + CONNECT_S) == NO_MEDIA


def test_silence_of_the_network_ends_the_leg_within_five_seconds() -> None:
    watch = MediaWatch(0.0)
    watch.connected(0.0)
    for tenth in range(100):
        watch.heard(tenth / 10)
        assert watch.verdict(tenth / 10) is None
    assert verdict_at(watch, 10.0, 9.9 + SILENCE_S) is None
    assert watch.verdict(10.0 + SILENCE_S) == MEDIA_TIMEOUT
    assert SILENCE_S <= 4.5


def test_a_page_that_closed_has_hung_up_unless_it_comes_back() -> None:
    watch = MediaWatch(0.0)
    watch.connected(0.0)
    watch.left()
    assert verdict_at(watch, 0.0, SILENCE_S) is None, "it may be a reload"
    assert watch.verdict(SILENCE_S + 0.1) == REMOTE_HANGUP
    watch.offered(4.2)
    watch.connected(4.5)
    assert verdict_at(watch, 4.5, 4.5 + SILENCE_S) is None
    assert watch.verdict(4.6 + SILENCE_S) == MEDIA_TIMEOUT


@pytest.mark.parametrize("asleep", [6.0, 86_400.0])
def test_after_our_own_sleep_a_page_has_its_time_again(asleep: float) -> None:
    watch = MediaWatch(0.0)
    watch.connected(0.0)
    verdict_at(watch, 0.0, 2.0)
    woken = 2.0 + asleep
    assert verdict_at(watch, woken, woken + 1.5) is None
    assert verdict_at(watch, woken + 1.75, woken + 2.25) == MEDIA_TIMEOUT
