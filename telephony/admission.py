"""Which inbound calls are taken: a cap on conversations, a block list asked through a hook, and drain."""

from collections.abc import Callable

from telephony.ports import CallInfo

AT_CAPACITY = "at_capacity"
BLOCKED = "blocked"
DRAINING = "draining"


class Admission:
    """Counts admitted inbound calls; every refusal reaches the caller as 486, the stack's only reject code.

    ``max_calls`` is the number of conversations at once. Keep it at half of the stack's leg cap where calls are
    bridged, so that a hand-over always finds a free leg. ``is_blocked`` decides by caller and called number.
    """

    def __init__(self, max_calls: int, is_blocked: Callable[[CallInfo], bool] | None = None) -> None:
        if max_calls < 1:
            raise ValueError("max_calls must be at least 1")
        self._max_calls = max_calls
        self._is_blocked = is_blocked
        self._live: set[str] = set()
        self._draining = False

    @property
    def live(self) -> int:
        """Calls admitted and not yet released."""
        return len(self._live)

    @property
    def draining(self) -> bool:
        """True once :meth:`drain` was called."""
        return self._draining

    def admit(self, info: CallInfo) -> str | None:
        """Take the call (``None``) or say why not: ``draining``, ``blocked`` or ``at_capacity``."""
        if self._draining:
            return DRAINING
        if self._is_blocked is not None and self._is_blocked(info):
            return BLOCKED
        if len(self._live) >= self._max_calls:
            return AT_CAPACITY
        self._live.add(info.call_id)
        return None

    def release(self, call_id: str) -> None:
        """The admitted call ended; unknown ids are ignored."""
        self._live.discard(call_id)

    def drain(self) -> None:
        """Refuse every further call; cannot be undone."""
        self._draining = True
