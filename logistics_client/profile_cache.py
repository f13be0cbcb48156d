"""What was known about a number a moment ago: answers at once, and still answers when the carrier is away."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class RecentCache(Generic[T]):
    """Bounded cache with an age; what is too old to be fresh may still be better than nothing.

    Args:
        fresh_s: seconds during which a value is as good as asked now.
        keep_s: seconds after which it is forgotten.
        size: most values kept; the least recently used goes first.
        monotonic: seconds that never go back.
    """

    def __init__(
        self, fresh_s: float, keep_s: float, size: int = 10_000, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._fresh_s = fresh_s
        self._keep_s = keep_s
        self._size = size
        self._monotonic = monotonic
        self._values: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def put(self, key: str, value: T) -> None:
        """Remember a value that was just read."""
        self._values[key] = (self._monotonic(), value)
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)

    def fresh(self, key: str) -> T | None:
        """Return a value that is as good as new."""
        return self._within(key, self._fresh_s)

    def kept(self, key: str) -> T | None:
        """Return a value however old, within what is kept at all."""
        return self._within(key, self._keep_s)

    def drop(self, key: str) -> None:
        """Forget a value."""
        self._values.pop(key, None)

    def _within(self, key: str, age: float) -> T | None:
        found = self._values.get(key)
        if found is None or self._monotonic() - found[0] > age:
            return None
        self._values.move_to_end(key)
        return found[1]
