"""From what people write in `targetRevision` to a commit, given what a repository has. Pure: runs no git."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from argosy.sources.semver import highest_matching

__all__ = ["References", "is_commit_id", "may_be_commit_id"]

_FULL_ID = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_SHORT_ID = re.compile(r"[0-9a-fA-F]{7,64}")


@dataclass(frozen=True, slots=True)
class References:
    """The references of a repository at one moment: name to commit id, annotated tags peeled.

    `head` is the commit of the remote's HEAD, '' where it has none (an empty repository).
    """

    head: str
    branches: Mapping[str, str]
    tags: Mapping[str, str]

    def resolve(self, revision: str) -> str | None:
        """The commit of HEAD, a range of versions, a branch or a tag; None if there is none.

        As in Argo CD, a range goes before a branch of that name, a branch before a tag (util/git).
        """
        if revision in ("", "HEAD"):
            return self.head or None
        tag = highest_matching(revision, self.tags)
        if tag is not None:
            return self.tags[tag]
        if revision.startswith("refs/heads/"):
            return self.branches.get(revision.removeprefix("refs/heads/"))
        if revision.startswith("refs/tags/"):
            return self.tags.get(revision.removeprefix("refs/tags/"))
        return self.branches.get(revision) or self.tags.get(revision)


def is_commit_id(revision: str) -> bool:
    """Whether the text is a full commit id."""
    return _FULL_ID.fullmatch(revision) is not None


def may_be_commit_id(revision: str) -> bool:
    """Whether the text may be a full or shortened commit id (at least seven digits, as Argo CD has it)."""
    return _SHORT_ID.fullmatch(revision) is not None
