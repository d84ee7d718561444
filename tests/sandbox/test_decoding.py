from typing import Any

import pytest
from object_engine import CATALOG, CONFIG_MAPS, DEPLOYMENTS

from argosy.sandbox.decoding import decode_object, empty_object
from argosy.sandbox.errors import ApiError
from argosy.sandbox.kinds.registry import TYPE_DEFAULTS
from argosy.sandbox.resource_types import ObjectType


def _decode(kind: ObjectType, value: dict[str, Any]) -> dict[str, Any]:
    return decode_object(kind.schema, value, kind.resource.kind, kind.resource.version, TYPE_DEFAULTS).object


def test_empty_values_vanish_where_go_leaves_them_out_and_pointers_stay() -> None:
    spec = _decode(DEPLOYMENTS, {"spec": {"paused": False, "replicas": 0, "minReadySeconds": 0}})["spec"]
    assert "paused" not in spec
    assert "minReadySeconds" not in spec
    assert spec["replicas"] == 0


def test_what_go_always_writes_appears() -> None:
    role = CATALOG.types["rbac.authorization.k8s.io", "v1", "roles"]
    assert _decode(role, {"metadata": {"name": "r"}})["rules"] is None
    assert _decode(DEPLOYMENTS, {})["spec"]["selector"] is None


def test_a_null_in_a_map_of_strings_is_an_empty_string() -> None:
    assert _decode(CONFIG_MAPS, {"data": {"a": None}, "immutable": None})["data"] == {"a": ""}


def test_unknown_fields_are_dropped_and_reported_with_their_path() -> None:
    value = {"spec": {"template": {"spec": {"containers": [{"name": "c", "imag": "x"}]}}}, "extra": 1}
    decoded = decode_object(DEPLOYMENTS.schema, value, "Deployment", "v1")
    assert decoded.unknown == ["spec.template.spec.containers[0].imag", "extra"]


def test_decoding_twice_changes_nothing() -> None:
    value = {
        "metadata": {"name": "it", "labels": {}, "annotations": None},
        "spec": {
            "template": {
                "spec": {
                    "containers": [
                        {
                            "name": "c",
                            "image": "i",
                            "resources": {"requests": {"cpu": 0.5, "memory": "1024Mi"}},
                        }
                    ],
                    "volumes": [{"name": "v"}],
                }
            }
        },
    }
    once = _decode(DEPLOYMENTS, value)
    assert _decode(DEPLOYMENTS, once) == once
    container = once["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"] == {"requests": {"cpu": "500m", "memory": "1Gi"}}
    assert container["imagePullPolicy"] == "Always"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            {"spec": {"replicas": "two"}},
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            {"spec": {"template": {"spec": {"containers": [{"ports": [{"containerPort": True}]}]}}}},
            "struct field ContainerPort.spec.template.spec.containers.ports.containerPort of type int32",
        ),
        (
            {"spec": {"template": {"spec": {"containers": {"a": 1}}}}},
            "cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers",
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_in_gos_words(value: dict[str, Any], text: str) -> None:
    with pytest.raises(ApiError) as caught:
        _decode(DEPLOYMENTS, value)
    assert caught.value.code == 400
    assert text in caught.value.message


# The places are those that kube-apiserver 1.37 names.
@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("%%", 0),
        ("YQ", 0),
        ("YWJj*", 4),
        ("YWJjZ", 4),
        ("YQ=", 3),
        ("Y===", 1),
        ("YQ==x", 4),
        ("YWJjYQ=a", 6),
        ("====", 0),
        ("YWJj====", 4),
        ("a-b_", 1),
    ],
)
def test_base64_is_checked_to_the_byte(text: str, at: int) -> None:
    secret = CATALOG.types["", "v1", "secrets"]
    with pytest.raises(ApiError, match=f"illegal base64 data at input byte {at}"):
        _decode(secret, {"data": {"a": text}})


@pytest.mark.parametrize(
    ("text", "answered"), [("YW\nJj", "YWJj"), ("YQ\n==", "YQ=="), ("YR==", "YQ=="), ("", "")]
)
def test_base64_becomes_canonical(text: str, answered: str) -> None:
    secret = CATALOG.types["", "v1", "secrets"]
    assert _decode(secret, {"data": {"a": text}})["data"] == {"a": answered}


def test_the_empty_object_has_no_defaults() -> None:
    empty = empty_object(DEPLOYMENTS.schema)
    assert empty["spec"]["strategy"] == {}
    assert "replicas" not in empty["spec"]
