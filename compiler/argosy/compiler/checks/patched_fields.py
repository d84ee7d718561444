"""A templatePatch that takes away more than it says: lists are replaced, and an empty map key is null."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from argosy.compiler.checks.subject import Subject
from argosy.compiler.expansion import Expansion, expand
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Compares what a set generates with and without its patch; each field once."""
    for member, applicationset in subject.sets:
        expansion = member.expansion
        if applicationset.template_patch and expansion is not None and expansion.generated:
            spec = {key: value for key, value in applicationset.spec.items() if key != "templatePatch"}
            plain = expand(
                replace(applicationset, manifest={**applicationset.manifest, "spec": spec}),
                subject.world,
                subject.settings,
            )
            if isinstance(plain, Expansion) and len(plain.generated) == len(expansion.generated):
                yield from _differences(applicationset, plain, expansion)


def _differences(applicationset: ApplicationSet, plain: Expansion, patched: Expansion) -> Iterator[Finding]:
    seen: set[Path] = set()
    for before, after in zip(plain.generated, patched.generated, strict=True):
        for path, problem in _lost(before.manifest, after.manifest, applicationset.template_patch):
            if path not in seen and not _is_said(path, applicationset.template_patch):
                seen.add(path)
                field = ".".join(map(str, path))
                yield Finding(
                    "wiped-field",
                    Severity.WARNING,
                    f"Application `{after.name}`: the patch {problem} `{field}` of the template",
                    after.origin.position_of(path, key=True),
                    hint="a patch replaces lists as a whole: write all entries; a key without value removes "
                    "what the template has",
                    related=after.origin.chain_at(path),
                )


def _is_said(path: Path, patch: str) -> bool:
    """Whether the patch removes a field in so many words: `helm: null`."""
    return re.search(rf"\b{re.escape(str(path[-1]))}[\"']?:\s*(null|~)", patch) is not None


def _lost(before: Mapping[str, Any], after: Mapping[str, Any], patch: str) -> Iterator[tuple[Path, str]]:
    """Maps that are gone or empty, and lists that miss entries, unless the patch names a directive."""
    if "$patch" in patch or "$retainKeys" in patch:
        return
    yield from _lost_below(before.get("metadata"), after.get("metadata"), ("metadata",))
    yield from _lost_below(before.get("spec"), after.get("spec"), ("spec",))


def _lost_below(before: object, after: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(before, Mapping):
        if before and not after:
            yield path, f"wipes all {len(before)} fields of" if len(before) > 1 else "wipes"
        elif isinstance(after, Mapping):
            for key, value in before.items():
                # A source may well be taken away for the sake of sources.
                if not (key == "source" and after.get("sources")):
                    yield from _lost_below(value, after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        missing = [each for each in before if each not in after]
        if missing and not all(_is_kept(each, after) for each in missing):
            yield path, f"replaces the list and drops {len(missing)} of {len(before)} entries of"


def _is_kept(entry: object, after: list[Any]) -> bool:
    """Whether an entry with a name is still there, with other fields."""
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return name is not None and any(isinstance(each, Mapping) and each.get("name") == name for each in after)
