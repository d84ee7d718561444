"""CustomResourceDefinitions as objects (`k8s.io/apiextensions-apiserver/pkg/apis/apiextensions`)."""

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.kinds.rules import Allocation, KindRules
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_V1 = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."


def _default_spec(spec: Object) -> None:
    names = spec["names"]
    if not names.get("singular"):
        names["singular"] = names.get("kind", "").lower()
    if not names.get("listKind") and names.get("kind"):
        names["listKind"] = names["kind"] + "List"
    spec.setdefault("conversion", {"strategy": "None"})


def _stored_versions(definition: Object) -> list[str]:
    return [version["name"] for version in definition["spec"].get("versions") or () if version.get("storage")]


DEFAULTS: dict[str, TypeDefault] = {_V1 + "CustomResourceDefinitionSpec": _default_spec}


def _prepare_create(definition: Object, _: Allocation) -> None:
    definition["status"] = {
        "conditions": None,
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": _stored_versions(definition),
    }


def _prepare_update(new: Object, old: Object, _: Allocation) -> None:
    stored = list((old.get("status") or {}).get("storedVersions") or ())
    added = [name for name in _stored_versions(new) if name not in stored]
    if added:
        new["status"] = {**(new.get("status") or {}), "storedVersions": stored + added}


def _validate(definition: Object, problems: Problems) -> None:
    spec, name = definition["spec"], definition["metadata"].get("name", "")
    wanted = f"{spec['names'].get('plural', '')}.{spec.get('group', '')}"
    if name != wanted:
        text = 'must be spec.names.plural+"."+spec.group'
        problems.invalid("metadata.name", name, text)
    if spec.get("scope") not in ("Cluster", "Namespaced"):
        problems.unsupported("spec.scope", spec.get("scope"), ("Cluster", "Namespaced"))
    versions = spec.get("versions") or ()
    if sum(bool(version.get("storage")) for version in versions) != 1:
        text = "must have exactly one version marked as storage version"
        problems.invalid("spec.versions", versions, text)
    for index, version in enumerate(versions):
        if not (version.get("schema") or {}).get("openAPIV3Schema"):
            path = at("spec.versions", index, "schema", "openAPIV3Schema")
            problems.required(path, "schemas are required")


def _validate_update(new: Object, old: Object, problems: Problems) -> None:
    for name in ("group", "scope"):
        if new["spec"].get(name) != old["spec"].get(name):
            problems.invalid(at("spec", name), new["spec"].get(name), "field is immutable")
    for name in ("plural", "kind"):
        before, after = old["spec"]["names"].get(name), new["spec"]["names"].get(name)
        if before != after:
            problems.invalid(at("spec.names", name), after, "field is immutable")


RULES = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"): KindRules(
        has_generation=True,
        bare_finalizers=True,
        needs_resource_version=True,
        prepare_create=_prepare_create,
        prepare_update=_prepare_update,
        validate=_validate,
        validate_update=_validate_update,
    )
}
