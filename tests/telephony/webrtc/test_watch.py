"""When a leg is given up, in seconds of a clock that the test moves."""

import pytest

from telephony.ports import MEDIA_TIMEOUT, REMOTE_HANGUP
from telephony.webrtc.watch import CONNECT_S, NO_MEDIA, SILENCE_S, MediaWatch


def test_an_offer_that_never_connects_is_given_up() -> None:
    watch = MediaWatch(100.0)
    assert watch.verdict(100 + CONNECT_S) is None
    assert watch.verdict(100.1 + CONNECT_S) == NO_MEDIA


def test_silence_of_the_network_ends_the_leg_within_five_seconds() -> None:
    watch = MediaWatch(0.0)
    watch.connected(1.0)
    for tenth in range(100):
        watch.heard(1 + tenth / 10)
    assert watch.verdict(10.9 + SILENCE_S) is None
    assert watch.verdict(11.0 + SILENCE_S) == MEDIA_TIMEOUT
    assert SILENCE_S <= 4.5


def test_a_page_that_closed_has_hung_up_unless_it_comes_back() -> None:
    watch = MediaWatch(0.0)
    watch.connected(0.0)
    watch.left()
    assert watch.verdict(SILENCE_S) is None, "it may be a reload"
    assert watch.verdict(SILENCE_S + 0.1) == REMOTE_HANGUP
    watch.offered(3.0)
    watch.connected(3.5)
    assert watch.verdict(3.5 + SILENCE_S) is None
    assert watch.verdict(3.6 + SILENCE_S) == MEDIA_TIMEOUT


@pytest.mark.parametrize("asleep", [60.0, 86_400.0])
def test_a_machine_that_slept_ends_it(asleep: float) -> None:
    watch = MediaWatch(0.0)
    watch.connected(0.0)
    assert watch.verdict(asleep) == MEDIA_TIMEOUT
