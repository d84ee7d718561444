"""Which files of a folder of plain manifests count. Knows names only."""

import re

from argosy.schemas.model.glob import glob_matches
from argosy.schemas.model.source import Directory

__all__ = ["SKIP_MARK", "is_chosen"]

_MANIFEST_FILE = re.compile(r".*\.(ya?ml|json|jsonnet)", re.DOTALL)

SKIP_MARK = b"+argocd:skip-file-rendering"
"""A file that holds this text is left out (Argo CD, reposerver/repository)."""


def is_chosen(shown: str, options: Directory) -> bool:
    """Whether a file counts, by its path from the folder on."""
    if "/" in shown and not options.recurse:
        return False
    if not (options.disable_extension_filter or _MANIFEST_FILE.fullmatch(shown)):
        return False
    if options.exclude and glob_matches(options.exclude, shown):
        return False
    return not options.include or glob_matches(options.include, shown)
