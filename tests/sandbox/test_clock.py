import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from argosy.sandbox.clock import START_OF_TIME, LoopClock, rfc3339, rfc3339_micro, run_virtual


def test_an_hour_passes_in_no_time():
    async def story():
        loop = asyncio.get_running_loop()
        await asyncio.sleep(3600)
        return loop.time()

    begun = time.perf_counter()
    assert run_virtual(story()) == pytest.approx(3600)
    assert time.perf_counter() - begun < 1


def test_timers_fire_in_their_order_and_at_their_time():
    async def story():
        loop = asyncio.get_running_loop()
        seen = []

        async def sleeper(seconds):
            await asyncio.sleep(seconds)
            seen.append((seconds, loop.time()))

        await asyncio.gather(*(sleeper(seconds) for seconds in (5, 1, 60, 3)))
        return seen

    seen = run_virtual(story())
    assert [seconds for seconds, _ in seen] == [1, 3, 5, 60]
    assert all(at == pytest.approx(seconds) for seconds, at in seen)


def test_time_stands_still_while_a_thread_works():
    async def story():
        loop = asyncio.get_running_loop()
        alarm = loop.create_task(asyncio.sleep(1000))
        await asyncio.to_thread(time.sleep, 0.05)
        assert not alarm.done()
        alarm.cancel()
        return loop.time()

    assert run_virtual(story()) == 0


def test_a_wait_for_nothing_ends_by_its_own_deadline():
    async def story():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 90)
        return asyncio.get_running_loop().time()

    assert run_virtual(story()) == pytest.approx(90)


def test_the_clock_of_a_cluster_follows_the_loop():
    clock = LoopClock(datetime(2030, 5, 1, tzinfo=UTC))
    assert clock.now() == datetime(2030, 5, 1, tzinfo=UTC)

    async def story():
        before = clock.now()
        await asyncio.sleep(90)
        return clock.now() - before

    assert run_virtual(story()) == timedelta(seconds=90)
    assert rfc3339(clock.now()) == "2030-05-01T00:01:30Z"


def test_timestamps_are_written_as_the_api_writes_them():
    instant = START_OF_TIME + timedelta(seconds=1.5)
    assert rfc3339(instant) == "2026-01-01T00:00:01Z"
    assert rfc3339_micro(instant) == "2026-01-01T00:00:01.500000Z"
