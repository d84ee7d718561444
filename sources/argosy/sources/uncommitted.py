"""The two states of a repository that are no commit. Light: the hook imports it."""

from enum import Enum

__all__ = ["Uncommitted"]


class Uncommitted(Enum):
    """What is not committed yet: the files as they lie in the folder, or what is staged."""

    WORK_TREE = "work tree"
    INDEX = "index"
