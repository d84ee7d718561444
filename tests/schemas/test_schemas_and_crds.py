"""The shipped JSON Schemas come from the definitions, and give definitions that a cluster takes."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from argosy.schemas.crds import custom_resource_definitions
from argosy.schemas.definitions.__main__ import SCHEMAS, rendered
from argosy.schemas.json_schemas import KINDS, load_schema


def nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema within a schema, itself first."""
    yield schema
    for one in [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]:
        yield from nodes(one)
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from nodes(schema[name])


def structural(definition: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


@pytest.mark.parametrize("name", SCHEMAS)
def test_shipped_schemas_are_those_of_the_definitions(name: str) -> None:
    shipped = files("argosy.schemas.json_schemas").joinpath(name).read_text(encoding="utf-8")
    assert shipped == rendered(SCHEMAS[name]), "run python -m argosy.schemas.definitions"


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_valid_and_every_field_is_described(kind: str) -> None:
    schema = load_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    for node in nodes(schema):
        for name, field in node.get("properties", {}).items():
            assert name == "fieldsV1" or field["description"].endswith("."), name


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_has_a_definition_and_every_definition_a_use(kind: str) -> None:
    schema = load_schema(kind)
    used = {node["$ref"].removeprefix("#/$defs/") for node in nodes(schema) if "$ref" in node}
    assert used == set(schema["$defs"])


def test_definitions_are_structural() -> None:
    for definition in custom_resource_definitions():
        for node in nodes(structural(definition)):
            assert not node.keys() & {"$ref", "$defs", "$schema", "const", "title", "x-argosy-raw"}
            assert not ("properties" in node and "additionalProperties" in node)
            assert node.get("additionalProperties") is not False
            assert not isinstance(node.get("type"), list)
            assert "type" in node or node.keys() & {
                "x-kubernetes-int-or-string",
                "x-kubernetes-preserve-unknown-fields",
            }


def test_definitions_are_small_enough_to_be_applied() -> None:
    for definition in custom_resource_definitions():
        assert len(json.dumps(definition)) < 900_000


def test_only_the_set_has_a_status_subresource() -> None:
    found = {
        one["spec"]["names"]["kind"]: one["spec"]["versions"][0].get("subresources")
        for one in custom_resource_definitions()
    }
    assert found == {"Application": None, "ApplicationSet": {"status": {}}, "AppProject": None}


def test_names_and_columns_are_those_people_know() -> None:
    application, applicationset, project = custom_resource_definitions()
    assert application["metadata"]["name"] == "applications.argoproj.io"
    assert application["spec"]["names"]["shortNames"] == ["app", "apps"]
    assert applicationset["spec"]["names"]["shortNames"] == ["appset", "appsets"]
    assert project["spec"]["names"]["shortNames"] == ["appproj", "appprojs"]
    columns = application["spec"]["versions"][0]["additionalPrinterColumns"]
    assert [one["name"] for one in columns] == ["Sync Status", "Health Status", "Revision", "Project"]


def test_nested_combinations_are_stored_unseen() -> None:
    schema = structural(custom_resource_definitions()[1])
    nested = schema["properties"]["spec"]["properties"]["generators"]["items"]["properties"]["matrix"]
    child = nested["properties"]["generators"]["items"]["properties"]["merge"]
    assert child["x-kubernetes-preserve-unknown-fields"] is True
    assert "properties" not in child


def test_each_call_gives_new_values() -> None:
    custom_resource_definitions()[0]["spec"].clear()
    assert custom_resource_definitions()[0]["spec"]
