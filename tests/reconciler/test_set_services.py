"""Sets whose generators ask providers, plugins and decision resources: asked anew in time, and nothing is
deleted while one does not answer. The services are real servers on this machine."""

import pytest
from provider_services import (
    TOKEN,
    Answer,
    GiteaService,
    GitHubService,
    GitLabService,
    PluginService,
    Pull,
    Repo,
    serving,
)


def applicationset(generator, name, url):
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "all", "namespace": "argocd"},
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [generator],
            "template": {
                "metadata": {"name": name},
                "spec": {
                    "project": "default",
                    "source": {"repoURL": url, "targetRevision": "main", "path": "app"},
                    "destination": {"name": "in-cluster", "namespace": "apps"},
                },
            },
        },
    }


def secret(name, **data):
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": "argocd"},
        "stringData": data,
    }


REQUEUE = 5
"""Seconds after which a service is asked again."""
REFERENCE = {"secretName": "token", "key": "key"}


async def names(stage):
    from argosy.clusters.objects import GroupVersionKind

    found = await stage.management.list(GroupVersionKind("argoproj.io", "v1alpha1", "Application"), "argocd")
    return sorted(each["metadata"]["name"] for each in found.items)


async def error_of(stage):
    status = (await stage.get("ApplicationSet", "all")).get("status") or {}
    conditions = {item["type"]: item for item in status.get("conditions") or ()}
    found = conditions.get("ErrorOccurred") or {}
    return found.get("message", "") if found.get("status") == "True" else ""


def shows(stage, *expected):
    async def holds():
        return await names(stage) == sorted(expected)

    return stage.until(f"Applications {', '.join(expected)}", holds, within=40)


async def asked_again(stage, service):
    before = len(service.requests)

    async def holds():
        return len(service.requests) > before

    await stage.until("the service is asked again", holds)


PROVIDERS = {
    "github": (GitHubService, {"organization": "acme"}),
    "gitlab": (GitLabService, {"group": "acme"}),
    "gitea": (GiteaService, {"owner": "acme"}),
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_repositories_of_a_provider_become_applications_and_are_asked_for_again(world, make, provider):
    kind, own = PROVIDERS[provider]

    async def story(stage):
        stage.repository.commit({"app/all.yaml": make.config_map("one")})
        repos = [Repo("acme", name, labels=["web"]) for name in ("one", "two", "three", "other")]
        with serving(kind(repos, page=2)) as service:
            generator = {
                "scmProvider": {
                    provider: {"api": service.url, "tokenRef": REFERENCE, **own},
                    "filters": [{"repositoryMatch": "^(one|two|three|four)$"}],
                    "requeueAfterSeconds": REQUEUE,
                }
            }
            await stage.apply(secret("token", key=TOKEN))
            await stage.apply(applicationset(generator, "{{ .repository }}", stage.repository.url))
            async with stage.controller() as controller:
                await shows(stage, "one", "two", "three")
                repos.append(Repo("acme", "four"))
                await shows(stage, "four", "one", "two", "three")
                # Whatever goes wrong from now on, nothing is deleted.
                service.trouble = lambda *_: Answer(502, {"message": f"down {TOKEN}"})
                repos.clear()

                async def told():
                    return "502" in await error_of(stage)

                await stage.until("the set says what is wrong", told, within=60)
                await asked_again(stage, service)
                await controller.idle()
                assert len(await names(stage)) == 4
                assert TOKEN not in await error_of(stage)
                repos += [Repo("acme", name) for name in ("one", "two", "three")]
                service.trouble = lambda *_: None
                await ask_now(stage)
                await shows(stage, "one", "two", "three")

    world.run(story, deletes=True, settles=False)


async def ask_now(stage):
    """What a person does who does not want to wait."""
    annotations = {"argocd.argoproj.io/application-set-refresh": "true"}
    await stage.patch("ApplicationSet", "all", {"metadata": {"annotations": annotations}}, "argocd")


def test_closed_pull_requests_go_and_new_ones_come(world, make):
    async def story(stage):
        stage.repository.commit({"app/all.yaml": make.config_map("one")})
        pulls = [Pull(1, "One", "feature/one", labels=["preview"]), Pull(2, "Two", "two")]
        with serving(GitHubService([Repo("acme", "shop", pulls=pulls)])) as service:
            own = {"api": service.url, "owner": "acme", "repo": "shop", "labels": ["preview"]}
            github = {"github": {**own, "tokenRef": REFERENCE}}
            generator = {"pullRequest": {**github, "requeueAfterSeconds": REQUEUE}}
            await stage.apply(secret("token", key=TOKEN))
            name = "pr-{{ .number }}-{{ .branch_slug }}"
            await stage.apply(applicationset(generator, name, stage.repository.url))
            async with stage.controller():
                await shows(stage, "pr-1-feature-one")
                pulls[0].state = "closed"
                pulls[1].labels.append("preview")
                await shows(stage, "pr-2-two")

    world.run(story, deletes=True, settles=False)


def test_a_plugin_is_asked_with_the_token_that_its_config_map_names(world, make):
    async def story(stage):
        stage.repository.commit({"app/all.yaml": make.config_map("one")})
        with serving(PluginService([{"name": "one"}, {"name": "two"}])) as service:
            data = {"baseUrl": service.url, "token": "$plugin:key", "requestTimeout": "20"}
            head = {"apiVersion": "v1", "kind": "ConfigMap"}
            metadata = {"name": "plugin", "namespace": "argocd"}
            await stage.apply({**head, "metadata": metadata, "data": data})
            await stage.apply(secret("plugin", key=TOKEN))
            generator = {"plugin": {"configMapRef": {"name": "plugin"}, "requeueAfterSeconds": REQUEUE}}
            await stage.apply(applicationset(generator, "{{ .name }}", stage.repository.url))
            async with stage.controller() as controller:
                await shows(stage, "one", "two")
                # An answer that holds nothing at all is no answer.
                service.trouble = lambda *_: Answer(200, raw=b"{}")
                await asked_again(stage, service)
                await controller.idle()
                assert await names(stage) == ["one", "two"]
                assert "output.parameters" in await error_of(stage)

    world.run(story, settles=False)


DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "placements.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"kind": "Placement", "plural": "placements", "singular": "placement"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                },
            }
        ],
    },
}


