"""AppProjects on clusters: what they forbid is not applied, and the Application says why."""

import json

from argosy.reconciler.installation import Installation


def project(name, **spec):
    given = {
        "sourceRepos": ["*"],
        "destinations": [{"server": "*", "name": "*", "namespace": "*"}],
        "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
        **spec,
    }
    metadata = {"name": name, "namespace": "argocd"}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": metadata, "spec": given}


async def refused(stage, name, *words):
    async def said():
        if await stage.find("Application", name) is None:
            return False
        conditions = await stage.conditions(name)
        return all(word in conditions.get("InvalidSpecError", "") for word in words)

    await stage.until(f"{name} is refused: {' '.join(words)}", said)


def test_forbidden_sources_destinations_and_kinds_are_not_applied(world, make):
    async def story(stage):
        url = stage.repository.url
        namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: other\n"
        stage.repository.commit({"web/all.yaml": make.config_map("web"), "wide/all.yaml": namespace})
        await stage.apply(project("sources", sourceRepos=["*", f"!{url}"]))
        await stage.apply(project("places", destinations=[{"name": "in-cluster", "namespace": "!apps"}]))
        await stage.apply(project("kinds", clusterResourceBlacklist=[{"group": "", "kind": "Namespace"}]))
        await stage.apply(make.application("web1", url, "web", project="sources"))
        await stage.apply(make.application("web2", url, "web", project="places"))
        await stage.apply(make.application("web3", url, "wide", project="kinds"))
        async with stage.controller() as controller:
            await refused(stage, "web1", "is not permitted in project 'sources'")
            await refused(stage, "web2", "allowed destinations in project 'places'")
            await refused(stage, "web3", "Namespace", "is not permitted in project kinds")
            await stage.quiet(controller)
            assert await stage.find("ConfigMap", "web", "apps") is None
            assert await stage.find("Namespace", "other", "") is None
            # Once the project permits it, it goes on by itself.
            await stage.apply(project("sources"))
            await stage.settled("web1")

    world.run(story)


def test_a_project_may_permit_only_clusters_that_are_registered_for_it(world, make):
    async def story(stage):
        url = stage.repository.url
        stage.repository.commit({"web/all.yaml": make.config_map("web")})
        await stage.apply(project("shop", permitOnlyProjectScopedClusters=True))
        await stage.apply(make.application("web", url, "web", server=make.PRODUCTION, project="shop"))
        async with stage.controller():
            await refused(stage, "web", "cluster production is not registered for project 'shop'")
            await stage.patch("Secret", "production", {"stringData": {"project": "shop"}}, "argocd")
            await stage.settled("web")

    world.run(story)


def in_namespace(application, namespace):
    return {**application, "metadata": {**application["metadata"], "namespace": namespace}}


async def make_namespaces(stage, *names):
    for name in names:
        await stage.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def test_applications_of_other_namespaces_count_where_option_and_project_permit_it(world, make):
    async def story(stage):
        url = stage.repository.url
        stage.installation = Installation("test", application_namespaces=("oth*",))
        stage.repository.commit(
            {"one/all.yaml": make.config_map("one"), "two/all.yaml": make.config_map("two")}
        )
        await make_namespaces(stage, "other", "apps")
        await stage.apply(project("shop", sourceNamespaces=["other", "apps"]))
        await stage.apply(make.application("web", url, "one"))
        await stage.apply(
            in_namespace(make.application("web", url, "two", project="shop", finalizer=True), "other")
        )
        await stage.apply(in_namespace(make.application("stranger", url, "two"), "other"))
        await stage.apply(in_namespace(make.application("outside", url, "two", project="shop"), "apps"))

        async def settled():
            status = (await stage.get("Application", "web", "other")).get("status") or {}
            return (status.get("sync") or {}).get("status") == "Synced" and status["history"]

        async def stranger():
            status = (await stage.get("Application", "stranger", "other")).get("status") or {}
            return [item["message"] for item in status.get("conditions") or ()]

        async with stage.controller() as controller:
            await stage.settled("web")
            await stage.until("the other web is synced", settled)
            await stage.until("the stranger is refused", stranger)
            await stage.quiet(controller)
            assert await stranger() == [
                "application 'stranger' in namespace 'other' is not permitted to use project 'default'"
            ]
            assert "status" not in await stage.get("Application", "outside", "apps")
            web = await stage.get("Application", "web", "other")
            assert web["status"]["controllerNamespace"] == "argocd"
            marks = {
                name: (await stage.get("ConfigMap", name, "apps"))["metadata"]["annotations"]
                for name in ("one", "two")
            }
            assert marks["one"]["argocd.argoproj.io/tracking-id"] == "web:/ConfigMap:apps/one"
            assert marks["two"]["argocd.argoproj.io/tracking-id"] == "other_web:/ConfigMap:apps/two"
        async with stage.controller() as controller:
            # Only the Application of that namespace goes, with what it made.
            await stage.delete("Application", "web", "other")

            async def is_gone():
                return await stage.find("ConfigMap", "two", "apps") is None

            await stage.until("what it made is gone", is_gone)
            await stage.quiet(controller)
            assert await stage.find("Application", "web", "other") is None
            assert await stage.find("ConfigMap", "one", "apps") is not None

    world.run(story, deletes=True)


def test_children_in_other_namespaces_are_held_back_by_the_waves_of_their_parent(world, make):
    async def story(stage):
        url = stage.repository.url
        stage.installation = Installation("test", application_namespaces=("other",))
        await make_namespaces(stage, "other")
        await stage.apply(project("shop", sourceNamespaces=["other"]))
        first = make.application("first", url, "first", project="shop", wave=0)
        files = {
            "root/first.json": json.dumps(in_namespace(first, "other")),
            "root/second.json": json.dumps(make.application("second", url, "second", wave=1)),
            "first/all.yaml": make.deployment("first"),
            "second/all.yaml": make.config_map("second"),
        }
        stage.repository.commit(files)
        await stage.apply(make.application("root", url, "root", namespace="argocd"))
        async with stage.controller():
            await stage.settled("root", "second")
        status = (await stage.get("Application", "first", "other"))["status"]
        assert (status["sync"]["status"], status["health"]["status"]) == ("Synced", "Healthy")
        ready = [
            item["lastTransitionTime"]
            for item in (await stage.get("Deployment", "first", "apps"))["status"]["conditions"]
            if item["type"] == "Available"
        ]
        second = (await stage.get("ConfigMap", "second", "apps"))["metadata"]["creationTimestamp"]
        assert ready[0] <= second

    world.run(story)
