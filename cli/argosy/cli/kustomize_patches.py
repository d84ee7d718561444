"""Files that a kustomization applies as patches: pieces of objects, no specifications themselves."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from argosy.schemas.yaml_reader import YamlError, read_documents

__all__ = ["PATCH_MARK", "patch_files"]

PATCH_MARK = "patch"
"""What a kustomization that has patches holds, in whatever field."""

_ENTRIES = ("patches", "patchesJson6902")
_LIST = "patchesStrategicMerge"


def patch_files(kustomizations: Mapping[str, bytes], candidates: Iterable[str]) -> frozenset[str]:
    """Those of the candidates that one of the kustomizations (path to content) names as a patch."""
    wanted = frozenset(candidates)
    names = {posixpath.basename(each).encode("utf-8", "surrogateescape") for each in wanted}
    found: set[str] = set()
    for path, content in kustomizations.items():
        # To look for a name is much cheaper than to parse.
        if PATCH_MARK.encode() in content and any(name in content for name in names):
            folder = posixpath.dirname(path)
            found.update(posixpath.normpath(posixpath.join(folder, each)) for each in _named(content, path))
    return wanted & found


def _named(content: bytes, path: str) -> Iterator[str]:
    try:
        documents = read_documents(content, path)
    except YamlError:
        return
    for document in documents:
        if not isinstance(document.value, Mapping):
            continue
        for field in _ENTRIES:
            entries = document.value.get(field)
            for entry in entries if isinstance(entries, list) else ():
                if isinstance(entry, Mapping) and isinstance(entry.get("path"), str):
                    yield entry["path"]
        listed = document.value.get(_LIST)
        # An entry may be the patch itself, which is the path of no file.
        yield from (each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, str))