def test_clusters_are_taken_from_a_decision_resource(world, make):
    async def story(stage):
        stage.repository.commit({"app/all.yaml": make.config_map("one")})
        await stage.apply(DEFINITION)
        placement = {
            "apiVersion": "example.com/v1",
            "kind": "Placement",
            "metadata": {"name": "web", "namespace": "argocd"},
            "status": {"decisions": [{"clusterName": "production", "reason": "near"}]},
        }

        async def applied():
            from argosy.clusters.errors import ApiError

            try:
                await stage.apply(placement)
            except ApiError:
                return False
            return True

        await stage.until("the definition is served", applied)
        data = {
            "apiVersion": "example.com/v1",
            "kind": "placements",
            "statusListKey": "decisions",
            "matchKey": "clusterName",
        }
        head = {"apiVersion": "v1", "kind": "ConfigMap"}
        await stage.apply({**head, "metadata": {"name": "duck", "namespace": "argocd"}, "data": data})
        generator = {"clusterDecisionResource": {"configMapRef": "duck", "name": "web"}}
        await stage.apply(applicationset(generator, "on-{{ .name }}", stage.repository.url))
        async with stage.controller():
            await shows(stage, "on-production")

    world.run(story, settles=False)


def test_a_service_is_left_alone_until_its_time(world, make):
    async def story(stage):
        stage.repository.commit({"app/all.yaml": make.config_map("one")})
        with serving(GitHubService([Repo("acme", "one")])) as service:
            own = {"api": service.url, "organization": "acme", "tokenRef": REFERENCE}
            await stage.apply(secret("token", key=TOKEN))
            generator = {"scmProvider": {"github": own}}
            await stage.apply(applicationset(generator, "{{ .repository }}", stage.repository.url))
            async with stage.controller() as controller:
                await shows(stage, "one")
                await stage.quiet(controller)
                before = len(service.requests)
                await stage.patch(
                    "Application", "one", {"metadata": {"labels": {"touched": "true"}}}, "argocd"
                )
                await stage.quiet(controller)
                assert len(service.requests) == before
                # A person may ask at once.
                await ask_now(stage)

                async def asked():
                    return len(service.requests) > before

                await stage.until("the service is asked again", asked)

    world.run(story, settles=False)


def test_a_set_without_a_token_says_which_secret_is_missing(world, make):
    async def story(stage):
        with serving(GitHubService([Repo("acme", "one")])) as service:
            own = {"api": service.url, "organization": "acme", "tokenRef": REFERENCE}
            generator = {"scmProvider": {"github": own}}
            await stage.apply(applicationset(generator, "{{ .repository }}", "https://git.example.com/x"))
            async with stage.controller():

                async def told():
                    return "Secret `token` of tokenRef does not exist" in await error_of(stage)

                await stage.until("the set says so", told)
            assert service.requests == []

    world.run(story, settles=False)
