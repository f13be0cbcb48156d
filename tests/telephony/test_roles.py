from telephony.hub.roles import PEOPLE, Mode, Role, Stance, hearing


def test_a_whisper_reaches_the_agent_and_nobody_else() -> None:
    for mode in Mode:
        for role, sources in hearing(mode).items():
            assert Role.WHISPER not in sources or role is Role.AGENT


def test_nobody_hears_himself() -> None:
    for mode in Mode:
        for stance in Stance:
            assert all(role not in sources for role, sources in hearing(mode, stance).items())


def test_the_caller_hears_something_in_every_mode() -> None:
    assert all(hearing(mode)[Role.CALLER] for mode in Mode)


def test_music_and_people_are_never_mixed_for_the_caller() -> None:
    for mode in Mode:
        for stance in Stance:
            sources = hearing(mode, stance)[Role.CALLER]
            assert Role.MUSIC not in sources or not sources & PEOPLE


def test_a_caller_on_hold_hears_neither_agent_nor_consultant() -> None:
    for mode in (Mode.WAITING, Mode.HELD, Mode.CONSULTING):
        assert not hearing(mode)[Role.CALLER] & PEOPLE


def test_the_supervisor_is_heard_as_far_as_he_steps_in() -> None:
    def listeners(stance: Stance) -> set[Role]:
        return {role for role, sources in hearing(Mode.BRIDGED, stance).items() if Role.SUPERVISOR in sources}

    assert listeners(Stance.LISTEN) == set()
    assert listeners(Stance.WHISPER) == {Role.AGENT}
    assert {Role.CALLER, Role.AGENT} <= listeners(Stance.JOIN)
    assert {Role.CALLER, Role.AGENT} <= hearing(Mode.BRIDGED)[Role.SUPERVISOR]
