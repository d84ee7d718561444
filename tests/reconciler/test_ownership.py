"""Whose an object is: adoption, two claims, pruning and deletion."""

import json


def test_what_git_no_longer_has_is_pruned_and_nothing_else(world, make):
    async def story(stage):
        stage.repository.commit({"app/a.yaml": make.config_map("a"), "app/b.yaml": make.config_map("b")})
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller() as controller:
            await stage.settled("shop")
            # A copy that an operator made of our object bears our marks and is not ours.
            copy = dict((await stage.get("ConfigMap", "a", "apps"))["metadata"])
            marks = {"labels": copy["labels"], "annotations": copy["annotations"]}
            other = {"name": "copy", "namespace": "apps"} | marks
            await stage.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": other})
            commit = stage.repository.commit({"app/b.yaml": None})
            await controller.refresh()
            await stage.settled("shop", at=commit)
            assert await stage.find("ConfigMap", "b", "apps") is None
        assert stage.deleted() == ["/api/v1/namespaces/apps/configmaps/b"]

    world.run(story, deletes=True)


def test_without_prune_an_extra_object_is_reported(world, make):
    async def story(stage):
        stage.repository.commit({"app/a.yaml": make.config_map("a"), "app/b.yaml": make.config_map("b")})
        policy = {"automated": {"selfHeal": True}, "syncOptions": ["CreateNamespace=true"]}
        await stage.apply(make.application("shop", stage.repository.url, "app", policy=policy))
        async with stage.controller() as controller:
            await stage.settled("shop")
            stage.repository.commit({"app/b.yaml": None})
            await controller.refresh()
            await stage.quiet(controller)
            resources = (await stage.application("shop"))["status"]["resources"]
            extra = next(item for item in resources if item["name"] == "b")
            assert (extra["status"], extra["requiresPruning"]) == ("OutOfSync", True)

    world.run(story)


def test_an_object_of_nobody_is_adopted(world, make):
    async def story(stage):
        stage.repository.commit({"app/a.yaml": make.config_map("a", "from git")})
        await stage.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps"}})
        mine = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "apps"}}
        await stage.apply(mine | {"data": {"value": "by hand", "kept": "yes"}})
        await stage.apply(make.application("shop", stage.repository.url, "app"))
        async with stage.controller():
            await stage.settled("shop")
        assert (await stage.get("ConfigMap", "a", "apps"))["data"] == {"value": "from git", "kept": "yes"}

    world.run(story)


def test_two_applications_that_claim_one_object(world, make):
    async def story(stage):
        stage.repository.commit(
            {"a/x.yaml": make.config_map("x", "a"), "b/x.yaml": make.config_map("x", "b")}
        )
        await stage.apply(make.application("first", stage.repository.url, "a"))
        async with stage.controller() as controller:
            await stage.settled("first")
            await stage.apply(make.application("second", stage.repository.url, "b"))
            await stage.quiet(controller)
            warning = (await stage.conditions("second"))["SharedResourceWarning"]
            assert "is tracked by the Application first" in warning
        assert (await stage.get("ConfigMap", "x", "apps"))["data"]["value"] == "a"

    world.run(story)


def test_two_applications_that_claim_one_object_at_the_same_moment_do_not_overwrite_each_other(world, make):
    async def story(stage):
        stage.repository.commit(
            {"a/x.yaml": make.config_map("x", "a"), "b/x.yaml": make.config_map("x", "b")}
        )
        for name in ("a", "b"):
            await stage.apply(make.application(name, stage.repository.url, name))
        async with stage.controller() as controller:

            async def refused():
                return any(["SharedResourceWarning" in await stage.conditions(name) for name in ("a", "b")])

            await stage.until("one of the two is refused", refused)
            await stage.quiet(controller)
        value = (await stage.get("ConfigMap", "x", "apps"))["data"]["value"]
        assert "SharedResourceWarning" not in await stage.conditions(value)
        applied = [
            target for method, target, _ in stage.calls if method == "PATCH" and "configmaps/x" in target
        ]
        assert len(applied) == 1, "the second one must not have been written over the first"

    world.run(story)


