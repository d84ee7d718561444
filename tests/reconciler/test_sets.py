"""ApplicationSets: what they generate is written, kept, and not deleted without a person's word."""

import json


def set_of(url, names, *, annotations=None, preserve=False):
    spec = {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": [{"git": {"repoURL": url, "revision": "main", "directories": [{"path": "apps/*"}]}}],
        "template": {
            "metadata": {"name": "{{ .path.basename }}"},
            "spec": {
                "project": "default",
                "source": {"repoURL": url, "targetRevision": "main", "path": "{{ .path.path }}"},
                "destination": {"name": "in-cluster", "namespace": "apps"},
                "syncPolicy": {
                    "automated": {"prune": True, "selfHeal": True},
                    "syncOptions": ["CreateNamespace=true"],
                },
            },
        },
    }
    metadata = {"name": "all", "namespace": "argocd", "annotations": annotations or {}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": metadata,
        "spec": spec,
    }


NAMES = ("one", "two", "three", "four")


async def set_conditions(stage):
    status = (await stage.get("ApplicationSet", "all")).get("status") or {}
    return {item["type"]: (item["status"], item["message"]) for item in status.get("conditions") or ()}


def test_generated_applications_are_written_and_synced(world, make):
    async def story(stage):
        files = {f"apps/{name}/all.yaml": make.config_map(name) for name in NAMES}
        stage.repository.commit(files)
        await stage.apply(set_of(stage.repository.url, NAMES))
        async with stage.controller() as controller:
            await stage.settled(*NAMES)
            await stage.quiet(controller)
            assert (await set_conditions(stage))["ResourcesUpToDate"][0] == "True"
            owner = (await stage.application("one"))["metadata"]["ownerReferences"][0]
            assert (owner["kind"], owner["name"]) == ("ApplicationSet", "all")
            # A hand edit of a generated Application is reverted, as in Argo CD.
            await stage.patch("Application", "one", {"spec": {"source": {"path": "apps/two"}}}, "argocd")

            async def reverted():
                return (await stage.application("one"))["spec"]["source"]["path"] == "apps/one"

            await stage.until("the edit is reverted", reverted, within=10)
            await stage.settled(*NAMES)

    world.run(story)


def test_a_set_that_loses_most_of_its_applications_waits_for_a_confirmation(world, make):
    async def story(stage):
        files = {f"apps/{name}/all.yaml": make.config_map(name) for name in NAMES}
        stage.repository.commit(files)
        await stage.apply(set_of(stage.repository.url, NAMES))
        async with stage.controller() as controller:
            await stage.settled(*NAMES)
            stage.repository.commit({f"apps/{name}/all.yaml": None for name in ("two", "three", "four")})
            await controller.refresh()

            async def held():
                return "DeletionUnconfirmed" in await set_conditions(stage)

            await stage.until("the deletion is held", held)
            await stage.quiet(controller)
            assert all([await stage.find("Application", name) for name in NAMES])
            assert stage.deleted() == []
            message = (await set_conditions(stage))["DeletionUnconfirmed"][1]
            assert "3 of 4 Applications: four, three, two" in message
            digest = message.rpartition(" ")[2]
            await stage.patch(
                "ApplicationSet",
                "all",
                {"metadata": {"annotations": {"argosy.dev/confirm-deletion": digest}}},
                "argocd",
            )

            async def gone():
                return not any([await stage.find("Application", name) for name in ("two", "three", "four")])

            await stage.until("the confirmed deletion ran", gone)
            await stage.quiet(controller)
        deleted = sorted(path for path in stage.deleted() if "/applications/" in path)
        assert [path.rpartition("/")[2] for path in deleted] == ["four", "three", "two"]
        assert await stage.find("Application", "one") is not None

    world.run(story, deletes=True)


def test_nothing_is_deleted_while_a_generator_fails(world, make):
    async def story(stage):
        files = {f"apps/{name}/all.yaml": make.config_map(name) for name in NAMES}
        stage.repository.commit(files)
        await stage.apply(set_of(stage.repository.url, NAMES))
        async with stage.controller() as controller:
            await stage.settled(*NAMES)
            broken = set_of(f"{stage.repository.url}-gone", NAMES)
            await stage.apply(broken)

            async def reported():
                return (await set_conditions(stage)).get("ErrorOccurred", ("", ""))[0] == "True"

            await stage.until("the error is reported", reported)
            await stage.quiet(controller)
        assert all([await stage.find("Application", name) for name in NAMES])

    world.run(story)


def test_sets_and_applications_of_one_parent_share_its_waves(world, make):
    async def story(stage):
        url = stage.repository.url
        files = {f"apps/{name}/all.yaml": make.config_map(name) for name in NAMES}
        generated = set_of(url, NAMES, annotations={"argocd.argoproj.io/sync-wave": "1"})
        files["root/set.json"] = json.dumps(generated)
        files["root/first.json"] = json.dumps(make.application("first", url, "first", wave=0))
        files["root/last.json"] = json.dumps(make.application("last", url, "last", wave=2))
        files["first/all.yaml"] = make.config_map("first")
        files["last/all.yaml"] = make.config_map("last")
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller():
            await stage.settled("root", "first", "last", *NAMES)
        versions = {
            name: int((await stage.get("ConfigMap", name, "apps"))["metadata"]["resourceVersion"])
            for name in ("first", "last", *NAMES)
        }
        assert versions["first"] < min(versions[name] for name in NAMES)
        assert max(versions[name] for name in NAMES) < versions["last"]

    world.run(story)
