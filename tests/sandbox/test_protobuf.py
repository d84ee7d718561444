import base64

import pytest
from cluster_calls import play

from argosy.sandbox.protobuf import ProtobufError, decode_object

# A ConfigMap as Go writes it: fields that are empty, but not omitted, are there.
CONFIG_MAP = base64.b64decode("azhzAAoPCgJ2MRIJQ29uZmlnTWFwEh0KEwoDbGl0EgAaACIAKgAyADgAQgASBgoBYRIBYhoAIgA=")


def varint(number):
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def field(number, value):
    """A field as it is on the wire: numbers as varints, everything else with its length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value & (1 << 64) - 1)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def envelope(api_version, kind, message):
    return b"k8s\0" + field(1, field(1, api_version) + field(2, kind)) + field(2, message)


def test_a_body_written_by_go_is_read():
    found = decode_object(CONFIG_MAP)
    assert found["apiVersion"] == "v1"
    assert found["kind"] == "ConfigMap"
    assert found["metadata"]["name"] == "lit"
    assert found["data"] == {"a": "b"}


def test_numbers_maps_lists_times_and_int_or_strings_are_read():
    strategy = field(1, "RollingUpdate") + field(2, field(1, field(1, 1) + field(3, "25%")))
    labels = field(11, field(1, "app") + field(2, "web"))
    metadata = field(1, "web") + field(8, field(1, 1767225600)) + labels
    spec = field(1, 3) + field(4, strategy) + field(5, 0)
    found = decode_object(envelope("apps/v1", "Deployment", field(1, metadata) + field(2, spec)))
    assert found["metadata"] == {
        "name": "web",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {"app": "web"},
    }
    assert found["spec"]["replicas"] == 3
    assert found["spec"]["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%"}}


def test_a_negative_number_keeps_its_sign():
    found = decode_object(envelope("apps/v1", "Deployment", field(2, field(1, -1))))
    assert found["spec"]["replicas"] == -1


def test_options_of_a_request_are_read_whatever_group_they_name():
    found = decode_object(envelope("apps/v1", "DeleteOptions", field(4, "Foreground")))
    assert found["propagationPolicy"] == "Foreground"


def test_fields_of_the_future_are_passed_over():
    found = decode_object(
        envelope("v1", "ConfigMap", field(999, "new") + field(2, field(1, "a") + field(2, "b")))
    )
    assert found["data"] == {"a": "b"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"k8s\0\xff",
        CONFIG_MAP[:-20],
        envelope("v1", "Nonsense", b""),
        envelope("v1", "ConfigMap", b"\x0f"),
        envelope("v1", "ConfigMap", field(1, b"\xff" * 20)),
        b"k8s\0" + b"\xff" * 40,
    ],
)
def test_a_broken_message_is_an_error_and_no_crash(body):
    with pytest.raises(ProtobufError):
        decode_object(body)


def test_a_broken_message_is_answered_with_400():
    async def story(calls):
        kind = "application/vnd.kubernetes.protobuf"
        answer = await calls.ask("POST", "/api/v1/namespaces", b"k8s\0\xff", kind)
        assert answer.status == 400
        assert "protobuf" in answer.body["message"]

    play(story)


def test_a_protobuf_body_makes_an_object():
    async def story(calls):
        body = envelope("v1", "Namespace", field(1, field(1, "team")))
        answer = await calls.ask("POST", "/api/v1/namespaces", body, "application/vnd.kubernetes.protobuf")
        assert answer.status == 201
        assert answer.body["metadata"]["name"] == "team"

    play(story)
