"""AppProjects on clusters: what they forbid is not applied, and the Application says why."""


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
