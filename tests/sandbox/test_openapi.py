import asyncio

from cluster_calls import DEFINITIONS, definition, play


def test_every_served_group_version_has_a_document():
    async def story(calls):
        paths = (await calls.get("/openapi/v3")).body["paths"]
        groups = (await calls.get("/apis")).body["groups"]
        for version in (item["groupVersion"] for group in groups for item in group["versions"]):
            assert f"apis/{version}" in paths, version
        assert "api/v1" in paths

    play(story)


def test_a_document_brings_every_schema_that_it_names():
    async def story(calls):
        found = await calls.get("/openapi/v3/apis/apps/v1")
        schemas = found.body["components"]["schemas"]
        selector = schemas["io.k8s.api.apps.v1.DeploymentSpec"]["properties"]["selector"]
        assert selector["description"].startswith("Label selector for pods")
        text = found.text.decode()
        named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
        assert named <= set(schemas)
        assert (await calls.get("/openapi/v3/apis/none/v1")).status == 404

    play(story)


def test_a_definition_has_a_document_whose_hash_follows_its_schema():
    async def story(calls):
        await calls.create(DEFINITIONS, definition())
        await asyncio.sleep(1)
        path = "apis/demo.io/v1"
        before = (await calls.get("/openapi/v3")).body["paths"][path]["serverRelativeURL"]
        document = (await calls.get(before)).body
        widget = document["components"]["schemas"]["io.demo.v1.Widget"]
        assert widget["x-kubernetes-group-version-kind"] == [
            {"group": "demo.io", "version": "v1", "kind": "Widget"}
        ]
        assert "patch" in document["paths"]["/apis/demo.io/v1/namespaces/{namespace}/widgets/{name}"]
        changed = definition()
        schema = changed["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
        schema["properties"]["spec"]["properties"]["colour"] = {"type": "string"}
        await calls.apply(f"{DEFINITIONS}/widgets.demo.io", changed)
        after = (await calls.get("/openapi/v3")).body["paths"][path]["serverRelativeURL"]
        assert after != before
        assert b"colour" in (await calls.get(after)).text

    play(story)
