"""The list verb: selection and pages. A page's continuation is pinned to the version of the first page."""

import base64
import binascii
import json
from dataclasses import dataclass

from argosy.sandbox.errors import ApiError, bad_request
from argosy.sandbox.messages import Request
from argosy.sandbox.registry import storage_key
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.selectors import Predicate, SelectorError, field_selector, label_selector
from argosy.sandbox.store import ExpiredError, Object, ObjectKey, Store, Stored, encode, key_of
from argosy.sandbox.versions import in_version

__all__ = ["Page", "encoded_list", "expired", "list_page", "selection", "shown"]


@dataclass(frozen=True, slots=True)
class Page:
    """Objects of a list, the version they are from, and how to go on."""

    items: list[Stored]
    version: int
    continuation: str = ""
    remaining: int | None = None

    def metadata(self) -> Object:
        """The `ListMeta`."""
        found: Object = {"resourceVersion": str(self.version)}
        if self.continuation:
            found["continue"] = self.continuation
        if self.remaining is not None:
            found["remainingItemCount"] = self.remaining
        return found


def selection(request: Request) -> Predicate | None:
    """The predicate of a request's selectors; None where all match. Raises `ApiError` 400."""
    try:
        labels = label_selector(request.query.get("labelSelector"))
        fields = field_selector(request.query.get("fieldSelector"))
    except SelectorError as error:
        raise bad_request(str(error)) from error
    if labels is None or fields is None:
        return labels or fields
    return lambda obj: labels(obj) and fields(obj)


def list_page(store: Store, kind: ObjectType, namespace: str, request: Request) -> Page:
    """The objects that a list request asks for. Raises `ApiError`: 400, 410 `Expired`, 504 for a
    future version.
    """
    place = storage_key(kind)
    limit = _number(request, "limit")
    version, after = store.version, None
    if token := request.query.get("continue"):
        version, after = _decode_token(token)
        items = _items_at(store, kind, version, namespace)
    else:
        asked = _number(request, "resourceVersion")
        if asked > version:
            raise _too_large(asked, version)
        if request.query.get("resourceVersionMatch") == "Exact":
            version = asked
            items = _items_at(store, kind, version, namespace)
        else:
            items = store.items(place, namespace)
    predicate = selection(request)
    if predicate is not None:
        items = [item for item in items if predicate(item.object)]
    if after is not None:
        items = [item for item in items if key_of(item.object) > after]
    if not limit or len(items) <= limit:
        return Page(items, version)
    remaining = None if predicate is not None else len(items) - limit
    items = items[:limit]
    return Page(items, version, _encode_token(version, key_of(items[-1].object)), remaining)


def shown(stored: Stored, kind: ObjectType) -> bytes:
    """The bytes of an object in the version asked for; those kept where that is the stored one."""
    if stored.object["apiVersion"] == kind.resource.api_version:
        return stored.encoded
    return encode(in_version(stored.object, kind))


def encoded_list(kind: ObjectType, page: Page) -> bytes:
    """The list as JSON, from the bytes of its objects."""
    resource = kind.resource
    head = encode(
        {"kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": page.metadata()}
    )
    return head[:-1] + b',"items":[' + b",".join([shown(item, kind) for item in page.items]) + b"]}"


def expired(error: ExpiredError) -> ApiError:
    """410 for a version that is forgotten: list anew."""
    return ApiError(410, "Expired", str(error))


def _items_at(store: Store, kind: ObjectType, version: int, namespace: str) -> list[Stored]:
    try:
        return store.items_at(storage_key(kind), version, namespace)
    except ExpiredError as error:
        raise ApiError(
            410,
            "Expired",
            "The provided continue parameter is too old to display a consistent list result. You can start "
            "a new list without the continue parameter.",
        ) from error


def _number(request: Request, name: str) -> int:
    text = request.query.get(name) or "0"
    if not text.isascii() or not text.isdigit():
        raise bad_request(f'invalid {name}: found "{text}", expected a whole number')
    return int(text)


def _encode_token(version: int, key: ObjectKey) -> str:
    token = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": list(key)})
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def _decode_token(token: str) -> tuple[int, ObjectKey]:
    try:
        found = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        namespace, name = found["start"]
        return int(found["rv"]), (namespace, name)
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise bad_request("continue key is not valid: expected the token of an earlier list") from error


def _too_large(asked: int, current: int) -> ApiError:
    message = f"Too large resource version: {asked}, current: {current}"
    cause: dict[str, object] = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1}, retry_after=1)
