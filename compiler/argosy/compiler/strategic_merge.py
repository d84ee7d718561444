"""Strategic merge patches on an Application, as k8s.io/apimachinery's `strategicpatch` applies them.

Of an Application's lists only `metadata.finalizers` is merged; all others are replaced. Directives:
`$patch: delete|replace|merge`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`.
"""

from argosy.schemas.finding import ArgosyError
from argosy.schemas.position import Path, Position

__all__ = ["PatchError", "strategic_merge"]

_PATCH = "$patch"
_RETAIN = "$retainKeys"
_ORDER = "$setElementOrder/"
_DELETE_FROM = "$deleteFromPrimitiveList/"
_MERGED_LISTS: frozenset[Path] = frozenset({("metadata", "finalizers")})
_RAW = "valuesObject"


class PatchError(ArgosyError):
    """A patch that Kubernetes would refuse, with the field or the place in its text that is at fault."""

    code = "invalid-template-patch"

    def __init__(
        self, message: str, *, hint: str = "", path: Path = (), place: Position | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.place = place


def strategic_merge(original: dict[str, object], patch: dict[str, object]) -> dict[str, object]:
    """A new object: the original with the patch applied. Raises `PatchError`."""
    return _merge(original, patch, ())


def _merge(original: dict[str, object], patch: dict[str, object], path: Path) -> dict[str, object]:
    directive = patch.get(_PATCH)
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != _PATCH}
    if directive == "delete":
        return {}
    if _PATCH in patch and directive != "merge":
        raise PatchError(
            f"`{_PATCH}: {directive}` is not a directive; use delete, replace or merge", path=(*path, _PATCH)
        )
    merged = _retained(original, patch, path)
    for key, value in patch.items():
        if key in (_PATCH, _RETAIN) or key.startswith(_ORDER):
            continue
        if key.startswith(_DELETE_FROM):
            _delete_items(merged, key.removeprefix(_DELETE_FROM), value)
        elif value is None:
            merged.pop(key, None)
        else:
            merged[key] = _value(merged.get(key), value, (*path, key))
    for key, order in patch.items():
        if key.startswith(_ORDER):
            _reorder(merged, key.removeprefix(_ORDER), order)
    return merged


def _retained(original: dict[str, object], patch: dict[str, object], path: Path) -> dict[str, object]:
    retain = patch.get(_RETAIN)
    if retain is None:
        return dict(original)
    if not isinstance(retain, list):
        raise PatchError(f"`{_RETAIN}` must be a list of keys", path=(*path, _RETAIN))
    missing = [key for key in patch if not key.startswith("$") and key not in retain]
    if missing:
        names = ", ".join(sorted(missing))
        raise PatchError(f"`{_RETAIN}` must also name what the patch sets: {names}", path=(*path, _RETAIN))
    return {key: value for key, value in original.items() if key in retain}


def _value(present: object, value: object, path: Path) -> object:
    if isinstance(value, dict):
        if isinstance(present, dict):
            if path[-1] == _RAW:
                raise PatchError(
                    "Argo CD cannot patch a `valuesObject` that the template already has",
                    hint="write the whole valuesObject in the patch, or use `values` with a template",
                    path=path,
                )
            return _merge(present, value, path)
        return _merge({}, value, path)
    if isinstance(value, list) and isinstance(present, list) and path in _MERGED_LISTS:
        return list(dict.fromkeys([*value, *present]))
    return value


def _delete_items(merged: dict[str, object], key: str, items: object) -> None:
    present = merged.get(key)
    if isinstance(present, list) and isinstance(items, list):
        merged[key] = [item for item in present if item not in items]


def _reorder(merged: dict[str, object], key: str, order: object) -> None:
    present = merged.get(key)
    if isinstance(present, list) and isinstance(order, list):
        ranks = {str(item): rank for rank, item in enumerate(order)}
        merged[key] = sorted(present, key=lambda item: ranks.get(str(item), len(ranks)))
