"""Manifests in the repository that no Application deploys: found only where `argosy.yaml` asks for them.

What an Application deploys is told from its source's folder and the files that this names, without rendering.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from argosy.cli.comparison.reach import Reach, lent_files
from argosy.cli.document_search import declares_ours, manifest_names
from argosy.cli.repositories import Standing
from argosy.compiler.app_of_apps import Hierarchy, Member
from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.model.application import Application
from argosy.schemas.model.source import Source, SourceType
from argosy.schemas.position import Position
from argosy.sources.git_url import source_path
from argosy.sources.kustomization import files_read
from argosy.sources.rendering import detect_source_type
from argosy.sources.tree import Tree

__all__ = ["CODE", "undeployed_findings"]

CODE = "undeployed-manifest"
_OURS = b"argoproj.io/"
_AT_ONCE = 256
_API_VERSION = re.compile(rb"""^["']?apiVersion["']?\s*:\s*["']?(\S+)""", re.MULTILINE)
_KIND = re.compile(rb"""^["']?kind["']?\s*:""", re.MULTILINE)
_OF_TOOLS = b"kustomize.config.k8s.io/"


def undeployed_findings(hierarchies: Sequence[Hierarchy], standing: Standing) -> Iterator[Finding]:
    """One for each file of manifests that no source leads to; a note where more Applications may exist."""
    tree = standing.tree("")
    coverage = _Coverage(tree)
    for member in (member for each in hierarchies for member in each.members.values()):
        if isinstance(member.resource, Application):
            here = [each for each in member.resource.sources if standing.answers_for(each.repo_url)]
            sources = [each.manifest for each in member.resource.sources]
            for source in here:
                coverage.add(source, sources)
    for member in (member for each in hierarchies for member in each.unknown):
        if _may_make_applications(member, tree, coverage.reach, standing):
            message = (
                f"not checked: which manifests are not deployed, for it is not known what {member.key} makes"
            )
            yield Finding("not-checked", Severity.NOTE, message, member.position)
            return
    for name in _manifests(tree):
        if not coverage.holds(name):
            yield Finding(
                CODE,
                Severity.WARNING,
                "no Application deploys this manifest",
                Position(name, 1, 1),
                hint="remove it, or let an Application's source lead to it",
            )


class _Coverage:
    """The places that sources lead to."""

    def __init__(self, tree: Tree) -> None:
        self.reach = Reach(tree)
        self._tree = tree
        self._folders: set[str] = set()
        self._shallow: set[str] = set()
        self._files: set[str] = set()

    def add(self, source: Source, sources: Sequence[Mapping[str, Any]]) -> None:
        """Takes what a source leads to; `sources` are all of its Application."""
        if source.ref:
            self._folders.update(lent_files(sources, source.ref))
        if source.chart or (source.ref and not source.path):
            return
        try:
            folder = source_path(source.path)
            kind = self._kind(source, folder)
            if kind is SourceType.KUSTOMIZE:
                components = source.kustomize.components if source.kustomize else ()
                self._files |= files_read(self._tree, folder, components)
            elif kind is SourceType.DIRECTORY and not (source.directory and source.directory.recurse):
                self._shallow |= self._tree.places(folder)
            else:
                self._folders |= self.reach.places(source.manifest)
        except ArgosyError:
            # It does not render, which other findings say: all of it counts as deployed.
            self._folders |= self.reach.places(source.manifest)

    def holds(self, name: str) -> bool:
        """Whether a source leads to a file."""
        folder = posixpath.dirname(name)
        if name in self._files or name in self._folders or name in self._shallow or folder in self._shallow:
            return True
        while folder and folder not in self._folders:
            folder = posixpath.dirname(folder)
        return folder in self._folders

    def _kind(self, source: Source, folder: str) -> SourceType:
        explicit = source.explicit_types
        return explicit[0] if explicit else detect_source_type(self._tree, folder)


def _may_make_applications(member: Member, tree: Tree, reach: Reach, standing: Standing) -> bool:
    application = member.resource
    if not isinstance(application, Application):
        return True
    here = [each.manifest for each in application.sources if standing.answers_for(each.repo_url)]
    if not application.destination.is_in_cluster:
        return False
    names = {name for each in here for place in reach.places(each) for name in _below(tree, place)}
    return any(_OURS in content for content in tree.read_many(sorted(names)))


def _below(tree: Tree, place: str) -> Sequence[str]:
    try:
        return [place] if tree.has_file(place) else tree.files_under(place)
    except ArgosyError:
        return ()


def _manifests(tree: Tree) -> Iterator[str]:
    """Files that hold objects of Kubernetes, those of Argo CD aside, which somebody may apply by hand."""
    names = manifest_names(tree)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        for name, content in zip(some, tree.read_many(some), strict=True):
            versions = _API_VERSION.findall(content)
            of_tools = all(each.startswith(_OF_TOOLS) for each in versions)
            if versions and _KIND.search(content) and not of_tools and not declares_ours(content):
                yield name
