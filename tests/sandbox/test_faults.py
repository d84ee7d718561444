import asyncio

import pytest
from cluster_calls import CONFIG_MAPS, config_map, play

from argosy.sandbox.errors import ApiError
from argosy.sandbox.faults import DroppedConnectionError, Fault


def once(fault, method="GET"):
    """The fault for the first request of a method."""
    left = [fault]
    return lambda request: left.pop() if left and request.method == method else None


@pytest.mark.parametrize("code", [409, 410, 429, 500, 503])
def test_an_answer_on_purpose_comes_in_place_of_the_real_one(code):
    async def story(calls):
        error = ApiError(code, "OnPurpose", "not today", retry_after=3)
        calls.cluster.faults = once(Fault(error=error), "POST")
        answer = await calls.ask("POST", CONFIG_MAPS, config_map("a"))
        assert (answer.status, answer.headers["retry-after"]) == (code, "3")
        assert (await calls.get(f"{CONFIG_MAPS}/a")).status == 404

    play(story)


def test_a_delay_takes_time():
    async def story(calls):
        calls.cluster.faults = once(Fault(delay=30))
        begun = asyncio.get_running_loop().time()
        assert (await calls.get(CONFIG_MAPS)).status == 200
        assert asyncio.get_running_loop().time() - begun == pytest.approx(30)

    play(story)


def test_a_dropped_request_was_not_carried_out():
    async def story(calls):
        calls.cluster.faults = once(Fault(drop=True), "POST")
        with pytest.raises(ConnectionResetError):
            await calls.ask("POST", CONFIG_MAPS, config_map("a"))
        assert (await calls.get(f"{CONFIG_MAPS}/a")).status == 404
        assert [entry.status for entry in calls.cluster.log] == [0, 404]

    play(story)


def test_a_dropped_answer_leaves_the_client_in_the_dark():
    async def story(calls):
        calls.cluster.faults = once(Fault(drop_answer=True), "POST")
        with pytest.raises(DroppedConnectionError):
            await calls.ask("POST", CONFIG_MAPS, config_map("a"))
        assert (await calls.get(f"{CONFIG_MAPS}/a")).status == 200

    play(story)


def test_a_watch_breaks_off_in_between():
    async def story(calls):
        calls.cluster.faults = once(Fault(end_stream_after=10))
        async with calls.watch(f"{CONFIG_MAPS}?watch=1") as events:
            await calls.config_map("a")
            assert (await anext(events))[0] == "ADDED"
            with pytest.raises(ConnectionResetError):
                await anext(events)
        assert list(calls.cluster.state.store.subscriptions()) == []

    play(story)
