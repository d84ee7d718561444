"""Data files of git and oci generators: keys written twice, values that YAML takes for something else."""

from collections.abc import Iterator, Mapping
from typing import Any

from argosy.compiler.checks.generator_walk import generators_of
from argosy.compiler.checks.subject import Subject
from argosy.compiler.checks.surprising_values import surprises_in
from argosy.generators.file_patterns import patterns_of
from argosy.generators.globbing import BadPatternError
from argosy.generators.world import Tree
from argosy.schemas import wording
from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.first_findings import first_findings
from argosy.schemas.knowledge import Known
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.model.fields import flag, mappings, text
from argosy.schemas.yaml_reader import Document, read_documents

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Every file that a generator of a known set reads, once; what cannot be read the set has said."""
    seen: set[tuple[str, str]] = set()
    for member, applicationset in subject.sets:
        if member.expansion is not None:
            for repo_url, tree, file in _files(subject, applicationset):
                if (repo_url, file) not in seen:
                    seen.add((repo_url, file))
                    yield from _findings(tree, file, subject.lookup.shown(repo_url, file))


def _files(subject: Subject, applicationset: ApplicationSet) -> Iterator[tuple[str, Tree, str]]:
    for name, spec, _ in generators_of(applicationset):
        if name not in ("git", "oci") or mappings(spec, "directories"):
            continue
        pattern_of = patterns_of(name, new_git_globbing=subject.settings.new_git_file_globbing)
        repo_url, revision = text(spec, "repoURL"), text(spec, "revision")
        answer = subject.world.tree(repo_url, revision) if "{{" not in repo_url + revision else None
        for entry in mappings(spec, "files") if isinstance(answer, Known) else ():
            pattern = text(entry, "path")
            if isinstance(answer, Known) and _is_plain(entry):
                try:
                    found = pattern_of(pattern, answer.value)
                except BadPatternError:
                    continue
                yield from ((repo_url, answer.value, file) for file in found.files(answer.value))


def _is_plain(entry: Mapping[str, Any]) -> bool:
    """Whether the pattern says what to take, without parameters of another generator."""
    return not flag(entry, "exclude") and "{{" not in text(entry, "path")


def _findings(tree: Tree, file: str, shown: str) -> Iterator[Finding]:
    try:
        documents = read_documents(tree.read(file), shown)
    except (ArgosyError, OSError):
        return
    # A generator reads the first document only.
    for document in documents[:1]:
        yield from first_findings(_repeated_keys(document))
        yield from first_findings(surprises_in(document, (), are_parameters=True), mixed=True)


def _repeated_keys(document: Document) -> Iterator[Finding]:
    for path, position in document.duplicate_keys():
        message = f"`{wording.dotted(path)}` is written more than once; the last one counts"
        yield Finding("duplicate-key", Severity.WARNING, message, position, "remove all but one")
