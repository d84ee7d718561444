"""Nothing is deleted out of ignorance, and what is known goes on."""

import json


async def conditions_of(stage, name, kind):
    return kind in await stage.conditions(name)


def both(stage, make, broken_files):
    """Files of two Applications; one becomes unknown, the other must go on."""
    return {"good/all.yaml": make.config_map("good"), "bad/all.yaml": make.config_map("bad")} | broken_files


async def start(stage, make):
    stage.repository.commit(both(stage, make, {}))
    for name in ("good", "bad"):
        await stage.apply(make.application(name, stage.repository.url, name))


async def unknown(stage, controller, words, kind="ComparisonError"):
    async def reported():
        status = (await stage.application("bad"))["status"]
        return status["sync"]["status"] == "Unknown" and words in (await stage.conditions("bad")).get(
            kind, ""
        )

    await stage.until(f"bad is unknown: {words}", reported)
    await stage.quiet(controller)
    assert await stage.find("ConfigMap", "bad", "apps") is not None
    commit = stage.repository.commit({"good/all.yaml": make_second()})
    await controller.refresh()
    await stage.settled("good", at=commit)


def make_second():
    value = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "good"}, "data": {"value": "2"}}
    return json.dumps(value)


def test_a_missing_path_deletes_nothing(world, make):
    async def story(stage):
        await start(stage, make)
        async with stage.controller() as controller:
            await stage.settled("good", "bad")
            stage.repository.commit({"bad/all.yaml": None})
            await controller.refresh()
            await unknown(stage, controller, "has no folder 'bad'")

    world.run(story)


def test_a_file_that_does_not_parse_deletes_nothing_and_is_named(world, make):
    async def story(stage):
        await start(stage, make)
        async with stage.controller() as controller:
            await stage.settled("good", "bad")
            stage.repository.commit({"bad/all.yaml": "kind: [unclosed\n"})
            await controller.refresh()
            await unknown(stage, controller, "bad/all.yaml:")

    world.run(story)


def test_an_unreachable_repository_deletes_nothing(world, make):
    async def story(stage):
        await start(stage, make)
        async with stage.controller() as controller:
            await stage.settled("good", "bad")
            other = make.application("bad", f"{stage.repository.url}-gone", "bad")
            await stage.apply(other)
            await unknown(stage, controller, "repository")

    world.run(story)


def test_an_unknown_revision_deletes_nothing(world, make):
    async def story(stage):
        await start(stage, make)
        async with stage.controller() as controller:
            await stage.settled("good", "bad")
            await stage.apply(make.application("bad", stage.repository.url, "bad", revision="v9"))
            await unknown(stage, controller, "'v9'")

    world.run(story)


def test_an_empty_directory_deletes_nothing_without_allow_empty(world, make):
    async def story(stage):
        await start(stage, make)
        async with stage.controller() as controller:
            await stage.settled("good", "bad")
            stage.repository.commit({"bad/all.yaml": None, "bad/README.md": "nothing here"})
            await controller.refresh()

            async def reported():
                return "wipe out all resources" in (await stage.conditions("bad")).get("SyncError", "")

            await stage.until("the refusal is reported", reported)
            await stage.quiet(controller)
            assert await stage.find("ConfigMap", "bad", "apps") is not None

    world.run(story)


def test_an_unreachable_cluster_holds_only_its_own_applications(world, make):
    async def story(stage):
        stage.repository.commit(both(stage, make, {}))
        await stage.apply(make.application("good", stage.repository.url, "good"))
        await stage.apply(make.application("bad", stage.repository.url, "bad", server=make.PRODUCTION))
        stage.cut("production")
        async with stage.controller() as controller:
            await stage.settled("good")

            async def reported():
                return "ComparisonError" in await stage.conditions("bad")

            await stage.until("bad says that its cluster does not answer", reported)
            stage.mend("production")
            await stage.settled("bad", within=120)
            await stage.quiet(controller)

    world.run(story)


def test_a_missing_project_and_a_forbidden_destination_are_named(world, make):
    async def story(stage):
        stage.repository.commit(both(stage, make, {}))
        narrow = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": "narrow", "namespace": "argocd"},
            "spec": {"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "elsewhere"}]},
        }
        await stage.apply(narrow)
        await stage.apply(make.application("good", stage.repository.url, "good"))
        await stage.apply(make.application("bad", stage.repository.url, "bad", project="narrow"))
        await stage.apply(make.application("worse", stage.repository.url, "bad", project="nowhere"))
        async with stage.controller() as controller:
            await stage.settled("good")
            await stage.quiet(controller)
        forbidden = (await stage.conditions("bad"))["InvalidSpecError"]
        assert "do not match any of the allowed destinations in project 'narrow'" in forbidden
        missing = (await stage.conditions("worse"))["InvalidSpecError"]
        assert missing.startswith("Application referencing project nowhere which does not exist; create")
        assert await stage.find("ConfigMap", "bad", "apps") is None

    world.run(story)


def test_a_kustomization_that_does_not_build_deletes_nothing(world, make):
    async def story(stage):
        await start(stage, make)
        async with stage.controller() as controller:
            await stage.settled("good", "bad")
            stage.repository.commit({"bad/kustomization.yaml": "resources: [all.yaml, gone.yaml]\n"})
            await controller.refresh()
            await unknown(stage, controller, "gone.yaml")

    world.run(story)


def test_a_chart_that_does_not_render_deletes_nothing(world, make):
    async def story(stage):
        await start(stage, make)
        chart = {
            "bad/all.yaml": None,
            "bad/Chart.yaml": "apiVersion: v2\nname: bad\nversion: 1.0.0\n",
            "bad/templates/all.yaml": '{{ fail "no such region" }}\n',
        }
        async with stage.controller() as controller:
            await stage.settled("good", "bad")
            stage.repository.commit(chart)
            await controller.refresh()
            await unknown(stage, controller, "no such region")

    world.run(story)


def test_nothing_is_pruned_from_a_cluster_that_does_not_answer_until_it_does(world, make):
    async def story(stage):
        stage.repository.commit(both(stage, make, {"bad/more.yaml": make.config_map("more")}))
        await stage.apply(make.application("good", stage.repository.url, "good"))
        await stage.apply(make.application("bad", stage.repository.url, "bad", server=make.PRODUCTION))
        async with stage.controller() as controller:
            await stage.settled("good", "bad")
            await stage.quiet(controller)
        stage.repository.commit({"bad/more.yaml": None})
        stage.cut("production")
        async with stage.controller() as controller:

            async def reported():
                status = (await stage.application("bad"))["status"]
                return status["sync"]["status"] == "Unknown"

            await stage.until("bad is unknown", reported)
            assert (await stage.application("bad"))["status"]["resources"]
            commit = stage.repository.commit({"good/all.yaml": make_second()})
            await controller.refresh()
            await stage.settled("good", at=commit)
            for name in ("bad", "more"):
                assert await stage.find("ConfigMap", name, "apps", "production") is not None
            assert stage.deleted() == []
            stage.mend("production")
            await stage.settled("bad", at=commit, within=120)
            await stage.quiet(controller)
        assert [path.rpartition("/")[2] for path in stage.deleted()] == ["more"]
        assert await stage.find("ConfigMap", "bad", "apps", "production") is not None

    world.run(story, deletes=True)
