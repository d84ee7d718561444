"""The template of one generator: its own fields, filled up from the set's template."""

from collections.abc import Mapping

__all__ = ["merge_templates"]

_WHOLE = frozenset({"valuesObject"})
# Raw JSON to Argo CD: one value, never merged; `{}` is a text of its own.


def merge_templates(own: Mapping[str, object], base: Mapping[str, object]) -> dict[str, object]:
    """A new template. The generator wins per field; an empty value of its own does not count; lists are
    taken whole. As `mergo.Merge` without override on Argo CD's structs."""
    merged = dict(own)
    for key, value in base.items():
        present = merged.get(key)
        if key in _WHOLE and isinstance(present, dict):
            continue
        if isinstance(present, dict) and isinstance(value, dict):
            merged[key] = merge_templates(present, value)
        elif not present:
            merged[key] = value
    return merged
