"""Which files of a tree a pattern under `files` means: by git's own rules, the new globbing's, or those of
OCI artifacts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from argosy.generators.globbing import BadPatternError, cleaned, doublestar, literal_prefix, pathspec
from argosy.generators.listing import listing_of
from argosy.generators.world import Tree

__all__ = ["FilePattern", "patterns_of"]

# The new globbing goes through a clone on a disk.
_OF_EVERY_CLONE = (".git", ".git/refs", ".git/refs/heads")


@dataclass(frozen=True, slots=True)
class FilePattern:
    """What a pattern matches, and what all of it begins with."""

    matches: Callable[[str], bool]
    prefix: str

    def files(self, tree: Tree) -> Sequence[str]:
        """The files of a tree that it matches, in the order of code points."""
        return [file for file in listing_of(tree).files([self.prefix]) if self.matches(file)]


def patterns_of(generator: str, *, new_git_globbing: bool) -> Callable[[str, Tree], FilePattern]:
    """What makes patterns ready to match for a generator, `git` or `oci`.

    It raises `BadPatternError` where Argo CD finds no files but an error.
    """
    return _artifact_pattern if generator == "oci" else partial(_git_pattern, new_globbing=new_git_globbing)


def _artifact_pattern(pattern: str, _: Tree) -> FilePattern:
    """Taken as it is written: one that begins with a slash matches nothing. Directories do not count."""
    wanted = "**" if pattern in ("", ".") else pattern
    return FilePattern(doublestar(wanted), literal_prefix(wanted))


def _git_pattern(pattern: str, tree: Tree, *, new_globbing: bool) -> FilePattern:
    """The new globbing finds directories too, and Argo CD fails when it reads one of them."""
    if not new_globbing:
        if pattern.startswith("/"):
            raise BadPatternError("it is an absolute path, so outside of the repository")
        clean = cleaned(pattern)
        return FilePattern(pathspec(clean), literal_prefix(clean))
    clean = cleaned(pattern.lstrip("/")).rstrip("/")
    found = FilePattern(doublestar(clean), literal_prefix(clean))
    directories = listing_of(tree).directories([found.prefix], include_hidden=True)
    directory = next(filter(found.matches, (*directories, *_OF_EVERY_CLONE)), None if clean else ".")
    if directory is not None:
        raise BadPatternError(f"it matches the directory `{directory}`, and only files can be read")
    return found
