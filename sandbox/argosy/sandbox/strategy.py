"""Before an object is stored: system metadata, what the endpoint leaves alone, generation, validation.

`rest.BeforeCreate` and `rest.BeforeUpdate` of the API server, with the rules of the kind.
"""

from argosy.sandbox import custom_resources
from argosy.sandbox.errors import invalid
from argosy.sandbox.field_errors import Problems
from argosy.sandbox.kinds.registry import rules_of
from argosy.sandbox.kinds.rules import KindRules
from argosy.sandbox.metadata import validate_metadata, validate_metadata_update
from argosy.sandbox.request_objects import empty_of
from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema import Object
from argosy.sandbox.write_options import Environment, WriteOptions

__all__ = ["finish_create", "finish_update", "rules_for"]


def rules_for(kind: ObjectType) -> KindRules:
    """The rules of a kind, built in or custom."""
    if kind.custom is not None:
        return custom_resources.RULES
    return rules_of(kind.resource.group, kind.resource.kind)


def finish_create(
    kind: ObjectType, new: Object, managed_fields: list[Object], environment: Environment
) -> Object:
    """System metadata, the kind's own preparation, validation (`rest.BeforeCreate`)."""
    rules, resource = rules_for(kind), kind.resource
    metadata = new["metadata"]
    for name in (
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "resourceVersion",
        "generation",
    ):
        metadata.pop(name, None)
    metadata["uid"] = environment.new_uid()
    metadata["creationTimestamp"] = environment.now
    if not metadata.get("name") and metadata.get("generateName"):
        metadata["name"] = metadata["generateName"][:58] + environment.name_suffix()
    if rules.has_generation:
        metadata["generation"] = 1
    if resource.has_subresource("status") and not rules.status_is_written:
        _restore_status(kind, new, empty_of(kind))
    rules.prepare_create(new, environment)
    problems = Problems()
    validate_metadata(metadata, resource.namespaced, rules.name, rules.bare_finalizers, problems)
    _validate(kind, new, problems)
    if problems:
        raise invalid(resource.group, resource.kind, metadata.get("name", ""), problems.causes)
    return _ordered(_with_managed_fields(new, managed_fields))


def _validate(kind: ObjectType, new: Object, problems: Problems) -> None:
    if kind.custom is not None:
        custom_resources.validate(kind.custom, new, problems)
    else:
        rules_for(kind).validate(new, problems)


def _restore_status(kind: ObjectType, new: Object, source: Object) -> None:
    new.pop("status", None)
    if "status" in source:
        new["status"] = source["status"]


def _with_managed_fields(new: Object, managed_fields: list[Object]) -> Object:
    new["metadata"].pop("managedFields", None)
    if managed_fields:
        new["metadata"]["managedFields"] = managed_fields
    return new


_FIRST = ("kind", "apiVersion", "metadata")


def _ordered(new: Object) -> Object:
    """The order in which Go writes the top of an object."""
    first = {name: new[name] for name in _FIRST}
    return first | {name: value for name, value in new.items() if name not in first}


def finish_update(
    kind: ObjectType,
    live: Object,
    new: Object,
    managed_fields: list[Object],
    options: WriteOptions,
    environment: Environment,
) -> Object:
    """What the endpoint may not write is put back, then generation and validation (`rest.BeforeUpdate`)."""
    rules, resource = rules_for(kind), kind.resource
    new = _keep_what_the_endpoint_leaves(kind, live, new, options.subresource, rules)
    metadata, known = new["metadata"], live["metadata"]
    for name in ("generation", "resourceVersion", "creationTimestamp", "uid", "deletionTimestamp"):
        metadata.pop(name, None)
        if name in known:
            metadata[name] = known[name]
    if "deletionGracePeriodSeconds" in known:
        metadata.setdefault("deletionGracePeriodSeconds", known["deletionGracePeriodSeconds"])
    else:
        metadata.pop("deletionGracePeriodSeconds", None)
    problems = Problems()
    if options.subresource != "status":
        rules.prepare_update(new, live, environment)
        if rules.has_generation and rules.generation_changes(new, live):
            metadata["generation"] = known.get("generation", 0) + 1
        validate_metadata_update(metadata, known, rules.bare_finalizers, problems)
        _validate(kind, new, problems)
        rules.validate_update(new, live, problems)
    else:
        validate_metadata_update(metadata, known, rules.bare_finalizers, problems)
        if kind.custom is not None:
            custom_resources.validate(kind.custom, new, problems)
    if problems:
        raise invalid(resource.group, resource.kind, known["name"], problems.causes)
    return _ordered(_with_managed_fields(new, managed_fields))


def _keep_what_the_endpoint_leaves(
    kind: ObjectType, live: Object, new: Object, subresource: str, rules: KindRules
) -> Object:
    if subresource != "status":
        if kind.resource.has_subresource("status") and not rules.status_is_written:
            _restore_status(kind, new, live)
        return new
    kept = {name: value for name, value in live.items() if name != "status"}
    if kind.custom is not None:
        kept["metadata"] = dict(live["metadata"])
    else:
        kept["metadata"] = new["metadata"]
        for path in rules.status_reset.get("f:metadata", {}):
            name = path[2:]
            kept["metadata"].pop(name, None)
            if name in live["metadata"]:
                kept["metadata"][name] = live["metadata"][name]
    if "status" in new:
        kept["status"] = new["status"]
    return kept
