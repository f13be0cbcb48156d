"""RTP ports of calls that just ended are kept from the next call while their old peer may still send.

The stack gives a new leg any free port of its range and takes RTP from every source. A packet of another stream (SSRC)
empties its jitter buffer, so one stray stream mutes a leg for as long as it lasts: measured, 2 frames of 100 came out.
A telephone sends until our BYE reaches it, up to 32 s after its first try (timer F of RFC 3261 section 17.1.2.2), and
longer after a crash. Whoever holds the port with a socket of his own keeps the stack away from it.
"""

import contextlib
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path

HOLD_S = 32.0
"""Timer F of RFC 3261: after that nobody repeats a BYE any more."""

ListPorts = Callable[[], frozenset[int]]


class PortQuarantine:
    """Watches which even ports of ``ports`` are bound, and binds those that were set free, for :data:`HOLD_S`.

    At most half of the range is held, and never a port that ``legs`` calls may need; the oldest goes first. ``bound``
    lists the UDP ports in use on this machine; where that cannot be known (no Linux) it lists none and nothing is held.
    """

    def __init__(
        self, host: str, ports: tuple[int, int], legs: int, now: Callable[[], float], bound: ListPorts
    ) -> None:
        self._host, self._now, self._bound = host, now, bound
        self._range = range(ports[0] + ports[0] % 2, ports[1] + 1, 2)
        self._most = max(0, min(len(self._range) // 2, len(self._range) - legs))
        self._in_use: frozenset[int] = frozenset()
        self._held: deque[tuple[float, int, socket.socket]] = deque()
        self.strays = 0

    @property
    def held(self) -> frozenset[int]:
        """Ports that are kept from the stack now."""
        return frozenset(port for _, port, _ in self._held)

    def look(self) -> None:
        """Ask what is bound; call it when a leg came up and when one has ended."""
        self._release()
        ours = self.held
        in_use = frozenset(port for port in self._bound() if port in self._range and port not in ours)
        for port in sorted(self._in_use - in_use):
            self._hold(port)
        self._in_use = in_use
        while len(self._held) > self._most:
            self._let_go()

    def close(self) -> None:
        """Let all ports go."""
        while self._held:
            self._let_go()

    def _hold(self, port: int) -> None:
        guard = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            guard.bind((self._host, port))
        except OSError:  # the next call was faster
            guard.close()
            return
        guard.setblocking(False)
        self._held.append((self._now() + HOLD_S, port, guard))

    def _release(self) -> None:
        while self._held and self._held[0][0] <= self._now():
            self._let_go()

    def _let_go(self) -> None:
        _, _, guard = self._held.popleft()
        with contextlib.suppress(BlockingIOError):
            guard.recv(1)
            self.strays += 1
        guard.close()


def bound_udp_ports() -> frozenset[int]:
    """UDP ports in use on this machine, of both address families; none where the system does not tell."""
    found = set()
    for table in ("/proc/self/net/udp", "/proc/self/net/udp6"):
        try:
            lines = Path(table).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        found |= {int(line.split()[1].rpartition(":")[2], 16) for line in lines}
    return frozenset(found)
