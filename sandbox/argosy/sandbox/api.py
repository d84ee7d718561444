"""From a request to its answer: the paths and verbs of the Kubernetes API over one cluster's parts.

Knows no sockets. Everything it refuses is an `ApiError`; the caller turns those into answers.
"""

import weakref
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from argosy.sandbox.bodies import configuration, read_body
from argosy.sandbox.deletion import DeleteOptions, Deleter
from argosy.sandbox.discovery import Discovery
from argosy.sandbox.errors import ApiError, bad_request, resource_details, unsupported_media_type
from argosy.sandbox.listing import list_page, selection
from argosy.sandbox.messages import JSON, Request, Response, json_response, text_response
from argosy.sandbox.objects import FieldValidation, WriteOptions
from argosy.sandbox.openapi import OpenApi
from argosy.sandbox.patches import json_patch, merge_patch
from argosy.sandbox.presentation import presentation_of
from argosy.sandbox.registry import storage_key
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.reviews import is_review, review
from argosy.sandbox.scale import scale_of, scaled
from argosy.sandbox.state import ClusterState
from argosy.sandbox.store import encode
from argosy.sandbox.versions import in_version
from argosy.sandbox.watching import Watch, start_watch
from argosy.sandbox.writing import Writer, Written

__all__ = ["Api"]

_APPLY = frozenset({"application/apply-patch+yaml", "application/apply-patch+cbor"})
_NOT_SIMULATED = {
    "attach",
    "binding",
    "ephemeralcontainers",
    "exec",
    "log",
    "portforward",
    "proxy",
    "resize",
    "token",
}
_ANSWER_THE_OBJECT = {
    ("", "namespaces"),
    ("", "persistentvolumeclaims"),
    ("", "persistentvolumes"),
    ("", "pods"),
    ("", "podtemplates"),
    ("", "resourcequotas"),
    ("", "serviceaccounts"),
    ("", "services"),
}
_ANSWER_THE_OBJECT_GROUPS = {"resource.k8s.io", "storage.k8s.io"}
"""Resources whose delete answers the object in place of a Status (`ReturnDeletedObject` in pkg/registry)."""


@dataclass(frozen=True, slots=True)
class _Target:
    kind: ObjectType
    namespace: str
    name: str
    subresource: str


