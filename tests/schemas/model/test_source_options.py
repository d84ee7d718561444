"""Every option of a source can be read, under its own name."""

import re
from typing import Any

import pytest

from argosy.schemas.json_schemas import load_schema
from argosy.schemas.model.source import Directory, Helm, Jsonnet, Kustomize, Plugin, Source

DEFINITIONS = load_schema("Application")["$defs"]
EXAMPLES: dict[str, Any] = {"string": "text", "boolean": True, "array": ["one"], "object": {"key": "value"}}
# Read under a clearer name, as pairs, or not at all: Helm's version has one value left.
OTHERWISE = {
    "version",
    "replicas",
    "parameters",
    "fileParameters",
    "env",
    "patches",
    "jsonnet",
    "valuesObject",
}
VIEWS = [
    (Helm, "helm"),
    (Kustomize, "kustomize"),
    (Directory, "directory"),
    (Plugin, "plugin"),
    (Source, "source"),
]
SCALARS = [
    (view, field, schema["type"])
    for view, name in VIEWS
    for field, schema in DEFINITIONS[name]["properties"].items()
    if field not in OTHERWISE and "type" in schema
]


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.replace("URL", "Url")).lower()


@pytest.mark.parametrize(("view", "field", "kind"), SCALARS, ids=[f"{v.__name__}-{f}" for v, f, _ in SCALARS])
def test_an_option_is_read_under_its_name(view: Any, field: str, kind: str) -> None:
    example = EXAMPLES[kind]
    expected = tuple(example) if kind == "array" else example
    assert getattr(view({field: example}), snake(field)) == expected
    assert not getattr(view({}), snake(field))
    # What the API server would refuse reads as not written.
    assert getattr(view({field: 5}), snake(field)) == getattr(view({}), snake(field))


def test_patches_and_parameters_are_read_as_they_are() -> None:
    patch = {"patch": "x", "target": {"kind": "Deployment"}}
    assert Kustomize({"patches": [patch]}).patches == (patch,)
    assert Plugin({"parameters": [{"name": "a", "array": []}]}).parameters == ({"name": "a", "array": []},)
    assert Kustomize({"version": "v5"}).version == "v5"


def test_jsonnet_has_libraries_and_variables() -> None:
    jsonnet = Jsonnet({"libs": ["vendor"], "extVars": [{"name": "a", "value": "b"}]})
    assert jsonnet.libraries == ("vendor",)
    assert jsonnet.external_variables[0].name == "a"
    assert jsonnet.top_level_arguments == ()


def test_helm_values_are_told_from_no_values() -> None:
    assert Helm({}).values_object is None
    assert Helm({"valuesObject": {}}).values_object == {}
