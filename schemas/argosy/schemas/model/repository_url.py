"""When two repository URLs mean the same repository to Argo CD."""

import re

__all__ = ["normalize_repository_url", "same_repository"]

_SSH = re.compile(r"(ssh://)?([^/:]*?)@[^@]+", re.ASCII)


def normalize_repository_url(url: str) -> str:
    """The form that Argo CD compares: lower case, without `.git` and `ssh://`, `git@host:path` as
    `git@host/path`."""
    url = url.strip().lower()
    if _SSH.fullmatch(url) and not url.startswith("ssh://"):
        url = "ssh://" + url.replace(":", "/", 1)
    return url.removesuffix(".git").removeprefix("ssh://")


def same_repository(left: str, right: str) -> bool:
    """Whether two URLs name one repository."""
    return normalize_repository_url(left) == normalize_repository_url(right)
