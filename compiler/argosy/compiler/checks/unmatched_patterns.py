"""Patterns of git and oci generators that match nothing, in sets that generate something all the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from argosy.compiler.checks.generator_walk import generators_of
from argosy.compiler.checks.subject import Subject
from argosy.generators.file_patterns import patterns_of
from argosy.generators.globbing import BadPatternError, literal_prefix, path_match
from argosy.generators.listing import listing_of
from argosy.generators.world import Tree
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.fields import flag, mappings, text

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every pattern that says what to take; of an empty set another check tells."""
    for member, applicationset in subject.sets:
        if member.expansion is None or not member.expansion.generated:
            continue
        for name, spec, path in generators_of(applicationset):
            if name not in ("git", "oci") or "{{" in text(spec, "repoURL") + text(spec, "revision"):
                continue
            answer = subject.world.tree(text(spec, "repoURL"), text(spec, "revision"))
            if isinstance(answer, Unknown):
                continue
            field = "directories" if mappings(spec, "directories") else "files"
            for index, entry in enumerate(mappings(spec, field)):
                problem = _problem(subject, name, answer.value, field, entry)
                if problem:
                    yield Finding(
                        "unmatched-pattern",
                        Severity.WARNING,
                        f"`{text(entry, 'path')}` {problem} in {text(spec, 'repoURL')}",
                        applicationset.position((*path, field, index, "path")),
                        hint="fix the pattern, or remove it",
                    )


def _problem(subject: Subject, name: str, tree: Tree, field: str, entry: Mapping[str, Any]) -> str:
    pattern = text(entry, "path")
    if flag(entry, "exclude") or not pattern or "{{" in pattern:
        return ""
    try:
        if field == "directories":
            hidden = subject.settings.include_hidden_directories
            directories = listing_of(tree).directories([literal_prefix(pattern)], include_hidden=hidden)
            return "" if any(map(path_match(pattern), directories)) else "matches no folder"
        pattern_of = patterns_of(name, new_git_globbing=subject.settings.new_git_file_globbing)
        return "" if pattern_of(pattern, tree).files(tree) else "matches no file"
    except BadPatternError as error:
        return f"matches nothing ({error})"
