"""A confirmation lets exactly the plan run that was shown, of a set as of a parent."""

import json

import pytest

STAYS = "one"
LOST = ("three", "two", "four")
LATER = "five"
NAMES = (STAYS, *LOST, LATER)


def set_of(url, make):
    """A set that generates an Application for each folder below `apps`."""
    template = make.application("any", url, "{{ .path.path }}")
    template["spec"]["destination"] = {"name": "in-cluster", "namespace": "apps"}
    spec = {
        "goTemplate": True,
        "generators": [{"git": {"repoURL": url, "revision": "main", "directories": [{"path": "apps/*"}]}}],
        "template": {"metadata": {"name": "{{ .path.basename }}"}, "spec": template["spec"]},
    }
    head = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet"}
    return {**head, "metadata": {"name": "all", "namespace": "argocd"}, "spec": spec}


def files_of(kind, name, url, make):
    found = {f"apps/{name}/all.yaml": make.config_map(name)}
    if kind == "Application":
        found[f"root/{name}.json"] = json.dumps(make.application(name, url, f"apps/{name}"))
    return found


@pytest.mark.parametrize("kind", ["Application", "ApplicationSet"])
def test_only_the_confirmed_plan_runs(world, make, kind):
    async def story(stage):
        url = stage.repository.url
        files = {name: files_of(kind, name, url, make) for name in NAMES}
        stage.repository.commit({path: text for each in files.values() for path, text in each.items()})
        owner, value = "all", set_of(url, make)
        if kind == "Application":
            owner, value = "root", make.application("root", url, "root", namespace="argocd")
        await stage.apply(value)

        async def lose(names):
            # Of a parent only the Application goes; its folder, which it may still need, stays.
            folder = "root/" if kind == "Application" else "apps/"
            gone = [path for name in names for path in files[name] if path.startswith(folder)]
            stage.repository.commit(dict.fromkeys(gone))
            await controller.refresh()

        async def shown(besides=""):
            """The digest of the plan that is held now."""
            digests = []

            async def held():
                status = (await stage.get(kind, owner)).get("status") or {}
                texts = [
                    item["message"]
                    for item in status.get("conditions") or ()
                    if item["type"] == "DeletionUnconfirmed"
                ]
                digests[:] = [text.rpartition(" ")[2] for text in texts]
                return bool(digests) and digests != [besides]

            await stage.until("the deletion is held and its digest shown", held)
            return digests[0]

        async def confirm(digest):
            marks = {"argosy.dev/confirm-deletion": digest}
            await stage.patch(kind, owner, {"metadata": {"annotations": marks}}, "argocd")

        async def nothing_happens():
            await stage.quiet(controller)
            assert stage.deleted() == []
            assert all([await stage.find("Application", name) for name in NAMES])

        async with stage.controller() as controller:
            await stage.settled(*NAMES)
            await lose(LOST)
            first = await shown()
            await confirm(first[:-1] + ("0" if first[-1] != "0" else "1"))
            await nothing_happens()
            await lose([LATER])
            second = await shown(besides=first)
            await confirm(first)
            await nothing_happens()
            await confirm(second)

            async def gone():
                return not any([await stage.find("Application", name) for name in (*LOST, LATER)])

            await stage.until("the confirmed deletion ran", gone)
            await stage.quiet(controller)
        deleted = {path.rpartition("/")[2] for path in stage.deleted() if "/applications/" in path}
        assert deleted == {*LOST, LATER}
        assert await stage.find("Application", STAYS) is not None

    world.run(story, deletes=True)
