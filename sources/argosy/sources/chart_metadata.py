"""What a chart's Chart.yaml says: whether it can be installed, and which other charts it needs."""

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.sources.errors import MISSING_PATH, RENDER_FAILED, UNSUPPORTED_SOURCE, SourceError
from argosy.sources.git_url import clean_path
from argosy.sources.semver import parse_range, parse_version
from argosy.sources.tree import Tree

__all__ = ["check_installable", "local_dependencies", "read_metadata"]

_RELEASE = re.compile(r"v?\d+\.\d+(\.\d+)?", re.ASCII)


def read_metadata(tree: Tree, path: str) -> Document | None:
    """The Chart.yaml of the chart in a folder, None if it is empty. Raises `SourceError`."""
    file = posixpath.join(path, "Chart.yaml")
    if not tree.has_file(file):
        raise SourceError(
            f"{tree.name} has no chart in {path!r}: there is no Chart.yaml",
            code=MISSING_PATH,
            hint="fix the path",
        )
    try:
        return next(iter(read_documents(tree.read(file), file)), None)
    except YamlError as error:
        raise SourceError(
            error.message, code=RENDER_FAILED, position=error.position, hint=error.hint
        ) from error


def check_installable(metadata: Document | None, kube_version: str) -> None:
    """Raises `SourceError` for a chart that Helm installs nowhere, or not on a cluster of this version.

    ('' where that is not known.) The library renders such charts, or nothing of them, without a word.
    """
    fields = _fields(metadata)
    kind, wanted = fields.get("type") or "application", fields.get("kubeVersion")
    if kind != "application":
        raise _refusal(
            metadata, "type", f"{kind} charts are not installable", "name it as a dependency instead"
        )
    if wanted and kube_version and not _admits(str(wanted), kube_version):
        raise _refusal(
            metadata,
            "kubeVersion",
            f"the chart requires Kubernetes {wanted}, and the cluster has {kube_version}",
            "choose another version of the chart",
        )


def local_dependencies(tree: Tree, path: str, metadata: Document | None) -> dict[str, str]:
    """Dependencies in the same repository (`file://../library`) that nobody has copied into `charts/`."""
    declared = _fields(metadata).get("dependencies")
    found: dict[str, str] = {}
    for dependency in declared if isinstance(declared, list) else ():
        if not isinstance(dependency, Mapping):
            continue
        name, repository = str(dependency.get("name", "")), str(dependency.get("repository") or "")
        if _is_vendored(tree, path, name):
            continue
        if repository.startswith("file://"):
            found[f"charts/{name}"] = clean_path(posixpath.join(path, repository.removeprefix("file://")))
        elif repository:
            raise SourceError(
                f"the chart in {path or '.'} needs {name!r} from {repository}, "
                "and dependencies are not downloaded",
                code=UNSUPPORTED_SOURCE,
                hint="run `helm dependency build` and commit the folder charts/",
            )
    return found


def _fields(metadata: Document | None) -> Mapping[str, Any]:
    value = metadata.value if metadata is not None else None
    return value if isinstance(value, Mapping) else {}


def _admits(wanted: str, kube_version: str) -> bool:
    """As Helm compares: without what a vendor appends (`v1.33.4-gke.1245000`)."""
    release = _RELEASE.match(kube_version)
    version = parse_version(release[0]) if release is not None else None
    allowed = parse_range(wanted)
    # What is no version is a finding of its own.
    return version is None or (allowed is not None and allowed.admits(version))


def _refusal(metadata: Document | None, key: str, message: str, hint: str) -> SourceError:
    position = metadata.position((key,)) if metadata is not None else None
    return SourceError(message, code=RENDER_FAILED, position=position, hint=hint)


def _is_vendored(tree: Tree, path: str, name: str) -> bool:
    charts = posixpath.join(path, "charts")
    if tree.has_directory(f"{charts}/{name}"):
        return True
    if not tree.has_directory(charts):
        return False
    archives = (posixpath.basename(file) for file in tree.files_in(charts))
    return any(archive.startswith(f"{name}-") and archive.endswith(".tgz") for archive in archives)
