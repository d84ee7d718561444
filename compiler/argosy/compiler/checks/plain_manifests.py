"""Documents among plain manifests that are no Kubernetes objects: Argo CD then renders nothing at all."""

from collections import defaultdict
from collections.abc import Iterator

from argosy.compiler.checks.subject import Deployed, Subject
from argosy.compiler.checks.written_values import quoting_hint, written_text
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.position import Position
from argosy.schemas.validation import kind_of

__all__ = ["check"]

_WORDS = ("apiVersion:", "kind:", "metadata:")


def check(subject: Subject) -> Iterator[Finding]:
    """Files of which nothing looks like an object are passed over, as Argo CD does."""
    files: dict[str, list[Deployed]] = defaultdict(list)
    for each in subject.objects:
        if each.manifest.document is not None:
            files[each.manifest.document.file].append(each)
    for documents in files.values():
        if any(map(_is_object, documents)) or _looks_like_one(documents[0]):
            for each in documents:
                yield from _findings(each)


def _is_object(each: Deployed) -> bool:
    return bool(each.value.get("kind")) and bool(each.value.get("apiVersion"))


def _looks_like_one(each: Deployed) -> bool:
    document = each.manifest.document
    return document is not None and all(word in document.text for word in _WORDS)


def _findings(each: Deployed) -> Iterator[Finding]:
    missing = [key for key in ("apiVersion", "kind") if not each.value.get(key)]
    if missing:
        yield _finding(
            "not-a-manifest",
            f"this document is no Kubernetes object: {' and '.join(missing)} missing",
            each.position(),
            "add what is missing, or leave the file out by `directory.exclude`",
            each,
        )
    elif wrong := [key for key in ("apiVersion", "kind") if not isinstance(each.value.get(key), str)]:
        yield _finding(
            "not-a-manifest",
            f"this document is no Kubernetes object: {' and '.join(wrong)} must be text",
            each.position((wrong[0],)),
            "put it in quotes",
            each,
        )
    elif not each.kind.endswith("List"):
        yield from _name_findings(each)


def _name_findings(each: Deployed) -> Iterator[Finding]:
    name = each.metadata.get("name")
    if isinstance(name, (bool, int, float)):
        if kind_of(each.value) is None:  # of ours the schema says it
            path = ("metadata", "name")
            hint = quoting_hint(written_text(each.manifest.document, path), name)
            message = f"`metadata.name` of this {each.kind} must be text: Kubernetes refuses the object"
            yield _finding("not-a-string", message, each.position(path), hint, each)
    elif not (name or each.metadata.get("generateName")):
        yield _finding(
            "nameless-object",
            f"this {each.kind} has no name",
            each.position(("metadata",), key=True),
            "write `metadata.name`",
            each,
        )


def _finding(code: str, message: str, position: Position | None, hint: str, each: Deployed) -> Finding:
    application = each.application
    related = (Related(f"deployed by Application `{application.name}`", application.origin.position),)
    return Finding(code, Severity.ERROR, message, position, hint, related=related)
