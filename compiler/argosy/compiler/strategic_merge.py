"""Strategic merge patches on an Application, as k8s.io/apimachinery's `strategicpatch` applies them.

Of an Application's lists only `metadata.finalizers` is merged; all others are replaced. Directives:
`$patch: delete|replace`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`.
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
    if _PATCH in patch:
        raise PatchError(
            f"`{_PATCH}: {directive}` is not a directive; use delete or replace", path=(*path, _PATCH)
        )
    merged = _retained(original, patch, path)
    for key, value in patch.items():
        if key == _RETAIN or key.startswith(_ORDER):
            continue
        if key.startswith(_DELETE_FROM):
            _delete_items(merged, key.removeprefix(_DELETE_FROM), value)
            continue
        kept = _value(merged.get(key), value, (*path, key))
        if kept is None:
            merged.pop(key, None)
        else:
            merged[key] = kept
    for key, order in patch.items():
        if key.startswith(_ORDER):
            _require_order(key, order, patch, path)
            _reorder(merged, key.removeprefix(_ORDER), order)
    return merged


def _retained(original: dict[str, object], patch: dict[str, object], path: Path) -> dict[str, object]:
    retain = patch.get(_RETAIN)
    if retain is None:
        return dict(original)
    if not isinstance(retain, list):
        raise PatchError(f"`{_RETAIN}` must be a list of keys", path=(*path, _RETAIN))
    missing = [
        key for key in patch if patch[key] is not None and not key.startswith("$") and key not in retain
    ]
    if missing:
        names = ", ".join(sorted(missing))
        raise PatchError(f"`{_RETAIN}` must also name what the patch sets: {names}", path=(*path, _RETAIN))
    return {key: value for key, value in original.items() if key in retain}


def _value(present: object, value: object, path: Path) -> object:
    """What a key has afterwards, `None` for no key."""
    if isinstance(present, dict) and isinstance(value, dict):
        _require_schema(path)
        return _merge(present, value, path)
    if isinstance(present, list) and isinstance(value, list):
        _require_schema(path)
        return list(dict.fromkeys([*value, *present])) if path in _MERGED_LISTS else value
    return _without_directives(value)


def _require_schema(path: Path) -> None:
    """Kubernetes merges only what Argo CD's types describe, and they know nothing of a chart's values."""
    if path[-2:-1] == (_RAW,):
        raise PatchError(
            f"`{path[-1]}` of `{_RAW}` is in the template, too, and two maps or lists cannot be merged there",
            hint=f"write the whole `{_RAW}` in the patch, with `{_PATCH}: replace`, or in the patch only",
            path=path,
        )


def _without_directives(value: object) -> object:
    """What is new where it stands: no nulls, and nothing that holds a directive (`None`)."""
    if isinstance(value, dict):
        if _PATCH in value:
            return None
        kept = {key: _without_directives(item) for key, item in value.items() if item is not None}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, list):
        return [
            _without_directives(item) for item in value if not (isinstance(item, dict) and _PATCH in item)
        ]
    return value


def _delete_items(merged: dict[str, object], key: str, items: object) -> None:
    present = merged.get(key)
    if isinstance(present, list) and isinstance(items, list):
        merged[key] = [item for item in present if item not in items]


def _require_order(key: str, order: object, patch: dict[str, object], path: Path) -> None:
    """The order of a list is a list, too, and what the patch sets stands in it in the same order."""
    for name in (key, key.removeprefix(_ORDER)):
        if not isinstance(patch.get(name, []), list):
            raise PatchError(f"`{name}` must be a list", path=(*path, name))
    assert isinstance(order, list)
    rest = iter(order)
    items = patch.get(key.removeprefix(_ORDER), [])
    if not all(any(item == other for other in rest) for item in items):  # type: ignore[attr-defined]
        raise PatchError(f"`{key}` must hold what the patch sets, in the same order", path=(*path, key))


def _reorder(merged: dict[str, object], key: str, order: object) -> None:
    present = merged.get(key)
    if isinstance(present, list) and isinstance(order, list):
        ranks = {str(item): rank for rank, item in enumerate(order)}
        merged[key] = sorted(present, key=lambda item: ranks.get(str(item), len(ranks)))
