import asyncio

import pytest

from telephony.hub import BotLeg, Hub, Mode, MusicLeg, Role, Stance

from .fake_leg import RingLeg
from .sounds import constant, samples

CALLER, AGENT, BOT, MUSIC, WHISPER, CONSULT, SUPERVISOR = 1000, 2000, 300, 40, 5, 4000, 8000
LEVELS = {Role.CALLER: CALLER, Role.AGENT: AGENT, Role.CONSULT: CONSULT, Role.SUPERVISOR: SUPERVISOR}


class Call:
    """A hub with every kind of leg, each sounding at its own constant level, in virtual time."""

    def __init__(self, *people: Role, rate: int = 8000) -> None:
        self.hub = Hub(rate)
        self.legs = {role: RingLeg(rate) for role in people}
        for role, leg in self.legs.items():
            self.hub.attach(role, leg)
        self.bot, self.whisper = BotLeg(rate), BotLeg(rate)
        self.hub.attach_voice(Role.BOT, self.bot)
        self.hub.attach_voice(Role.WHISPER, self.whisper)

    def run(self, ticks: int = 1) -> None:
        for _ in range(ticks):
            for role, leg in self.legs.items():
                leg.arrived += constant(LEVELS[role], 1, leg.rate)
                leg.play()
            self.hub.tick()

    def hears(self, role: Role) -> int:
        """The level that reaches a person's ear now."""
        self.legs[role].heard.clear()
        self.run(4)
        return int(samples(bytes(self.legs[role].heard))[-1])


def test_every_mode_carries_exactly_its_rules_to_each_ear() -> None:
    call = Call(Role.CALLER, Role.AGENT, Role.CONSULT)
    call.hub.attach_music(MusicLeg(constant(MUSIC, 50), 8000))
    call.bot.write(constant(BOT, 2000))
    call.whisper.write(constant(WHISPER, 2000))
    heard = {}
    for mode in Mode:
        call.hub.set_mode(mode)
        heard[mode] = tuple(call.hears(role) for role in call.legs)
    assert heard == {
        Mode.BOT: (BOT, 0, 0),
        Mode.WAITING: (BOT, WHISPER, 0),
        Mode.BRIDGED: (AGENT + BOT, CALLER + BOT + WHISPER, 0),
        Mode.HELD: (BOT, WHISPER, 0),
        Mode.CONSULTING: (BOT, CONSULT + WHISPER, AGENT),
        Mode.CONFERENCE: (AGENT + CONSULT + BOT, CALLER + CONSULT + BOT + WHISPER, CALLER + AGENT + BOT),
    }


def test_music_rests_while_the_bot_speaks_and_comes_back() -> None:
    call = Call(Role.CALLER)
    call.hub.attach_music(MusicLeg(constant(MUSIC, 50), 8000))
    call.hub.set_mode(Mode.WAITING)
    assert call.hears(Role.CALLER) == MUSIC
    call.bot.write(constant(BOT, 10))
    assert call.hears(Role.CALLER) == BOT
    call.run(10)
    assert call.hears(Role.CALLER) == MUSIC


def test_a_supervisor_listens_whispers_and_joins() -> None:
    call = Call(Role.CALLER, Role.AGENT, Role.SUPERVISOR)
    call.hub.set_mode(Mode.BRIDGED, Stance.LISTEN)
    assert (call.hears(Role.CALLER), call.hears(Role.AGENT)) == (AGENT, CALLER)
    assert call.hears(Role.SUPERVISOR) == CALLER + AGENT
    call.hub.set_mode(Mode.BRIDGED, Stance.WHISPER)
    assert (call.hears(Role.CALLER), call.hears(Role.AGENT)) == (AGENT, CALLER + SUPERVISOR)
    call.hub.set_mode(Mode.BRIDGED, Stance.JOIN)
    assert (call.hears(Role.CALLER), call.hears(Role.AGENT)) == (AGENT + SUPERVISOR, CALLER + SUPERVISOR)


