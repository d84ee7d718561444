import copy
import json
from typing import Any

import pytest
from object_engine import (
    CATALOG,
    CONFIG_MAPS,
    DEPLOYMENTS,
    SERVICES,
    apply,
    custom_kind,
    deployment,
    environment,
)
from object_engine import owners as owners_of

from argosy.sandbox import objects
from argosy.sandbox.errors import ApiError
from argosy.sandbox.objects import FieldValidation, WriteOptions
from argosy.sandbox.patches import JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH

ME = WriteOptions("me")


def _body(kind: str, content: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": "it", **metadata}, **content}


def test_no_write_changes_its_arguments() -> None:
    body = _body("Deployment", deployment())
    before = copy.deepcopy(body)
    live = objects.create(DEPLOYMENTS, "default", body, ME, environment()).object
    assert body == before
    known = copy.deepcopy(live)
    patch = json.dumps({"spec": {"template": {"spec": {"containers": [{"name": "main", "tty": True}]}}}})
    objects.patch(DEPLOYMENTS, live, patch.encode(), STRATEGIC_MERGE_PATCH, ME, environment())
    objects.patch(DEPLOYMENTS, live, b'{"spec":{"replicas":3}}', MERGE_PATCH, ME, environment())
    objects.patch(
        DEPLOYMENTS, live, b'[{"op":"remove","path":"/spec/replicas"}]', JSON_PATCH, ME, environment()
    )
    objects.update(DEPLOYMENTS, live, body, ME, environment())
    apply(DEPLOYMENTS, live, deployment(replicas=4), by="you", force=True)
    assert live == known
    assert body == before


def test_a_new_object_has_system_metadata_and_defaults() -> None:
    body = _body("Deployment", deployment(), labels={"a": "b"}, generation=9, uid="mine")
    made = objects.create(DEPLOYMENTS, "default", body, ME, environment()).object
    assert made["metadata"]["uid"] == "00000000-0000-0000-0000-000000000001"
    assert made["metadata"]["generation"] == 1
    assert made["metadata"]["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert made["metadata"]["namespace"] == "default"
    assert made["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": "25%", "maxSurge": "25%"}
    assert made["status"] == {}
    assert list(made)[:3] == ["kind", "apiVersion", "metadata"]


def test_a_name_is_generated() -> None:
    body = {"metadata": {"generateName": "job-"}}
    made = objects.create(CONFIG_MAPS, "default", body, ME, environment()).object
    assert made["metadata"]["name"] == "job-abcde"


def test_strict_validation_refuses_unknown_fields_and_warning_names_them() -> None:
    body = _body("ConfigMap", {"data": {"a": "b"}, "nope": 1})
    warned = objects.create(CONFIG_MAPS, "default", body, ME, environment())
    assert warned.warnings == ('unknown field "nope"',)
    assert "nope" not in warned.object
    strict = WriteOptions("me", field_validation=FieldValidation.STRICT)
    with pytest.raises(ApiError, match='strict decoding error: unknown field "nope"'):
        objects.create(CONFIG_MAPS, "default", body, strict, environment())


@pytest.mark.parametrize(("name", "found"), [("resourceVersion", "1"), ("uid", "other")])
def test_a_body_that_means_another_object_is_a_conflict(name: str, found: str) -> None:
    live = apply(CONFIG_MAPS, None, {"data": {"a": "1"}}).object
    live["metadata"]["resourceVersion"] = "7"
    with pytest.raises(ApiError) as caught:
        objects.update(CONFIG_MAPS, live, _body("ConfigMap", {}, **{name: found}), ME, environment())
    assert caught.value.code == 409


def test_only_the_status_endpoint_writes_status() -> None:
    live = apply(DEPLOYMENTS, None, deployment()).object
    patch = b'{"spec":{"replicas":5},"status":{"replicas":2},"metadata":{"labels":{"l":"1"}}}'
    main = objects.patch(DEPLOYMENTS, live, patch, MERGE_PATCH, ME, environment()).object
    assert (main["spec"]["replicas"], main["status"], main["metadata"]["generation"]) == (5, {}, 2)
    status = WriteOptions("controller", "status")
    other = objects.patch(DEPLOYMENTS, live, patch, MERGE_PATCH, status, environment()).object
    assert (other["spec"], other["status"]) == (live["spec"], {"replicas": 2})
    assert other["metadata"]["generation"] == 1
    assert "labels" not in other["metadata"]
    assert owners_of(other)["controller"] == {"f:status": {"f:replicas": {}}}


def test_a_service_keeps_its_address_when_an_update_does_not_mention_it() -> None:
    live = apply(SERVICES, None, {"spec": {"ports": [{"port": 80}]}}).object
    assert live["spec"]["clusterIP"] == "10.0.0.7"
    body = _body("Service", {"spec": {"ports": [{"port": 81}]}})
    assert objects.update(SERVICES, live, body, ME, environment()).object["spec"]["clusterIP"] == "10.0.0.7"


def test_a_merged_null_in_a_custom_resource_is_refused_as_by_the_server() -> None:
    labels = {"type": "object", "additionalProperties": {"type": "string"}}
    kind = custom_kind({"type": "object", "properties": {"labels": labels}})
    live = apply(kind, None, {"spec": {"labels": {"a": "1"}}}).object
    live = apply(kind, live, {"spec": {"labels": {"b": "2"}}}, by="you").object
    with pytest.raises(ApiError, match=r'spec\.labels in body must be of type object: "null"'):
        apply(kind, apply(kind, live, {}).object, {"spec": {"labels": {}}}, by="you")


def test_the_versions_that_are_not_served_have_no_type() -> None:
    kind = custom_kind(
        {"type": "object"}, subresources={"status": {}, "scale": {"specReplicasPath": ".spec.n"}}
    )
    assert kind.resource.api_version == "example.com/v1"
    assert kind.resource.singular == "thing"
    assert [found.name for found in kind.resource.subresources] == ["status", "scale"]
    assert kind.custom is not None
    assert kind.custom.has_status


def test_a_secret_string_never_stays_in_clear() -> None:
    kind = CATALOG.types["", "v1", "secrets"]
    made = apply(kind, None, {"stringData": {"password": "hunter2"}}).object
    assert "stringData" not in made
    assert made["data"] == {"password": "aHVudGVyMg=="}
    assert owners_of(made) == {"me": {"f:stringData": {"f:password": {}}}}
