"""RTP ports of calls that ended are held until their peers have surely fallen silent."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from telephony.sip.quarantine import HOLD_S, PortQuarantine, bound_udp_ports

HOST = "127.0.0.1"


@dataclass
class Machine:
    """The time, and what is bound besides what the quarantine itself holds."""

    now: float = 0.0
    ports: set[int] = field(default_factory=set)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def free() -> int:
    """An even port that is free now, like the seven after it."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((HOST, 0))
            port = int(probe.getsockname()[1])
        if port % 2 == 0 and port < 65000 and not bound_udp_ports() & set(range(port, port + 8)):
            return port


@pytest.fixture
def quarantine(machine: Machine, free: int) -> Iterator[PortQuarantine]:
    made = PortQuarantine(HOST, (free, free + 7), 1, lambda: machine.now, lambda: frozenset(machine.ports))
    yield made
    made.close()


def test_a_port_set_free_is_held_for_thirty_two_seconds(
    quarantine: PortQuarantine, machine: Machine, free: int
) -> None:
    machine.ports = {free, free + 1}
    quarantine.look()
    assert not quarantine.held
    machine.ports = set()
    quarantine.look()
    assert quarantine.held == {free}
    assert free in bound_udp_ports()
    machine.now = HOLD_S - 0.1
    quarantine.look()
    assert quarantine.held == {free}
    machine.now = HOLD_S
    quarantine.look()
    assert not quarantine.held and free not in bound_udp_ports()


def test_who_still_sends_is_counted(quarantine: PortQuarantine, machine: Machine, free: int) -> None:
    machine.ports = {free}
    quarantine.look()
    machine.ports = set()
    quarantine.look()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.sendto(b"late", (HOST, free))
    machine.now = HOLD_S
    quarantine.look()
    assert quarantine.strays == 1


def test_at_most_half_of_the_range_is_held(quarantine: PortQuarantine, machine: Machine, free: int) -> None:
    machine.ports = {free, free + 2, free + 4, free + 6}
    quarantine.look()
    machine.ports = set()
    quarantine.look()
    assert len(quarantine.held) <= 2


@pytest.mark.parametrize(("legs", "held"), [(2, 2), (3, 1), (4, 0), (9, 0)])
def test_what_calls_may_need_is_never_held(machine: Machine, free: int, legs: int, held: int) -> None:
    quarantine = PortQuarantine(HOST, (free, free + 7), legs, lambda: machine.now, lambda: frozenset(machine.ports))
    machine.ports = {free, free + 2, free + 4, free + 6}
    quarantine.look()
    machine.ports = set()
    quarantine.look()
    assert len(quarantine.held) == held
    quarantine.close()


def test_a_port_that_the_next_call_took_already_is_left_to_it(
    quarantine: PortQuarantine, machine: Machine, free: int
) -> None:
    machine.ports = {free}
    quarantine.look()
    machine.ports = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as call:
        call.bind((HOST, free))
        quarantine.look()
        assert not quarantine.held
