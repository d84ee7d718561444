"""Files beside a template on this machine, for what it imports: as sandboxed as the folder of a set."""

import posixpath
from pathlib import Path

from argosy.compiler.macros import is_inside

__all__ = ["FolderMacros"]


class FolderMacros:
    """The files of one folder. Neither a name nor a symbolic link leads out of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str) -> tuple[str, str]:
        """The text of a file in the folder, and its path. Raises `LookupError`, in words."""
        place = self._folder / posixpath.normpath(name)
        if not is_inside(name) or not place.resolve().is_relative_to(self._folder.resolve()):
            raise LookupError(f"`{name}` cannot be imported: it leads out of {self._shown}")
        if not place.is_file():
            raise LookupError(f"`{name}` cannot be imported: {self._shown} has no such file")
        try:
            return place.read_text("utf-8"), str(place)
        except UnicodeDecodeError as error:
            raise LookupError(f"`{name}` cannot be imported: it is not UTF-8 text") from error
        except OSError as error:
            raise LookupError(f"`{name}` cannot be imported: {error.strerror}") from error

    @property
    def _shown(self) -> str:
        return "the folder of the template" if self._folder == Path() else f"the folder {self._folder}"
