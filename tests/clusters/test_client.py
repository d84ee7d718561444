"""The verbs, against an API: the same tests on the sandbox and on a real kube-apiserver."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from argosy.clusters.client import Client, PatchType, Propagation
from argosy.clusters.errors import AlreadyExists, Conflict, Invalid, NotFound, UnknownKind
from argosy.clusters.objects import GroupVersionKind, ObjectRef

CONFIG_MAP = GroupVersionKind("", "v1", "ConfigMap")
MARKER = "hunter2-marker"

Make = Callable[..., dict[str, Any]]


def definition(plural: str = "gadgets", kind: str = "Gadget") -> dict[str, Any]:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.tests.argosy.dev"},
        "spec": {
            "group": "tests.argosy.dev",
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
            "versions": [{**version, "subresources": {"status": {}}}],
        },
    }


def test_an_applied_object_is_there_and_applying_it_again_changes_nothing(api: Any, config_map: Make) -> None:
    async def story(client: Client) -> None:
        first = await client.apply(config_map("one"), manager="m", force=False)
        again = await client.apply(config_map("one"), manager="m", force=False)
        assert first["metadata"]["resourceVersion"] == again["metadata"]["resourceVersion"]
        assert (await client.get(ObjectRef.of(first)))["data"] == {"value": "1"}

    api.run(story)


def test_a_field_of_another_manager_is_a_conflict_that_names_it_unless_forced(
    api: Any, config_map: Make
) -> None:
    async def story(client: Client) -> None:
        await client.apply(config_map("one"), manager="first", force=False)
        with pytest.raises(Conflict) as caught:
            await client.apply(config_map("one", "2"), manager="second", force=False)
        assert [(cause.field, "first" in cause.message) for cause in caught.value.causes] == [
            (".data.value", True)
        ]
        changed = await client.apply(config_map("one", "2"), manager="second", force=True)
        assert changed["data"]["value"] == "2"

    api.run(story)


def test_a_dry_run_answers_as_the_real_one_and_changes_nothing(api: Any, config_map: Make) -> None:
    async def story(client: Client) -> None:
        await client.apply(config_map("one"), manager="m", force=True)
        tried = await client.apply(config_map("one", "2"), manager="m", force=True, dry_run=True)
        assert tried["data"]["value"] == "2"
        assert (await client.get(ObjectRef.of(tried)))["data"]["value"] == "1"

    api.run(story)


def test_a_second_create_says_that_the_object_exists(api: Any, config_map: Make) -> None:
    async def story(client: Client) -> None:
        await client.create(config_map("one"))
        with pytest.raises(AlreadyExists):
            await client.create(config_map("one"))

    api.run(story)


def test_replacing_an_object_that_has_changed_since_is_a_conflict(api: Any, config_map: Make) -> None:
    async def story(client: Client) -> None:
        old = await client.create(config_map("one"))
        await client.replace({**old, "data": {"value": "2"}})
        with pytest.raises(Conflict):
            await client.replace({**old, "data": {"value": "3"}})

    api.run(story)


def test_merge_and_json_patches_change_parts(api: Any, config_map: Make) -> None:
    async def story(client: Client) -> None:
        ref = ObjectRef.of(await client.create(config_map("one")))
        assert (await client.patch(ref, {"data": {"more": "x"}}))["data"] == {"value": "1", "more": "x"}
        patch = [{"op": "replace", "path": "/data/value", "value": "9"}]
        assert (await client.patch(ref, patch, PatchType.JSON))["data"]["value"] == "9"

    api.run(story)


def test_deleting_what_was_made_anew_in_the_meantime_is_refused_by_uid(api: Any, config_map: Make) -> None:
    async def story(client: Client) -> None:
        ref = ObjectRef.of(await client.create(config_map("one")))
        with pytest.raises(Conflict):
            await client.delete(ref, uid="00000000-0000-0000-0000-000000000000")
        assert await client.find(ref) is not None
        uid = (await client.get(ref))["metadata"]["uid"]
        await client.delete(ref, uid=uid, propagation=Propagation.FOREGROUND)
        while await client.find(ref) is not None:
            await asyncio.sleep(0.1)  # Foreground deletion ends when the garbage collector has looked.
        with pytest.raises(NotFound):
            await client.delete(ref)

    api.run(story)


def test_a_list_longer_than_a_page_is_read_whole_with_kinds_filled_in(api: Any, config_map: Make) -> None:
    async def story(client: Client) -> None:
        for number in range(7):
            await client.create(config_map(f"n{number}", color="red" if number % 2 else "blue"))
        found = await client.list(CONFIG_MAP, api.namespace, label_selector="color")
        assert [item["metadata"]["name"] for item in found.items] == [f"n{number}" for number in range(7)]
        assert {(item["apiVersion"], item["kind"]) for item in found.items} == {("v1", "ConfigMap")}
        assert found.resource_version
        red = await client.list(CONFIG_MAP, api.namespace, label_selector="color=red")
        assert len(red.items) == 3
        assert len((await client.list(CONFIG_MAP, api.namespace, label_selector="color", limit=3)).items) == 3

    api.run(story, page=2)


def test_a_kind_that_is_not_served_is_an_error_of_its_own_that_names_the_version_that_is(api: Any) -> None:
    async def story(client: Client) -> None:
        with pytest.raises(UnknownKind) as caught:
            await client.get(ObjectRef("apps", "v1beta1", "Deployment", "default", "x"))
        assert "apps/v1" in caught.value.hint
        with pytest.raises(UnknownKind):
            await client.find(ObjectRef("example.com", "v1", "Nothing", "default", "x"))

    api.run(story)


def test_a_new_definition_is_discovered_and_a_deleted_one_is_unknown_again(api: Any) -> None:
    gadget = {
        "apiVersion": "tests.argosy.dev/v1",
        "kind": "Gadget",
        "metadata": {"name": "g", "namespace": api.namespace},
    }

    async def story(client: Client) -> None:
        with pytest.raises(UnknownKind):
            await client.apply(gadget, manager="m", force=True)
        defined = await client.apply(definition(), manager="m", force=True)
        try:
            async with asyncio.timeout(20):
                while True:
                    try:
                        await client.apply(gadget, manager="m", force=True)
                        break
                    except UnknownKind:
                        await asyncio.sleep(0.1)
            resource = await client.resource(GroupVersionKind.of(gadget))
            assert resource.subresources == {"status"}
            status = {**gadget, "status": {"ready": True}}
            written = await client.apply(status, manager="s", force=True, subresource="status")
            assert written["status"] == {"ready": True}
        finally:
            await client.delete(ObjectRef.of(defined))
        async with asyncio.timeout(20):
            while True:
                try:
                    await client.get(ObjectRef.of(gadget))
                except NotFound:
                    pass
                except UnknownKind:
                    break
                await asyncio.sleep(0.1)

    api.run(story)


def test_an_object_without_the_namespace_that_it_needs_is_refused_before_it_is_sent(api: Any) -> None:
    async def story(client: Client) -> None:
        value = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
        with pytest.raises(Invalid, match="names none"):
            await client.apply(value, manager="m", force=True)

    api.run(story)


@pytest.mark.parametrize(
    "wrong",
    [
        {"data": {"password": MARKER}},
        {"stringData": {"password": {"nested": MARKER}}},
        {"stringData": {"password": [MARKER]}},
    ],
    ids=["not base64", "mapping", "list"],
)
def test_what_is_said_of_a_wrong_secret_does_not_show_its_value(api: Any, wrong: dict[str, Any]) -> None:
    async def story(client: Client) -> None:
        value = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": api.namespace}}
        with pytest.raises(Exception, match="Secret") as caught:
            await client.apply({**value, **wrong}, manager="m", force=True)
        shown = f"{caught.value!r} {caught.value.__cause__!r} {vars(caught.value)}"
        assert MARKER not in shown

    api.run(story)


def test_the_version_of_the_server_is_known(api: Any) -> None:
    async def story(client: Client) -> None:
        version = await client.version()
        assert (version.major, version.minor) >= (1, 30)
        assert version.text.startswith("v1.")
        assert await client.serves_since((1, 30))
        assert not await client.serves_since((2, 0))

    api.run(story)
