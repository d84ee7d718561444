"""Paths of a repository, sorted, so that those below a folder are found at once."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

__all__ = ["PathIndex"]


class PathIndex:
    """Answers which paths stand at a place or below it; the root is the empty path."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = sorted(paths)
        self._known = frozenset(self._paths)

    def under(self, place: str) -> Sequence[str]:
        """The paths there, sorted."""
        if not place:
            return self._paths
        start = bisect_left(self._paths, f"{place}/")
        # `0` comes right after `/`.
        end = bisect_left(self._paths, f"{place}0", start)
        return [*([place] if place in self._known else []), *self._paths[start:end]]

    def holds(self, place: str) -> bool:
        """Whether there are any."""
        if not place:
            return bool(self._paths)
        start = bisect_left(self._paths, f"{place}/")
        return place in self._known or (
            start < len(self._paths) and self._paths[start].startswith(f"{place}/")
        )
