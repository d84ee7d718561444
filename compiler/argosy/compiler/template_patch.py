"""`spec.templatePatch`: a rendered text becomes a strategic merge patch on one rendered Application."""

from collections.abc import Iterator

from argosy.compiler.strategic_merge import PatchError, strategic_merge
from argosy.compiler.templating.advice import NEEDS_GO, is_go_syntax
from argosy.schemas.finding import ArgosyError
from argosy.schemas.structure import Refusal, prune, refusals, unknown_fields
from argosy.schemas.yaml_reader import read_value

__all__ = ["apply_template_patch", "unknown_in_patch"]

_KIND = "Application"


def apply_template_patch(manifest: dict[str, object], text: str) -> dict[str, object]:
    """The patched Application. Only the first document of the text counts; an empty one changes nothing.

    As Argo CD: the project, the kind and the namespace stay; fields that do not exist vanish; a started
    `operation` gets the empty maps that Go writes. Raises `PatchError`.
    """
    try:
        patch = read_value(text, "templatePatch")
    except ArgosyError as error:
        raise PatchError(
            f"the rendered templatePatch is not YAML: {error.message}",
            hint=NEEDS_GO if is_go_syntax(text) else "",
            place=error.position,
        ) from error
    if patch is None:
        return manifest
    if not isinstance(patch, dict):
        raise PatchError("the rendered templatePatch must be a map")
    for refusal in refusals(_KIND, _without_directives(patch)):
        # A patch need not be complete.
        if refusal.code == "wrong-type":
            message = f"the rendered templatePatch does not fit: {refusal.message}"
            raise PatchError(message, hint=refusal.hint, path=refusal.path)
    patched, _ = prune(_KIND, strategic_merge(manifest, patch))
    for key in ("apiVersion", "kind"):
        patched[key] = manifest[key]
    patched.pop("status", None)
    metadata = patched.get("metadata")
    # A patch may take away even the name; what checks names then says so.
    patched["metadata"] = {"name": "", **(metadata if isinstance(metadata, dict) else {})}
    spec, before = patched.get("spec"), manifest.get("spec")
    if not isinstance(spec, dict) or not spec:
        spec = patched["spec"] = {"destination": {}, "project": ""}
    if isinstance(before, dict):
        # Argo CD keeps the project against patches made from somebody else's parameters.
        spec["project"] = before.get("project", "")
    spec.setdefault("destination", {})
    operation = patched.get("operation")
    if isinstance(operation, dict):
        operation.setdefault("initiatedBy", {})
        operation.setdefault("retry", {})
    return patched


def unknown_in_patch(text: str) -> Iterator[Refusal]:
    """The fields of a patch that would vanish because an Application has none of that name."""
    try:
        patch = _without_directives(read_value(text, "templatePatch"))
    except ArgosyError:
        return
    if isinstance(patch, dict):
        yield from unknown_fields(_KIND, patch)


def _without_directives(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: _without_directives(item)
            for key, item in value.items()
            if not key.startswith("$") and item is not None
        }
    if isinstance(value, list):
        return [_without_directives(item) for item in value]
    return value