class Api:
    """Answers requests. `watches` holds what streams now."""

    def __init__(self, state: ClusterState, writer: Writer, deleter: Deleter) -> None:
        self._state = state
        self._writer = writer
        self._deleter = deleter
        self._discovery = Discovery(state.registry)
        self._openapi = OpenApi(state.registry, state.settings.kubernetes_version)
        self.watches: set[Watch] = set()

    def answer(self, request: Request) -> Response:
        """The answer to a request. Raises `ApiError`."""
        segments = request.segments
        if not segments:
            return json_response(
                {"paths": ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"]}
            )
        if segments[0] in {"api", "apis"}:
            if (found := self._discovery.answer(request)) is not None:
                return found
            return self._resource(request, self._target(request))
        if segments[:2] == ("openapi", "v3"):
            return self._openapi.answer("/".join(segments[2:]))
        if segments[0] in {"healthz", "livez", "readyz"}:
            return text_response("ok")
        if segments == ("version",):
            return json_response(self._discovery.version())
        if segments == ("metrics",):
            return text_response(self._metrics())
        raise _no_such_path()

    def _metrics(self) -> str:
        store = self._state.store
        lines = ["# TYPE apiserver_storage_objects gauge"]
        for group, plural in store.resources():
            resource = f"{plural}.{group}" if group else plural
            count = len(store.items((group, plural)))
            lines.append(f'apiserver_storage_objects{{resource="{resource}"}} {count}')
        lines.append("# TYPE apiserver_longrunning_requests gauge")
        lines.append(f'apiserver_longrunning_requests{{verb="WATCH"}} {len(self.watches)}')
        return "\n".join(lines) + "\n"

    def _target(self, request: Request) -> _Target:
        segments = request.segments
        group, rest = ("", segments[1:]) if segments[0] == "api" else (segments[1], segments[2:])
        version, *parts = rest
        if not parts:
            raise _no_such_path()
        namespace = ""
        if (
            parts[0] == "namespaces"
            and len(parts) > 2
            and self._state.registry.lookup(group, version, parts[2])
        ):
            namespace, parts = parts[1], parts[2:]
        kind = self._state.registry.lookup(group, version, parts[0])
        if kind is None or len(parts) > 3:
            raise _no_such_path()
        if kind.resource.namespaced != bool(namespace) and len(parts) > 1:
            raise _no_such_path()
        name = parts[1] if len(parts) > 1 else ""
        subresource = parts[2] if len(parts) > 2 else ""
        return _Target(kind, namespace, name, subresource)

    def _resource(self, request: Request, target: _Target) -> Response:
        resource = target.kind.resource
        if target.subresource in _NOT_SIMULATED and resource.has_subresource(target.subresource):
            raise ApiError(
                501,
                "NotImplemented",
                f"the sandbox runs no containers and has no {resource.plural}/{target.subresource}",
            )
        if target.subresource and not resource.has_subresource(target.subresource):
            raise _no_such_path()
        if is_review(resource.group) and request.method == "POST":
            body = read_body(request, self._state.settings.kubernetes_version)
            return json_response(review(resource.kind, resource.api_version, body), 201)
        if target.subresource in {"scale", "eviction"}:
            return self._scale(request, target) if target.subresource == "scale" else self._evict(target)
        if target.name:
            verbs = {"GET": self._get, "PUT": self._put, "PATCH": self._patch, "DELETE": self._delete}
        else:
            verbs = {"GET": self._list, "POST": self._create, "DELETE": self._delete_collection}
        verb: Callable[[Request, _Target], Response] | None = verbs.get(request.method)
        if verb is None or (target.subresource and request.method == "DELETE"):
            raise _no_such_method()
        return verb(request, target)

    def _get(self, request: Request, target: _Target) -> Response:
        stored = self._writer.live(target.kind, target.namespace, target.name)
        return json_response(presentation_of(request, self._state, target.kind).stored(stored))

    def _list(self, request: Request, target: _Target) -> Response:
        presentation = presentation_of(request, self._state, target.kind)
        if request.flag("watch"):
            watch = start_watch(self._state, target.kind, target.namespace, request, presentation.in_watch())
            stream = self._streamed(watch)
            # A caller may drop the answer unread: then the stream never begins, and never comes to its end.
            weakref.finalize(stream, watch.close)
            return Response(200, {"content-type": JSON}, stream=stream)
        page = list_page(self._state.store, target.kind, target.namespace, request)
        return json_response(presentation.page(page))

    async def _streamed(self, watch: Watch) -> AsyncGenerator[bytes, None]:
        self.watches.add(watch)
        try:
            async for lines in watch:
                yield lines
        finally:
            self.watches.discard(watch)
            watch.close()

    def _create(self, request: Request, target: _Target) -> Response:
        if target.kind.resource.namespaced and not target.namespace:
            raise _no_such_method()
        body = read_body(request, self._state.settings.kubernetes_version)
        options = _write_options(request)
        written = self._writer.create(
            target.kind, target.namespace, body, options, dry_run=_is_dry_run(request)
        )
        return self._written(request, target, written)

    def _put(self, request: Request, target: _Target) -> Response:
        body = read_body(request, self._state.settings.kubernetes_version)
        if target.subresource == "finalize":
            return self._finalize(request, target, body)
        written = self._writer.update(
            target.kind,
            target.namespace,
            target.name,
            body,
            _write_options(request, target.subresource),
            dry_run=_is_dry_run(request),
        )
        return self._written(request, target, written)

    def _finalize(self, request: Request, target: _Target, body: dict[str, object]) -> Response:
        """A namespace's own finalizers, by which controllers let it go."""
        live = self._writer.live(target.kind, "", target.name)
        changed = {**live.object, "spec": body.get("spec") or {}}
        done = "deletionTimestamp" in changed["metadata"] and not changed["spec"].get("finalizers")
        store = self._state.store
        if done and not changed["metadata"].get("finalizers"):
            stored = store.remove(storage_key(target.kind), ("", target.name), changed)
        else:
            stored = store.put(storage_key(target.kind), changed)
        return json_response(presentation_of(request, self._state, target.kind).stored(stored))

    def _patch(self, request: Request, target: _Target) -> Response:
        options = _write_options(request, target.subresource)
        dry_run = _is_dry_run(request)
        place = (target.kind, target.namespace, target.name)
        if request.content_type in _APPLY:
            if request.content_type.endswith("cbor"):
                raise unsupported_media_type(["application/apply-patch+yaml"])
            if not request.query.get("fieldManager"):
                raise _manager_required()
            body = configuration(request.body)
            written = self._writer.apply(*place, body, options, dry_run=dry_run)
        else:
            written = self._writer.patch(*place, request.body, request.content_type, options, dry_run=dry_run)
        return self._written(request, target, written)

    def _written(self, request: Request, target: _Target, written: Written) -> Response:
        presentation = presentation_of(request, self._state, target.kind)
        body = presentation.one(written.object, written.encoded)
        return json_response(body, 201 if written.created else 200, warnings=written.warnings)

    def _delete(self, request: Request, target: _Target) -> Response:
        options = self._delete_options(request)
        deleted = self._deleter.delete(target.kind, target.namespace, target.name, options)
        resource = target.kind.resource
        answers_object = (resource.group, resource.plural) in _ANSWER_THE_OBJECT
        if not deleted.gone or answers_object or resource.group in _ANSWER_THE_OBJECT_GROUPS:
            obj = in_version(deleted.object, target.kind)
            presentation = presentation_of(request, self._state, target.kind)
            return json_response(presentation.one(obj, encode(obj)))
        details = resource_details(resource.group, resource.plural, target.name)
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        return json_response({**status, "details": {**details, "uid": deleted.object["metadata"]["uid"]}})

    def _delete_collection(self, request: Request, target: _Target) -> Response:
        if "deletecollection" not in target.kind.resource.verbs:
            raise _no_such_method()
        options = self._delete_options(request)
        predicate = selection(request)
        page = list_page(self._state.store, target.kind, target.namespace, Request("GET", ""))
        for item in page.items:
            if predicate is None or predicate(item.object):
                metadata = item.object["metadata"]
                place = (metadata.get("namespace", ""), metadata["name"])
                if self._state.store.get(storage_key(target.kind), place) is not None:
                    self._deleter.delete(target.kind, *place, options)
        return json_response(presentation_of(request, self._state, target.kind).page(page))

    def _delete_options(self, request: Request) -> DeleteOptions:
        body = read_body(request, self._state.settings.kubernetes_version)
        return DeleteOptions.parse(body, request.query)

    def _evict(self, target: _Target) -> Response:
        self._deleter.delete(target.kind, target.namespace, target.name, DeleteOptions())
        return json_response({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}, 201)

    def _scale(self, request: Request, target: _Target) -> Response:
        live = self._writer.live(target.kind, target.namespace, target.name)
        scale = scale_of(target.kind, in_version(live.object, target.kind))
        if request.method == "GET":
            return json_response(scale)
        if request.method == "PUT":
            scale = read_body(request, self._state.settings.kubernetes_version)
        elif request.method == "PATCH":
            body = configuration(request.body) if request.body[:1] != b"[" else request.body
            if isinstance(body, bytes):
                scale = json_patch(scale, body)
            else:
                scale = merge_patch({**scale, "metadata": {}}, body)
        else:
            raise _no_such_method()
        changed = scaled(target.kind, in_version(live.object, target.kind), scale)
        written = self._writer.update(
            target.kind,
            target.namespace,
            target.name,
            changed,
            _write_options(request),
            dry_run=_is_dry_run(request),
        )
        return json_response(scale_of(target.kind, written.object))


def _write_options(request: Request, subresource: str = "") -> WriteOptions:
    text = request.query.get("fieldValidation") or FieldValidation.WARN.value
    try:
        validation = FieldValidation(text)
    except ValueError:
        known = ", ".join(value.value for value in FieldValidation)
        raise bad_request(f'fieldValidation: found "{text}", expected one of {known}') from None
    manager = request.query.get("fieldManager") or request.user_agent.partition("/")[0] or "unknown"
    return WriteOptions(manager, subresource, request.flag("force"), validation)


def _is_dry_run(request: Request) -> bool:
    value = request.query.get("dryRun", "")
    if value not in {"", "All"}:
        raise bad_request(f'dryRun: Unsupported value: "{value}": supported values: "All"')
    return value == "All"


def _no_such_path() -> ApiError:
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def _no_such_method() -> ApiError:
    return ApiError(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
    )


def _manager_required() -> ApiError:
    text = "Required value: is required for apply patch"
    cause = {"reason": "FieldValueRequired", "message": text, "field": "fieldManager"}
    return ApiError(
        422,
        "Invalid",
        f'PatchOptions.meta.k8s.io "" is invalid: fieldManager: {text}',
        {"group": "meta.k8s.io", "kind": "PatchOptions", "causes": [cause]},
    )
