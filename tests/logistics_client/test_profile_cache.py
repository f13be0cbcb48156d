from __future__ import annotations

from logistics_client.profile_cache import RecentCache


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_fresh_then_kept_then_forgotten() -> None:
    seconds = Seconds()
    cache: RecentCache[str] = RecentCache(30, 3600, monotonic=seconds)
    cache.put("a", "value")
    seconds.now = 30
    assert cache.fresh("a") == "value"
    seconds.now = 31
    assert (cache.fresh("a"), cache.kept("a")) == (None, "value")
    seconds.now = 3601
    assert cache.kept("a") is None


def test_the_least_recently_used_goes_first() -> None:
    cache: RecentCache[int] = RecentCache(30, 30, size=2, monotonic=Seconds())
    for key, value in (("a", 1), ("b", 2)):
        cache.put(key, value)
    cache.fresh("a")
    cache.put("c", 3)
    assert [cache.fresh(key) for key in "abc"] == [1, None, 3]


def test_a_dropped_value_is_gone() -> None:
    cache: RecentCache[int] = RecentCache(30, 30, monotonic=Seconds())
    cache.put("a", 1)
    cache.drop("a")
    cache.drop("b")
    assert cache.kept("a") is None
