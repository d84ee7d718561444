"""The documents of a source that is a plain folder in the repository one stands in: no renderer is needed."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from argosy.cli.repositories import Standing
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.application import Application
from argosy.schemas.model.source import Directory, Source
from argosy.schemas.yaml_reader import Document, read_documents
from argosy.sources.git_url import source_path
from argosy.sources.manifest_choice import SKIP_MARK, is_chosen
from argosy.sources.uncommitted import Uncommitted

__all__ = ["plain_documents"]

_SUFFIXES = (".yaml", ".yml", ".json")
_RENDERED = frozenset({"Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"})


def plain_documents(standing: Standing, shown: Path) -> Callable[[Application], Answer[Sequence[Document]]]:
    """A function that reads what an Application deploys; files are named as seen from the folder `shown`."""

    # Many Applications may deploy one folder, to a cluster each.
    answers: dict[str, Answer[Sequence[Document]]] = {}

    def read(application: Application) -> Answer[Sequence[Document]]:
        documents: list[Document] = []
        for source in application.sources:
            if source.ref and not source.path:
                continue
            key = repr(source.manifest)
            answer = answers[key] if key in answers else _source_documents(source, standing, shown)
            answers[key] = answer
            if isinstance(answer, Unknown):
                return answer
            documents += answer.value
        return Known(tuple(documents), "the repository one stands in")

    return read


def _source_documents(source: Source, standing: Standing, shown: Path) -> Answer[Sequence[Document]]:
    if source.chart or not standing.answers_for(source.repo_url):
        return Unknown(f"the repository {source.repo_url} is not read here")
    if any(key in source.manifest for key in ("helm", "kustomize", "plugin")):
        return Unknown("the source is rendered by a tool")
    options = source.directory or Directory({})
    try:
        folder = source_path(source.path) or "."
        files = _files(standing, source.target_revision, folder, options.recurse)
    except (ArgosyError, OSError) as error:
        return Unknown(str(error))
    if any(PurePosixPath(name).name in _RENDERED for name in files):
        return Unknown("the source is rendered by a tool")
    prefix = "" if folder == "." else folder + "/"
    documents: list[Document] = []
    if any(name.endswith(".jsonnet") and is_chosen(name[len(prefix) :], options) for name in files):
        return Unknown("Jsonnet is not read here")
    for name, read in sorted(files.items()):
        if name.endswith(_SUFFIXES) and is_chosen(name[len(prefix) :], options):
            try:
                content = read()
                if SKIP_MARK not in content:
                    documents += read_documents(content, _shown(standing, name, shown))
            except (ArgosyError, OSError) as error:
                return Unknown(str(error))
    return Known(documents, folder)


def _files(standing: Standing, revision: str, folder: str, recurse: bool) -> dict[str, Callable[[], bytes]]:
    """Names of the files of a folder, as paths in the repository, each with what reads it."""
    assert standing.root is not None
    if standing.is_tip(revision) and standing.state is Uncommitted.WORK_TREE:
        root = standing.root
        found = (root / folder).rglob("*") if recurse else (root / folder).iterdir()
        inside = [path for path in found if ".git" not in path.relative_to(root).parts]
        if any(path.is_symlink() and not path.resolve().is_relative_to(root.resolve()) for path in inside):
            raise ArgosyError("a symbolic link leads out of the repository", code="refused-path")
        return {path.relative_to(root).as_posix(): path.read_bytes for path in inside if path.is_file()}
    tree = standing.tree(revision)
    place = "" if folder == "." else folder
    names = tree.files_under(place) if recurse else tree.files_in(place)
    return {name: partial(tree.read, name) for name in names}


def _shown(standing: Standing, name: str, shown: Path) -> str:
    assert standing.root is not None
    path = standing.root / name
    return str(path.relative_to(shown)) if path.is_relative_to(shown) else str(path)
