"""Entries of `spec.generators` that do not do what they seem to."""

from collections.abc import Iterator, Mapping

from argosy.compiler.checks.subject import Subject
from argosy.generators.registry import GENERATORS
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path, Position
from argosy.schemas.yaml_reader import Document

__all__ = ["check", "generator_entry_findings"]


def check(subject: Subject) -> Iterator[Finding]:
    """The entries of every set."""
    for _, applicationset in subject.sets:
        yield from generator_entry_findings(applicationset)


def generator_entry_findings(applicationset: ApplicationSet) -> Iterator[Finding]:
    """Entries that no generator recognises, and entries that run several.

    Of the first Argo CD only writes a line to its log; the set then generates less, and what it generated
    before is deleted.
    """
    document = applicationset.document
    if document is None or not isinstance(document.value, dict):
        return
    spec = document.value.get("spec")
    if isinstance(spec, Mapping):
        yield from _entries(spec.get("generators"), ("spec", "generators"), document)


def _entries(entries: object, path: Path, document: Document) -> Iterator[Finding]:
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        place = (*path, index)
        if not isinstance(entry, Mapping):
            continue
        known = [name for name in GENERATORS if isinstance(entry.get(name), Mapping)]
        if not known:
            yield _unrecognised(entry, place, document)
        elif len(known) > 1:
            yield Finding(
                "several-generators",
                Severity.WARNING,
                f"one entry names {len(known)} generators ({', '.join(known)}); Argo CD runs all of them",
                document.position(place),
                hint="write one entry for each generator",
            )
        for name in ("matrix", "merge"):
            inner = entry.get(name)
            if isinstance(inner, Mapping):
                yield from _entries(inner.get("generators"), (*place, name, "generators"), document)


def _unrecognised(entry: Mapping[str, object], place: Path, document: Document) -> Finding:
    empty = next((name for name in GENERATORS if name in entry), None)
    if empty is not None:
        what, hint = f"`{empty}` has no fields, so it is no generator", _how_to_fill(empty, entry)
        position: Position = document.position((*place, empty), key=True)
    else:
        names = [key for key in entry if key not in ("selector", "template")]
        what = f"`{names[0]}` is not a generator" if names else "this entry names no generator"
        hint = _nearest(names[0]) if names else f"use one of {', '.join(GENERATORS)}"
        position = document.position((*place, names[0]) if names else place, key=bool(names))
    return Finding(
        "unknown-generator",
        Severity.ERROR,
        f"{what}: Argo CD ignores the entry, and deletes what it may have generated before",
        position,
        hint=hint,
    )


def _how_to_fill(name: str, entry: Mapping[str, object]) -> str:
    """Fields beside a generator are mostly its own, which lack two spaces before them."""
    beside = [key for key in entry if key not in (name, "selector") and key not in GENERATORS]
    if beside:
        return f"indent {', '.join(f'`{each}`' for each in beside[:3])} further: they are fields of `{name}`"
    return "write `clusters: {}` for all clusters" if name == "clusters" else "write its fields below it"


def _nearest(name: str) -> str:
    # Imported only to word a finding.
    from difflib import get_close_matches

    near = get_close_matches(name, GENERATORS, n=1)
    return f"did you mean `{near[0]}`?" if near else f"use one of {', '.join(GENERATORS)}"
