"""How two parameter sets become one, in matrix and in merge."""

from argosy.generators.go_values import StringMap
from argosy.generators.parameters import go_text

__all__ = ["merge_deeply", "texts"]


def merge_deeply(base: dict[str, object], override: dict[str, object]) -> dict[str, object]:
    """A new map with the override's values, empty ones too; where both are maps they merge in turn.

    As `mergo.Merge` with override. A string map takes the other's strings; where the other holds
    something else (Argo CD panics there) the result is a plain map.
    """
    merged: dict[str, object] = dict(base)
    for key, value in override.items():
        present = merged.get(key)
        if isinstance(value, dict) and isinstance(present, dict):
            combined = merge_deeply(present, value)
            only_strings = all(isinstance(item, str) for item in combined.values())
            if isinstance(present, StringMap) and only_strings:
                combined = StringMap({name: str(item) for name, item in combined.items()})  # type: ignore[assignment]
            merged[key] = combined
        else:
            merged[key] = value
    return merged


def texts(values: dict[str, object]) -> dict[str, object]:
    """Every value as Go prints it: fasttemplate's matrix and merge know strings only."""
    return {key: go_text(value) for key, value in values.items()}
