"""How often a waiting caller hears of the queue."""

from __future__ import annotations

from voice.floor.line import Standing
from voice.floor.queue_told import TELL_EVERY_S, QueueTold


def test_the_first_standing_is_told_at_once_and_a_change_after_twenty_seconds() -> None:
    told: list[Standing] = []
    queue = QueueTold(told.append)
    third, second, first = Standing(3, 60), Standing(2, 40), Standing(1, None)
    queue.tell(third, 0.0)
    queue.tell(second, 5.0)
    queue.again(TELL_EVERY_S - 0.1)
    assert told == [third]
    queue.tell(first, TELL_EVERY_S)
    assert told == [third, first]  # the newest counts
    queue.again(10 * TELL_EVERY_S)
    assert told == [third, first]  # what did not change is no news


def test_after_an_attempt_that_failed_the_standing_is_news_again() -> None:
    told: list[Standing] = []
    queue = QueueTold(told.append)
    queue.tell(Standing(1, 10), 0.0)
    queue.forget()
    queue.tell(Standing(1, 10), 1.0)
    assert len(told) == 2
