"""A leg that is paced by the hub's own tick: one frame out per tick, nothing kept ahead, more reserve inwards."""

from telephony.hub import Hub, Role
from telephony.hub.tuning import HubTuning
from telephony.webrtc.call import TUNING
from tests.telephony.fake_leg import RingLeg
from tests.telephony.sounds import constant


class BrowserLeg(RingLeg):
    """Its ring is empty again at every tick, as a browser's is."""

    tuning: HubTuning = TUNING


def test_every_tick_sends_one_frame_and_no_padding() -> None:
    hub, leg = Hub(8000), BrowserLeg()
    hub.attach(Role.CALLER, leg)
    for _ in range(200):
        hub.tick()
        assert len(leg.ring) == 320
        leg.ring.clear()


def test_after_a_stall_only_the_newest_frame_is_sent() -> None:
    hub, leg = Hub(8000), BrowserLeg()
    hub.attach(Role.CALLER, leg)
    hub.tick(10)
    assert len(leg.ring) == 320


def test_a_page_that_is_away_does_not_collect_what_it_misses() -> None:
    hub, leg = Hub(8000), BrowserLeg()
    hub.attach(Role.CALLER, leg)
    for _ in range(100):
        hub.tick()
    assert len(leg.ring) <= TUNING.ahead_limit_ms * 16 + 320


def test_packets_without_a_jitter_buffer_are_primed_with_forty_milliseconds() -> None:
    hub, leg, telephone = Hub(8000), BrowserLeg(), RingLeg()
    heard: list[bytes] = []
    hub.attach(Role.CALLER, leg)
    hub.attach(Role.AGENT, telephone)
    hub.subscribe("caller", lambda pcm, _tick: heard.append(pcm))
    leg.arrived += constant(500, 1)
    telephone.arrived += constant(500, 1)
    hub.tick()
    assert heard[-1] == bytes(320), "one frame is not enough to begin with"
    leg.arrived += constant(500, 1)
    hub.tick()
    assert heard[-1] == constant(500, 1)
