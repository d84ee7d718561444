"""What repositories hold, asked once for each path however many Applications need it."""

from argosy.compiler.checks.subject import Lookup, PathState
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.source import Source

__all__ = ["RepositoryFiles"]


class RepositoryFiles:
    """Answers for the repository and revision of a source; None is not known."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._contents: dict[tuple[str, str, str], bytes | bool | None] = {}
        self._folders: dict[tuple[str, str, str], bool | None] = {}

    def has_file(self, source: Source, path: str) -> bool | None:
        """Whether there is a file; a path out of the repository names none."""
        if path.startswith(".."):
            return False
        found = self._content(source, path)
        return found if isinstance(found, bool) or found is None else True

    def read(self, source: Source, path: str) -> bytes | None:
        """The content of a file, None where there is none or it is not known."""
        found = self._content(source, path)
        return found if isinstance(found, bytes) else None

    def has_folder(self, source: Source, path: str) -> bool | None:
        """Whether there is a folder."""
        if path.startswith(".."):
            return False
        key = (source.repo_url, source.target_revision, path)
        if key not in self._folders:
            answer = self._lookup.path_state(*key)
            if isinstance(answer, Unknown) or answer.value is PathState.NO_REVISION:
                self._folders[key] = None
            else:
                self._folders[key] = answer.value is PathState.FOUND
        return self._folders[key]

    def _content(self, source: Source, path: str) -> bytes | bool | None:
        key = (source.repo_url, source.target_revision, path)
        if key not in self._contents:
            answer = self._lookup.read(*key)
            if isinstance(answer, Unknown):
                self._contents[key] = None
            else:
                self._contents[key] = False if answer.value is None else answer.value
        return self._contents[key]
