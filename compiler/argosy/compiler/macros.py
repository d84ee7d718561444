"""The files that templates of the dialect jinja2 may import: a folder of a Git repository.

The annotation `argosy.dev/jinja2-macros` names repository, revision and folder, as a git generator does. A
set in a cluster has no files beside it, so it says where they are: hook, CI and controller read the same.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from argosy.generators.generator import AnswerMissingError
from argosy.generators.world import Tree, UnknownContentError, World
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.annotations import JINJA2_MACROS
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path, Position
from argosy.schemas.yaml_reader import read_value

__all__ = ["MacroFiles", "MacrosError", "find_macros", "is_inside"]

_PLACE: Path = ("metadata", "annotations", JINJA2_MACROS)
_HINT = (
    "write the fields `repoURL`, `revision` and `path` of a folder in Git: {repoURL: https://…, path: macros}"
)


class MacrosError(ArgosyError):
    """The annotation `argosy.dev/jinja2-macros` names no folder that can be read."""

    code = "unreadable-macros"


@dataclass(frozen=True, slots=True)
class MacroFiles:
    """The folder that templates of one set import from. A name never leads out of it."""

    tree: Tree
    folder: str
    asked_at: Position

    def load(self, name: str) -> tuple[str, str]:
        """The text of a file in the folder, and its path in the repository.

        Raises `LookupError` where it cannot be read, `AnswerMissingError` where its content is not known.
        """
        shown = self.folder or "the root of the repository"
        if not is_inside(name):
            raise LookupError(f"`{name}` cannot be imported: it leads out of {shown}")
        path = posixpath.join(self.folder, posixpath.normpath(name))
        if path not in self.tree.files():
            raise LookupError(f"`{name}` cannot be imported: {shown} has no such file")
        try:
            return self.tree.read(path).decode("utf-8"), path
        except UnknownContentError as error:
            raise AnswerMissingError(error.unknown, self.asked_at) from error
        except UnicodeDecodeError as error:
            raise LookupError(f"`{name}` cannot be imported: it is not UTF-8 text") from error
        except ArgosyError as error:
            raise LookupError(f"`{name}` cannot be imported: {error.message}") from error


def find_macros(application_set: ApplicationSet, world: World) -> MacroFiles | None:
    """The folder that a set names, `None` where it names none.

    Raises `MacrosError` where the annotation makes no sense, `AnswerMissingError` where the repository is not
    known.
    """
    written = application_set.annotations.get(JINJA2_MACROS)
    if written is None:
        return None
    asked_at = application_set.position(_PLACE)
    if not application_set.template_engine:
        message = f"the annotation `{JINJA2_MACROS}` is of the dialect jinja2 only"
        hint = "add `argosy.dev/template-engine: jinja2`, or remove it"
        raise MacrosError(message, position=asked_at, hint=hint)
    repo_url, revision, folder = _read(written, asked_at)
    answer = world.tree(repo_url, revision)
    if isinstance(answer, Unknown):
        raise AnswerMissingError(answer, asked_at)
    if folder and not answer.value.has_directory(folder):
        # The URL may hold a token, and conditions of a set are read by many.
        message = f"the repository has no folder `{folder}` at {revision or 'HEAD'} to import from"
        raise MacrosError(message, position=asked_at)
    return MacroFiles(answer.value, folder, asked_at)


def _read(written: str, position: Position) -> tuple[str, str, str]:
    """The repository, the revision and the folder."""
    try:
        value = read_value(written, JINJA2_MACROS)
    except ArgosyError as error:
        message = f"`{JINJA2_MACROS}` is not YAML: {error.message}"
        raise MacrosError(message, position=position, hint=_HINT) from error
    if not isinstance(value, Mapping):
        message = f"`{written.strip()}` names no repository, and a set in a cluster has no files beside it"
        raise MacrosError(message, position=position, hint=_HINT)
    fields = {key: value.get(key) or "" for key in ("repoURL", "revision", "path")}
    unknown = sorted(value.keys() - fields.keys())
    if unknown or not all(isinstance(each, str) for each in fields.values()) or not fields["repoURL"]:
        problem = f"has no field `{unknown[0]}`" if unknown else "needs texts, `repoURL` among them"
        raise MacrosError(f"`{JINJA2_MACROS}` {problem}", position=position, hint=_HINT)
    folder = str(fields["path"])
    if not is_inside(folder or "."):
        message = f"`path: {folder}` of `{JINJA2_MACROS}` leads out of the repository"
        raise MacrosError(message, position=position, hint=_HINT)
    normal = posixpath.normpath(folder or ".")
    return str(fields["repoURL"]), str(fields["revision"]), "" if normal == "." else normal


def is_inside(path: str) -> bool:
    """Whether a name, as it is written, stays in the folder that it is looked up in."""
    return not path.startswith("/") and ".." not in path.split("/") and "\\" not in path and "\0" not in path
