"""Where nothing happens, nothing is asked: the watches tell. The servers' own logs are the witness."""

import asyncio


def of_ours(stage):
    """What each server was asked by us so far, watches aside."""
    return {
        name: [item for item in stage.servers.log(name) if item.is_ours and not item.is_watch]
        for name in ("management", "production")
    }


def test_a_minute_of_rest_is_watches_and_one_renewal_of_the_lease(world, make):
    async def story(stage):
        production = await stage.reachable_production()
        files = {"app/all.yaml": make.config_map("settings"), "app/shop.yaml": make.deployment("shop")}
        chart = {"chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n"}
        value = "{{ .Capabilities.KubeVersion.Version }}"
        chart["chart/templates/all.yaml"] = make.config_map("chart", value)
        stage.repository.commit(files | chart)
        await stage.apply(make.application("near", stage.repository.url, "app"))
        await stage.apply(make.application("far", stage.repository.url, "app", server=production))
        await stage.apply(make.application("charted", stage.repository.url, "chart", server=production))
        # Git is asked six times meanwhile.
        async with stage.process(poll=10.0):
            await stage.settled("near", "far", "charted")
            await stage.versions_at_rest()
            await asyncio.sleep(5 * stage.servers.instant)
            before = of_ours(stage)
            await asyncio.sleep(60)
            after = of_ours(stage)
        asked = {name: after[name][len(before[name]) :] for name in after}
        renewals = [item for item in asked["management"] if item.renews_a_lease]
        assert len(renewals) <= 1
        assert asked == {"management": renewals, "production": []}
        for requests in before.values():
            assert any(item.method == "PATCH" for item in requests), "the log does not show what we did"

    world.run(story)
