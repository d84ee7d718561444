"""Where nothing happens, nothing is asked: the watches tell."""

import asyncio


def test_a_minute_of_rest_makes_no_call(world, make):
    async def story(stage):
        stage.repository.commit({"app/all.yaml": make.config_map("settings")})
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller(poll=10.0) as controller:
            await stage.settled("shop")
            await stage.quiet(controller)
            before = len(stage.calls)
            await asyncio.sleep(60)
            assert stage.calls[before:] == []

    world.run(story)