def test_what_queued_up_before_a_leg_joined_is_never_heard() -> None:
    hub, caller, agent = Hub(8000), RingLeg(), RingLeg()
    hub.attach(Role.CALLER, caller)
    agent.arrived += constant(AGENT, 30)
    agent.write(constant(9, 30))
    hub.attach(Role.AGENT, agent)
    assert not agent.arrived
    assert agent.queued() == 0
    hub.set_mode(Mode.BRIDGED)
    assert caller.flushes == 2  # at attach, and when a person came into its ear


def test_a_mode_change_does_not_cut_the_bots_sentence() -> None:
    call = Call(Role.CALLER)
    call.bot.write(constant(BOT, 50))
    call.run(5)
    flushes = call.legs[Role.CALLER].flushes
    call.hub.set_mode(Mode.WAITING)
    assert call.legs[Role.CALLER].flushes == flushes


def test_mute_silences_a_person_without_stopping_time() -> None:
    call = Call(Role.CALLER, Role.AGENT)
    call.hub.set_mode(Mode.BRIDGED)
    call.hub.mute(Role.AGENT)
    assert call.hears(Role.CALLER) == 0
    call.hub.mute(Role.AGENT, False)
    assert call.hears(Role.CALLER) == AGENT


def test_loud_people_together_saturate_and_do_not_wrap() -> None:
    call = Call(Role.CALLER, Role.AGENT, Role.CONSULT)
    call.hub.set_mode(Mode.CONFERENCE)
    call.bot.write(constant(32000, 100))
    assert call.hears(Role.CALLER) == 32767


def test_taps_get_one_frame_per_tick_whatever_arrives() -> None:
    hub, leg = Hub(8000), RingLeg()
    hub.attach(Role.CALLER, leg)
    seen: list[tuple[int, int, int]] = []
    stop = hub.subscribe("caller", lambda pcm, tick: seen.append((tick, len(pcm), int(samples(pcm)[-1]))))
    arrivals = [1, 0, 2, 0, 0, 5, 1]  # frames: loss, bursts, jitter
    for count in arrivals:
        leg.arrived += constant(CALLER, count)
        hub.tick()
    hub.tick(4)
    stop()
    hub.tick()
    assert [tick for tick, _, _ in seen] == list(range(len(arrivals) + 4))
    assert {size for _, size, _ in seen} == {320}
    assert sum(level == CALLER for _, _, level in seen) >= 8


def test_after_a_stall_taps_get_everything_and_the_listener_only_what_is_fresh() -> None:
    call = Call(Role.CALLER, Role.AGENT)
    call.hub.set_mode(Mode.BRIDGED)
    call.run(10)
    tapped: list[int] = []
    call.hub.subscribe("caller", lambda pcm, _tick: tapped.append(int(samples(pcm)[0])))
    caller, agent = call.legs[Role.CALLER], call.legs[Role.AGENT]
    caller.arrived += constant(CALLER, 25)
    agent.play(25)
    agent.heard.clear()
    call.hub.tick(25)
    assert tapped == [CALLER] * 25
    assert agent.queued() == 40 * 16
    for _ in range(20):
        call.run()
    assert agent.queued() <= 60 * 16


def test_the_bot_waits_for_an_ear_and_loses_nothing_in_a_stall() -> None:
    call = Call(Role.CALLER)
    caller = call.legs[Role.CALLER]
    call.bot.write(constant(BOT, 100))
    call.run(10)
    caller.play(50)
    call.hub.tick(50)
    call.run(150)
    heard = samples(bytes(caller.heard))
    assert (heard == BOT).sum() == 100 * 160


def test_the_bot_does_not_advance_without_a_caller() -> None:
    hub, bot = Hub(8000), BotLeg(8000)
    hub.attach_voice(Role.BOT, bot)
    bot.write(constant(BOT, 5))
    hub.tick(10)
    assert bot.queued_ms == 100


def test_flush_stops_the_voice_and_counts_what_was_really_heard() -> None:
    call = Call(Role.CALLER)
    caller = call.legs[Role.CALLER]
    call.bot.write(constant(BOT, 100))
    call.run(20)
    unheard = call.bot.flush()
    call.run(5)
    really = int((samples(bytes(caller.heard)) == BOT).sum())
    assert call.bot.heard_samples == really
    assert really + unheard == 100 * 160
    assert not call.bot.speaking
    assert call.hears(Role.CALLER) == 0


