from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from asr.engine import Engine, Limits, Scheduler, Stream
from asr.ports import Transcript
from tests.asr.backends import CountingBackend, sound

LIMITS = Limits(max_batch=4, window_s=0.015, max_waiting_s=1.0, late_s=0.3)
CHUNK = sound(100)


def scheduler(limits: Limits = LIMITS) -> Scheduler:
    return Scheduler(CountingBackend(), limits)


def stream(work: Scheduler) -> Stream:
    return work.open(8000, lambda _: None)


def test_less_than_a_chunk_waits_for_more() -> None:
    work = scheduler()
    work.feed(stream(work), sound(99), now=0.0)
    assert work.wait(0.0) is None and work.take() == []


def test_a_chunk_waits_a_few_milliseconds_for_company() -> None:
    work = scheduler()
    work.feed(stream(work), CHUNK, now=1.0)
    work.feed(stream(work), CHUNK, now=1.010)
    assert work.wait(1.010) == pytest.approx(0.005)
    assert work.wait(1.015) == 0.0
    assert len(work.take()) == 2


def test_a_full_batch_waits_for_nobody() -> None:
    work = scheduler()
    for _ in range(6):
        work.feed(stream(work), CHUNK, now=1.0)
    assert work.wait(1.0) == 0.0
    assert [len(work.take()), len(work.take())] == [4, 2]


def test_an_end_of_utterance_overtakes_and_starts_a_batch_at_once() -> None:
    work = scheduler()
    for _ in range(4):
        work.feed(stream(work), CHUNK, now=1.0)
    last = stream(work)
    work.finish(last, now=1.001)
    assert work.wait(1.001) == 0.0
    jobs = work.take()
    assert jobs[0].stream is last and jobs[0].step.last and jobs[0].step.pcm == b""


def test_a_batch_with_an_end_of_utterance_stays_small() -> None:
    work = scheduler(replace(LIMITS, max_batch=16, urgent_batch=3))
    for _ in range(8):
        work.feed(stream(work), CHUNK, now=1.0)
    for _ in range(2):
        work.finish(stream(work), now=1.0)
    assert [job.step.last for job in work.take()] == [True, True, False]
    assert len(work.take()) == 7


def test_a_stream_is_in_one_batch_at_a_time_and_its_sound_stays_in_order() -> None:
    work = scheduler()
    caller = stream(work)
    work.feed(caller, sound(100, first=1) + sound(100, first=2) + sound(50, first=3), now=0.0)
    work.finish(caller, now=0.0)
    seen = []
    for _ in range(3):
        (job,) = work.take()
        assert work.take() == []
        seen.append((job.step.pcm[0], len(job.step.pcm), job.step.last))
        work.done([job], now=0.1)
    assert seen == [(1, 1600, False), (2, 1600, False), (3, 800, True)]
    assert work.take() == [] and work.counters.utterances == 1


def test_the_next_utterance_queues_behind_the_running_one() -> None:
    work = scheduler()
    caller = stream(work)
    work.feed(caller, sound(30), now=0.0)
    work.finish(caller, now=0.0)
    work.feed(caller, sound(40), now=0.0)
    work.finish(caller, now=0.0)
    (first,) = work.take()
    work.done([first], now=0.1)
    (second,) = work.take()
    assert (len(first.step.pcm), len(second.step.pcm)) == (480, 640)
    assert first.step.utterance is not second.step.utterance
    assert second.step.utterance.start_ms == 30


def test_a_backlog_is_bounded_and_what_is_dropped_is_counted_as_time() -> None:
    work = scheduler()
    caller = stream(work)
    for _ in range(13):
        work.feed(caller, CHUNK, now=0.0)
    assert caller.waiting == 16_000
    assert work.counters.dropped_ms == pytest.approx(300.0)
    assert caller.position_ms == pytest.approx(1300.0)


def test_late_chunks_are_counted() -> None:
    work = scheduler()
    early, late = stream(work), stream(work)
    work.feed(late, CHUNK, now=0.0)
    work.feed(early, CHUNK, now=0.2)
    work.done(work.take(), now=0.4)
    assert work.counters.late == 1
    assert work.counters.longest_wait_ms == pytest.approx(400.0)


def test_a_stream_abandoned_in_mid_utterance_is_freed() -> None:
    work = scheduler()
    caller = stream(work)
    work.feed(caller, CHUNK * 3, now=0.0)
    jobs = work.take()
    work.close(caller)
    work.close(caller)
    work.done(jobs, now=0.1)
    assert work.wait(1.0) in (0.0, None) and work.take() == []
    assert work.counters.streams == 0 and not caller.segments


def test_utterance_times_count_all_sound_of_the_stream_before() -> None:
    work = scheduler()
    caller = work.open(8000, lambda _: None, position_ms=5000.0)
    work.feed(caller, sound(60), now=0.0)
    work.finish(caller, now=0.0)
    (job,) = work.take()
    assert job.step.utterance.start_ms == 5000


async def heard(engine: Engine, feeds: list[bytes]) -> list[Transcript]:
    got: list[Transcript] = []
    final = asyncio.Event()

    def deliver(transcript: Transcript) -> None:
        got.append(transcript)
        if transcript.final:
            final.set()

    caller = engine.open(8000, deliver)
    for pcm in feeds:
        engine.feed(caller, pcm)
    engine.finish(caller)
    async with asyncio.timeout(5):
        await final.wait()
    engine.close(caller)
    return got


async def test_interim_texts_then_exactly_one_final() -> None:
    engine = Engine(CountingBackend())
    got = await heard(engine, [sound(100), sound(100), sound(20)])
    assert [item.final for item in got] == [False, False, True]
    assert got[-1].tokens[-1].end_ms == 220
    assert all(item.late_ms >= 0.0 for item in got)
    await engine.stop()


async def test_an_empty_utterance_has_its_final_too() -> None:
    engine = Engine(CountingBackend())
    (final,) = await heard(engine, [])
    assert final == replace(Transcript("", (), final=True), late_ms=final.late_ms)
    await engine.stop()


async def test_a_batch_that_fails_ends_as_lost_and_the_next_one_is_heard() -> None:
    engine = Engine(CountingBackend(fail_on=66))
    (lost,) = await heard(engine, [sound(20, first=66)])
    assert lost.final and lost.lost and lost.text == ""
    (good,) = await heard(engine, [sound(20)])
    assert good.text == "320" and not good.lost
    assert engine.stats()["failed"] == 1
    await engine.stop()


async def test_nothing_is_delivered_after_close() -> None:
    engine = Engine(CountingBackend())
    got: list[Transcript] = []
    caller = engine.open(8000, got.append)
    engine.feed(caller, sound(300))
    engine.close(caller)
    await heard(engine, [sound(100)])
    assert got == []
    await engine.stop()


def test_the_steps_of_a_long_utterance_grow_and_its_end_waits_for_none() -> None:
    work = scheduler(replace(LIMITS, max_waiting_s=10.0))
    caller = stream(work)
    work.feed(caller, sound(850), now=0.0)
    sizes = []
    while jobs := work.take():
        sizes.append(len(jobs[0].step.pcm))
        work.done(jobs, now=0.0)
    assert sizes == [1600, 1600, 1600, 3200, 3200]
    work.finish(caller, now=0.1)
    (job,) = work.take()
    assert (len(job.step.pcm), job.step.last) == (2400, True)
    work.done([job], now=0.1)
    work.feed(caller, CHUNK, now=0.2)
    (job,) = work.take()
    assert len(job.step.pcm) == 1600
