"""Files and folders that a kustomization names and that are not there, through all of its local bases."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from argosy.compiler.checks.repository_files import RepositoryFiles
from argosy.compiler.checks.subject import Subject
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.source import Source
from argosy.schemas.position import Path
from argosy.schemas.yaml_reader import Document, YamlError, read_documents

__all__ = ["KUSTOMIZATION_FILES", "check"]

KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_OBJECTS = ("resources", "bases", "components")
_LISTS = ("crds", "configurations", "generators", "transformers", "validators", "patchesStrategicMerge")
_ENTRIES = ("patches", "patchesJson6902", "replacements", "configMapGenerator", "secretGenerator")
_REMOTE = re.compile(r"://|^git@|^(?:www\.)?(?:github|gitlab|bitbucket)\.[a-z]+[:/]|[?&]ref=|\.git(?:/|\?|$)")


def check(subject: Subject) -> Iterator[Finding]:
    """Every kustomization that a source leads to, each once."""
    files = RepositoryFiles(subject.lookup)
    seen: set[tuple[str, str, str]] = set()
    for _, application in subject.applications:
        for source in application.sources:
            if source.path and not source.chart and source.helm is None and source.plugin is None:
                folder = posixpath.normpath(source.path.strip("/") or ".")
                yield from _Walk(subject, files, source, application, seen).run(folder)


class _Walk:
    def __init__(
        self,
        subject: Subject,
        files: RepositoryFiles,
        source: Source,
        application: Application,
        seen: set[tuple[str, str, str]],
    ) -> None:
        self.subject = subject
        self.files = files
        self.source = source
        self.application = application
        self.seen = seen

    def run(self, start: str) -> Iterator[Finding]:
        waiting = [start]
        while waiting:
            folder = waiting.pop()
            key = (self.source.repo_url, self.source.revision, folder)
            document = None if key in self.seen else self._kustomization(folder)
            self.seen.add(key)
            if document is None or not isinstance(document.value, Mapping):
                continue
            for path, reference in _references(document.value):
                target = posixpath.normpath(posixpath.join(folder, reference))
                if _REMOTE.search(reference):
                    continue
                found = self.files.has_folder(self.source, target)
                if found:
                    waiting.append(target)
                elif found is False and self.files.has_file(self.source, target) is False:
                    yield self._missing(document, path, target)

    def _kustomization(self, folder: str) -> Document | None:
        for name in KUSTOMIZATION_FILES:
            path = posixpath.normpath(posixpath.join(folder, name))
            content = self.files.read(self.source, path)
            if content is not None:
                shown = self.subject.lookup.shown(self.source.repo_url, path)
                try:
                    return next(iter(read_documents(content, shown)), None)
                except YamlError:
                    return None
        return None

    def _missing(self, document: Document, path: Path, target: str) -> Finding:
        origin = self.application.origin
        return Finding(
            "missing-resource",
            Severity.ERROR,
            f"{self.source.repo_url} has no file or folder `{target}` at {self.source.revision}",
            document.position(path),
            hint="fix the path, or add what it names",
            related=(Related(f"built for Application `{self.application.name}`", origin.position),),
        )


def _references(content: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for field in (*_OBJECTS, *_LISTS):
        for index, value in enumerate(_list(content.get(field))):
            # What holds a line break is a patch itself, not the path of one.
            if isinstance(value, str) and "\n" not in value and not value.lstrip().startswith("{"):
                yield (field, index), value
    for field in _ENTRIES:
        for index, entry in enumerate(_list(content.get(field))):
            if isinstance(entry, Mapping):
                yield from _of_entry(entry, (field, index))


def _of_entry(entry: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    for key in ("path", "env"):
        if isinstance(entry.get(key), str):
            yield (*path, key), entry[key]
    for key in ("files", "envs"):
        for number, value in enumerate(_list(entry.get(key))):
            if isinstance(value, str):
                yield (*path, key, number), value.partition("=")[2] or value


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