def test_flush_spares_a_person_in_the_same_ear() -> None:
    call = Call(Role.CALLER, Role.AGENT)
    call.hub.set_mode(Mode.BRIDGED)
    call.run(10)
    before = call.legs[Role.CALLER].flushes
    call.bot.write(constant(BOT, 10))
    call.run(3)
    call.bot.flush()
    assert call.legs[Role.CALLER].flushes == before


def test_speaking_ends_when_the_last_sample_left_the_ring() -> None:
    call = Call(Role.CALLER)
    call.bot.write(constant(BOT, 3))
    states = []
    for _ in range(7):
        states.append((call.bot.queued_ms > 0, call.bot.speaking))
        call.run()
    assert (False, True) in states
    assert states[-1] == (False, False)
    assert call.bot.heard_samples == 3 * 160


def test_a_last_short_frame_is_heard_in_full() -> None:
    call = Call(Role.CALLER)
    call.bot.write(constant(BOT, 1)[:100])
    call.run(6)
    assert call.bot.heard_samples == 50


async def test_writers_are_paced_by_the_hub_and_freed_at_its_end() -> None:
    call = Call(Role.CALLER)
    call.bot.write(constant(BOT, 10))
    waiting = asyncio.create_task(call.bot.wait_below(100))
    await asyncio.sleep(0)
    call.run(4)
    await asyncio.sleep(0)
    assert not waiting.done()
    call.run(2)
    await asyncio.wait_for(waiting, 1)
    blocked = asyncio.create_task(call.bot.wait_below(0))
    await asyncio.sleep(0)
    call.hub.close()
    await asyncio.wait_for(blocked, 1)


def test_the_voice_is_bounded() -> None:
    bot = BotLeg(8000)
    assert bot.write(bytes(16000 * 59)) == 16000 * 59
    assert bot.write(bytes(16000 * 2)) == 16000


def test_a_wideband_caller_and_a_narrowband_agent_hear_each_other() -> None:
    hub, caller, agent = Hub(16000), RingLeg(16000), RingLeg(8000)
    hub.attach(Role.CALLER, caller)
    hub.attach(Role.AGENT, agent)
    hub.set_mode(Mode.BRIDGED)
    for _ in range(100):
        caller.arrived += constant(CALLER, 1, 16000)
        agent.arrived += constant(AGENT, 1, 8000)
        caller.play()
        agent.play()
        hub.tick()
    assert abs(int(samples(bytes(agent.heard))[-1]) - CALLER) < 20
    assert abs(int(samples(bytes(caller.heard))[-1]) - AGENT) < 20
    assert len(agent.heard) == 100 * 320
    assert len(caller.heard) == 100 * 640


def test_a_rate_change_in_mid_call_is_followed() -> None:
    call = Call(Role.CALLER, Role.AGENT)
    call.hub.set_mode(Mode.BRIDGED)
    call.run(10)
    call.legs[Role.CALLER].rate = 16000
    call.run(50)
    assert abs(call.hears(Role.AGENT) - CALLER) < 20


@pytest.mark.parametrize("role", [Role.BOT, Role.MUSIC, Role.WHISPER])
def test_voices_are_not_attached_as_people(role: Role) -> None:
    with pytest.raises(ValueError, match="memory"):
        Hub(8000).attach(role, RingLeg())


def test_a_voice_at_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="16000 Hz"):
        Hub(8000).attach_voice(Role.BOT, BotLeg(16000))


def test_a_pause_falls_silent_within_a_frame_and_nothing_is_lost_or_said_twice() -> None:
    call = Call(Role.CALLER)
    caller = call.legs[Role.CALLER]
    ramp = b"".join(constant(level, 1) for level in range(100, 150))
    call.bot.write(ramp)
    call.run(20)
    call.bot.pause()
    before = call.bot.heard_samples
    caller.heard.clear()
    call.run(10)
    assert not samples(bytes(caller.heard)).any()
    assert call.bot.heard_samples == before
    call.bot.resume()
    call.run(60)
    rest = samples(bytes(caller.heard))
    levels = list(dict.fromkeys(int(level) for level in rest if level))
    assert levels == list(range(100 + before // 160, 150))
    assert call.bot.heard_samples == 50 * 160
