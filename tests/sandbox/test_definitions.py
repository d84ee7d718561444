import asyncio

from cluster_calls import DEFINITIONS, MERGE, TABLE, definition, play

WIDGETS = "/apis/demo.io/v1/namespaces/default/widgets"
WIDGET = {"apiVersion": "demo.io/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 3}}


async def established(calls, **version):
    await calls.create(DEFINITIONS, definition(**version))
    await asyncio.sleep(1)


def test_a_definition_is_served_only_after_a_moment():
    async def story(calls):
        await calls.create(DEFINITIONS, definition())
        assert (await calls.ask("POST", WIDGETS, WIDGET)).status == 404
        assert (await calls.get("/apis/demo.io/v1")).status == 404
        await asyncio.sleep(1)
        found = (await calls.get(f"{DEFINITIONS}/widgets.demo.io")).body
        conditions = {item["type"]: item["status"] for item in found["status"]["conditions"]}
        assert conditions == {"NamesAccepted": "True", "Established": "True"}
        await calls.create(WIDGETS, WIDGET)
        resources = (await calls.get("/apis/demo.io/v1")).body["resources"]
        assert resources[0]["shortNames"] == ["wd"]

    play(story)


def test_all_versions_show_the_same_objects():
    async def story(calls):
        await established(calls)
        await calls.create(WIDGETS, WIDGET)
        older = WIDGETS.replace("v1/", "v1beta1/", 1)
        found = (await calls.get(f"{older}/w")).body
        assert (found["apiVersion"], found["spec"]) == ("demo.io/v1beta1", {"size": 3})
        patched = await calls.must("PATCH", f"{older}/w", {"spec": {"size": 4}}, MERGE)
        assert patched["apiVersion"] == "demo.io/v1beta1"
        assert (await calls.get(f"{WIDGETS}/w")).body["spec"] == {"size": 4}

    play(story)


def test_deleting_a_definition_deletes_its_objects_first():
    async def story(calls):
        await established(calls)
        await calls.create(WIDGETS, {**WIDGET, "metadata": {"name": "w", "finalizers": ["demo.io/hold"]}})
        await calls.must("DELETE", f"{DEFINITIONS}/widgets.demo.io")
        await asyncio.sleep(5)
        assert "deletionTimestamp" in (await calls.get(f"{WIDGETS}/w")).body["metadata"]
        await calls.must("PATCH", f"{WIDGETS}/w", {"metadata": {"finalizers": None}}, MERGE)
        await asyncio.sleep(1)
        assert (await calls.get(f"{DEFINITIONS}/widgets.demo.io")).status == 404
        assert (await calls.get(f"{WIDGETS}/w")).status == 404

    play(story)


def test_a_changed_schema_holds_from_the_next_write_on():
    async def story(calls):
        await established(calls)
        changed = definition()
        for version in changed["spec"]["versions"]:
            properties = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
            properties["size"]["maximum"] = 2
        await calls.apply(f"{DEFINITIONS}/widgets.demo.io", changed)
        answer = await calls.ask("POST", WIDGETS, WIDGET)
        assert answer.status == 422
        assert "should be less than or equal to 2" in answer.body["message"]

    play(story)


def test_printer_columns_of_a_definition_are_printed():
    async def story(calls):
        columns = [
            {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
            {"name": "First", "type": "string", "jsonPath": '.status.parts[?(@.kind=="x")].name'},
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
            {"name": "Wide", "type": "string", "jsonPath": ".metadata.uid", "priority": 1},
        ]
        await established(calls, additionalPrinterColumns=columns)
        await calls.create(WIDGETS, WIDGET)
        await asyncio.sleep(90)
        table = (await calls.get(WIDGETS, TABLE)).body
        assert [column["name"] for column in table["columnDefinitions"]] == [
            "Name",
            "Size",
            "First",
            "Age",
            "Wide",
        ]
        assert table["columnDefinitions"][4]["priority"] == 1
        assert table["rows"][0]["cells"][:4] == ["w", 3, None, "90s"]

    play(story)


def test_scaling_a_custom_resource_moves_the_field_that_it_names():
    async def story(calls):
        paths = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}
        await established(calls, subresources={"scale": paths, "status": {}})
        await calls.create(WIDGETS, WIDGET)
        scale = (await calls.get(f"{WIDGETS}/w/scale")).body
        assert (scale["kind"], scale["spec"], scale["status"]) == ("Scale", {"replicas": 3}, {"replicas": 0})
        await calls.must("PATCH", f"{WIDGETS}/w/scale", {"spec": {"replicas": 7}}, MERGE)
        assert (await calls.get(f"{WIDGETS}/w")).body["spec"] == {"size": 7}

    play(story)