def test_an_object_that_moves_between_applications_is_not_deleted(world, make):
    async def story(stage):
        stage.repository.commit(
            {
                "a/x.yaml": make.config_map("x"),
                "a/rest.yaml": make.config_map("rest"),
                "b/z.yaml": make.config_map("z"),
            }
        )
        for name in ("a", "b"):
            await stage.apply(make.application(name, stage.repository.url, name))
        async with stage.controller() as controller:
            await stage.settled("a", "b")
            uid = (await stage.get("ConfigMap", "x", "apps"))["metadata"]["uid"]
            commit = stage.repository.commit({"a/x.yaml": None, "b/x.yaml": make.config_map("x")})
            await controller.refresh()
            await stage.settled("a", "b", at=commit)
        live = await stage.get("ConfigMap", "x", "apps")
        assert live["metadata"]["uid"] == uid
        assert live["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"].startswith("b:")

    world.run(story)


def test_a_deleted_application_takes_its_objects_with_it_only_with_the_finalizer(world, make):
    async def story(stage):
        stage.repository.commit({"a/x.yaml": make.config_map("x"), "b/rest.yaml": make.config_map("rest")})
        await stage.apply(make.application("a", stage.repository.url, "a", finalizer=True))
        await stage.apply(make.application("b", stage.repository.url, "b"))
        async with stage.controller() as controller:
            await stage.settled("a", "b")
            await stage.delete("Application", "a", "argocd")
            await stage.delete("Application", "b", "argocd")

            async def gone():
                return await stage.find("Application", "a") is None

            await stage.until("a is let go", gone)
            await stage.quiet(controller)
        assert await stage.find("ConfigMap", "x", "apps") is None
        assert await stage.find("ConfigMap", "rest", "apps") is not None

    world.run(story, deletes=True)


def test_deleting_a_root_removes_everything_below_in_reverse_waves(world, make):
    async def story(stage):
        url, files = stage.repository.url, {}
        for wave, name in enumerate(("low", "high")):
            child = make.application(name, url, f"apps/{name}", wave=wave, finalizer=True)
            files[f"root/{name}.json"] = json.dumps(child)
            files[f"apps/{name}/all.yaml"] = make.config_map(name)
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd", finalizer=True))
        async with stage.controller():
            await stage.settled("root", "low", "high")
            await stage.delete("Application", "root", "argocd")

            async def gone():
                return await stage.find("Application", "root") is None

            await stage.until("root is let go", gone)
        configs = [path.rpartition("/")[2] for path in stage.deleted() if "configmaps" in path]
        assert configs == ["high", "low"]

    world.run(story, deletes=True)


def test_a_parent_that_loses_most_of_its_children_waits_for_a_confirmation(world, make):
    names = ("one", "two", "three", "four")

    async def story(stage):
        url, files = stage.repository.url, {}
        for name in names:
            files[f"root/{name}.json"] = json.dumps(make.application(name, url, f"apps/{name}"))
            files[f"apps/{name}/all.yaml"] = make.config_map(name)
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller() as controller:
            await stage.settled("root", *names)
            stage.repository.commit({f"root/{name}.json": None for name in names[1:]})
            await controller.refresh()

            async def held():
                return "DeletionUnconfirmed" in await stage.conditions("root")

            await stage.until("the deletion is held", held)
            await stage.quiet(controller)
            assert stage.deleted() == []
            digest = (await stage.conditions("root"))["DeletionUnconfirmed"].rpartition(" ")[2]
            confirmation = {"metadata": {"annotations": {"argosy.dev/confirm-deletion": digest}}}
            await stage.patch("Application", "root", confirmation, "argocd")

            async def gone():
                return not any([await stage.find("Application", name) for name in names[1:]])

            await stage.until("the confirmed deletion ran", gone)
            await stage.settled("root", "one")
        assert sorted(path.rpartition("/")[2] for path in stage.deleted()) == ["four", "three", "two"]

    world.run(story, deletes=True)
