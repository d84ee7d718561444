"""Files that were rendered and hold comments to Argosy.

Exceptions in there that match nothing are told as they are elsewhere.
"""

from collections.abc import Iterable, Mapping

from argosy.cli.comparison.path_index import PathIndex
from argosy.cli.comparison.reach import Reach
from argosy.cli.repositories import KnownRepositories
from argosy.compiler.app_of_apps import Hierarchy
from argosy.schemas.finding import ArgosyError
from argosy.schemas.model.application import Application
from argosy.sources.tree import Tree

__all__ = ["commented_files"]

_ENDINGS = (".yaml", ".yml", ".tpl")
_MARK = b"argosy:"


def commented_files(hierarchies: Iterable[Hierarchy], repositories: KnownRepositories) -> Mapping[str, str]:
    """Their texts, by the names by which people can open them: of all that charts and kustomizations of the
    repository one stands in could read, where an Application was rendered from it."""
    standing = repositories.standing
    places: dict[str, set[str]] = {}
    members = (member for each in hierarchies for member in each.members.values())
    reach = Reach(standing.tree("")) if standing.root is not None else None
    for member in members:
        if not isinstance(member.resource, Application) or all(each.document for each in member.manifests):
            continue
        for source in member.resource.sources:
            here = repositories.standing_answers_for(source.repo_url)
            if reach is not None and here and standing.is_tip(source.target_revision):
                places.setdefault(source.repo_url, set()).update(reach.places(source.manifest))
    return {
        repositories.shown(url, name): text
        for url, found in places.items()
        for name, text in _commented(repositories, found).items()
    }


def _commented(repositories: KnownRepositories, places: Iterable[str]) -> Mapping[str, str]:
    tree = repositories.standing.tree("")
    index = PathIndex(name for name in tree.files() if name.endswith(_ENDINGS))
    found = {name for place in places for name in index.under(place)}
    names = sorted(name for name in found if _is_readable(tree, name))
    try:
        contents = zip(names, tree.read_many(names), strict=True)
    except ArgosyError:
        return {}  # what cannot be read does not render either, which is told
    return {name: content.decode("utf-8", "replace") for name, content in contents if _MARK in content}


def _is_readable(tree: Tree, name: str) -> bool:
    try:
        return tree.has_file(name)
    except ArgosyError:
        return False  # a link that leads nowhere, or out of the repository
