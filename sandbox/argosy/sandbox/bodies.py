"""Bodies of requests as objects: JSON, YAML and the protobuf that Go clients send for built-in types."""

from typing import Any

import msgspec
import yaml

from argosy.sandbox.errors import ApiError, bad_request, unsupported_media_type
from argosy.sandbox.messages import JSON, Request
from argosy.sandbox.protobuf import PROTOBUF, ProtobufError, decode_object
from argosy.sandbox.store import Object

__all__ = ["configuration", "read_body"]

_ACCEPTED = (JSON, "application/yaml", PROTOBUF)
_decoder = msgspec.json.Decoder()


def read_body(request: Request, version: str) -> Object:
    """The object in the body; an empty body is an empty object. Raises `ApiError` (400, 415)."""
    body = request.body
    if not body:
        return {}
    content_type = request.content_type or JSON
    if content_type == PROTOBUF or body.startswith(b"k8s\0"):
        try:
            return decode_object(body, version)
        except ProtobufError as error:
            raise bad_request(f"the protobuf body does not decode: {error}") from error
    if content_type in {JSON, "text/plain"}:
        try:
            return _object(_decoder.decode(body))
        except msgspec.DecodeError as error:
            raise bad_request(f"the JSON body does not parse: {error}") from error
    if content_type in {"application/yaml", "application/x-yaml"}:
        return configuration(body)
    raise unsupported_media_type(_ACCEPTED)


def configuration(body: bytes) -> Object:
    """The object of an apply request, which is YAML or JSON. Raises `ApiError` 400."""
    if body[:1] == b"{":
        try:
            return _object(_decoder.decode(body))
        except msgspec.DecodeError:
            pass  # YAML in flow style begins the same way; its reader gives the error
    try:
        return _object(yaml.load(body, _LOADER))  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ApiError(400, "BadRequest", f"error decoding YAML: {error}") from error


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _object(value: Any) -> Object:
    if not isinstance(value, dict):
        raise bad_request(f"the body must be an object, found {type(value).__name__}")
    return value
