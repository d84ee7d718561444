"""Charts see what the cluster that they go to is and serves, and never what some other cluster might."""

import asyncio
import json

import pytest

from argosy.clusters.objects import ObjectRef

_DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gadgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"kind": "Gadget", "plural": "gadgets", "singular": "gadget"},
        "versions": [
            {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
        ],
    },
}
_METADATA = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
_ASKS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  kube: {{ .Capabilities.KubeVersion.Version | quote }}
  group: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}
  deployments: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
---
{{- if .Capabilities.APIVersions.Has "example.com/v1/Gadget" }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-gadget
{{- end }}
"""
_CHART = {"shop/Chart.yaml": _METADATA, "shop/templates/all.yaml": _ASKS}
_PLAIN_CHART = {
    "plain/Chart.yaml": _METADATA,
    "plain/templates/all.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n",
}


async def data_of(stage, name, cluster="management"):
    found = await stage.find("ConfigMap", name, "apps", cluster)
    return found and found.get("data")


async def there(stage, name, cluster="production"):
    return await stage.find("ConfigMap", name, "apps", cluster) is not None


def policy(**automated):
    return {"automated": automated, "syncOptions": ["CreateNamespace=true"]}


async def withdraw(stage, cluster):
    await stage.client(cluster).delete(ObjectRef.of(_DEFINITION))


async def defined(stage, cluster):
    """Applies the definition and waits until it is established."""
    await stage.apply(_DEFINITION, cluster=cluster)

    async def established():
        found = await stage.client(cluster).get(ObjectRef.of(_DEFINITION))
        conditions = (found.get("status") or {}).get("conditions") or ()
        return any(item["type"] == "Established" and item["status"] == "True" for item in conditions)

    await stage.until("the definition is established", established)


async def near_and_far(stage, make):
    """The same chart on both clusters, of which only production knows the definition."""
    await defined(stage, "production")
    stage.repository.commit(_CHART)
    url = stage.repository.url
    await stage.apply(make.application("near", url, "shop"))
    await stage.apply(make.application("far", url, "shop", server=make.PRODUCTION))


@pytest.mark.core
def test_a_chart_sees_what_its_own_cluster_is_and_serves(world, make):
    async def story(stage):
        await near_and_far(stage, make)
        async with stage.controller() as controller:
            await stage.settled("near", "far")
            await stage.quiet(controller)
        served = (await stage.production.version()).text.partition("+")[0].partition("-")[0]
        seen = {"kube": served, "deployments": "true"}
        assert await data_of(stage, "near") == seen | {"group": "false"}
        assert await data_of(stage, "far", "production") == seen | {"group": "true"}
        assert not await there(stage, "near-gadget", "management")
        assert await there(stage, "far-gadget")

    world.run(story)


def test_what_the_application_says_goes_before_the_cluster(world, make):
    async def story(stage):
        stage.repository.commit(_CHART)
        told = make.application("told", stage.repository.url, "shop")
        told["spec"]["source"]["helm"] = {
            "kubeVersion": "v1.29.3-gke.1245000",
            "apiVersions": ["example.com/v1", "example.com/v1/Gadget"],
        }
        await stage.apply(told)
        async with stage.controller():
            await stage.settled("told")
        # Kinds come with the list alone, and it takes the place of the cluster's.
        assert await data_of(stage, "told") == {"kube": "v1.29.3", "group": "true", "deployments": "false"}
        assert await there(stage, "told-gadget", "management")

    world.run(story)


@pytest.mark.core
def test_a_definition_that_comes_later_renders_anew_only_what_asks_for_it(world, make):
    async def story(stage):
        stage.repository.commit(_CHART | _PLAIN_CHART | {"files/all.yaml": make.config_map("files")})
        url = stage.repository.url
        await stage.apply(make.application("near", url, "shop"))
        for name, path in (("far", "shop"), ("plain", "plain"), ("files", "files")):
            await stage.apply(make.application(name, url, path, server=make.PRODUCTION))
        async with stage.controller() as controller:
            await stage.settled("near", "far", "plain", "files")
            await stage.quiet(controller)
            rendered = stage.renderings.hits + stage.renderings.misses
            await defined(stage, "production")

            async def seen():
                return await there(stage, "far-gadget")

            await stage.until("the chart sees the definition", seen)
            await stage.settled("far")
            await stage.quiet(controller)
            assert (await data_of(stage, "far", "production"))["group"] == "true"
            assert stage.renderings.hits + stage.renderings.misses == rendered + 1
            assert not await there(stage, "near-gadget", "management")

    world.run(story)


def test_what_a_chart_makes_of_a_definition_goes_with_it(world, make):
    async def story(stage):
        await defined(stage, "production")
        stage.repository.commit(_CHART)
        await stage.apply(make.application("far", stage.repository.url, "shop", server=make.PRODUCTION))
        async with stage.controller() as controller:
            await stage.settled("far")
            await stage.quiet(controller)
            await withdraw(stage, "production")

            async def gone():
                return not await there(stage, "far-gadget")

            await stage.until("the chart sees that the definition is gone", gone)
            await stage.settled("far")
            await stage.quiet(controller)
            assert (await data_of(stage, "far", "production"))["group"] == "false"
        assert [path.rpartition("/")[2] for path in stage.deleted()] == ["far-gadget"]

    world.run(story, deletes=True)


def test_a_chart_of_a_later_wave_sees_the_definition_of_an_earlier_one(world, make):
    async def story(stage):
        url = stage.repository.url
        # Without self-heal nothing mends what the first sync got wrong.
        shop = make.application("shop", url, "shop", server=make.PRODUCTION, wave=1, policy=policy())
        definitions = make.application("definitions", url, "definitions", server=make.PRODUCTION, wave=0)
        stage.repository.commit(
            _CHART
            | {
                "definitions/gadgets.json": json.dumps(_DEFINITION),
                "parent/shop.json": json.dumps(shop),
                "parent/definitions.json": json.dumps(definitions),
            }
        )
        await stage.apply(make.application("parent", url, "parent", namespace="argocd"))
        async with stage.controller() as controller:
            await stage.settled("parent", "definitions", "shop")
            await stage.quiet(controller)
            assert (await data_of(stage, "shop", "production"))["group"] == "true"
            assert await there(stage, "shop-gadget")
            await stage.settled("shop")

    world.run(story)


def test_a_wave_waits_for_a_chart_that_an_earlier_definition_renders_anew(world, make):
    async def story(stage):
        url = stage.repository.url
        before = {"last/all.yaml": make.config_map("last", "1"), "definitions/a.yaml": make.config_map("a")}
        pinned = stage.repository.commit(_CHART | before)
        places = [("definitions", "main"), ("shop", pinned), ("last", "main")]
        applications = [
            make.application(name, url, name, server=make.PRODUCTION, wave=wave, revision=revision)
            for wave, (name, revision) in enumerate(places)
        ]
        parent = {f"parent/{each['metadata']['name']}.json": json.dumps(each) for each in applications}
        stage.repository.commit(parent)
        await stage.apply(make.application("parent", url, "parent", namespace="argocd"))
        async with stage.controller() as controller:
            await stage.settled("parent", "definitions", "shop", "last")
            await stage.quiet(controller)
            stage.calls.clear()
            # The chart stays at its commit, and is another one all the same once the definition is there.
            definition = {"definitions/gadgets.json": json.dumps(_DEFINITION)}
            commit = stage.repository.commit(definition | {"last/all.yaml": make.config_map("last", "2")})
            await controller.refresh()
            await stage.settled("definitions", "last", at=commit)
            await stage.settled("shop", at=pinned)
            await stage.quiet(controller)
        written = [
            target.partition("?")[0].rpartition("/")[2]
            for method, target, _ in stage.calls
            if method == "PATCH" and "/configmaps/" in target
        ]
        assert written.index("shop-gadget") < written.index("last")

    world.run(story)


async def is_unknown(stage, name, words):
    status = (await stage.application(name)).get("status") or {}
    told = (await stage.conditions(name)).get("ComparisonError", "")
    return (status.get("sync") or {}).get("status") == "Unknown" and words in told


@pytest.mark.core
def test_charts_of_a_cluster_that_does_not_answer_are_unknown_until_it_does(world, make):
    async def story(stage):
        await near_and_far(stage, make)
        async with stage.controller() as controller:
            await stage.settled("near", "far")
            await stage.quiet(controller)
        stage.cut("production")
        stage.repository.commit({"shop/values.yaml": "color: red\n"})
        async with stage.controller() as controller:
            await stage.settled("near")
            await stage.until("far is unknown", lambda: is_unknown(stage, "far", "cluster production"))
            assert stage.deleted() == []
            stage.mend("production")
            await stage.settled("far", within=120)
            await stage.quiet(controller)
        assert await there(stage, "far-gadget")
        assert (await data_of(stage, "far", "production"))["group"] == "true"

    world.run(story)


@pytest.mark.core
def test_what_a_cluster_served_before_it_was_lost_is_no_answer(world, make):
    async def story(stage):
        await defined(stage, "production")
        stage.repository.commit(_CHART)
        url = stage.repository.url
        await stage.apply(make.application("far", url, "shop", server=make.PRODUCTION))
        async with stage.controller() as controller:
            await stage.settled("far")
            await stage.quiet(controller)
            stage.sever("production")
            await asyncio.sleep(2 * stage.servers.instant)
            stage.repository.commit({"shop/values.yaml": "color: red\n"})
            await controller.refresh()
            await stage.until("far is unknown", lambda: is_unknown(stage, "far", "cluster production"))
            await withdraw(stage, "production")
            stage.mend("production")

            async def gone():
                return not await there(stage, "far-gadget")

            await stage.until("the chart sees what became of the definition meanwhile", gone, within=120)
            await stage.settled("far", within=120)
            await stage.quiet(controller)
        assert [path.rpartition("/")[2] for path in stage.deleted()] == ["far-gadget"]

    world.run(story, deletes=True)


def test_a_chart_that_refuses_the_version_of_its_cluster_deploys_nothing(world, make):
    async def story(stage):
        files = {"shop/Chart.yaml": f"{_METADATA}kubeVersion: '>=1.99.0-0'\n"}
        stage.repository.commit(_CHART | files)
        await stage.apply(make.application("near", stage.repository.url, "shop"))
        async with stage.controller() as controller:
            words = "the chart requires Kubernetes >=1.99.0-0, and the cluster has 1."
            await stage.until("the refusal is told", lambda: is_unknown(stage, "near", words))
            assert not await there(stage, "near", "management")
            commit = stage.repository.commit({"shop/Chart.yaml": f"{_METADATA}kubeVersion: '>=1.20.0-0'\n"})
            await controller.refresh()
            await stage.settled("near", at=commit)

    world.run(story)


def test_a_chart_that_fails_for_want_of_a_definition_renders_once_it_is_there(world, make):
    async def story(stage):
        needs = (
            '{{ if not (.Capabilities.APIVersions.Has "example.com/v1") }}{{ fail "no gadgets" }}{{ end }}\n'
        )
        stage.repository.commit(_CHART | {"shop/templates/needs.yaml": needs})
        await stage.apply(make.application("near", stage.repository.url, "shop"))
        async with stage.controller() as controller:
            await stage.until("the chart fails", lambda: is_unknown(stage, "near", "no gadgets"))
            await defined(stage, "management")
            await stage.settled("near", within=20)
            await stage.quiet(controller)

    world.run(story)
