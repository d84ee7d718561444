"""Kubernetes label selectors (`matchLabels`, `matchExpressions`)."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from argosy.generators.generator import Context, GeneratorError
from argosy.generators.spec_fields import items, mapping, text
from argosy.schemas.position import Path

__all__ = ["Selector", "compile_selector"]

Selector = Callable[[Mapping[str, str]], bool]

_NAME: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PREFIX: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def compile_selector(
    selector: Mapping[str, object], path: Path, context: Context, *, check_values: bool = True
) -> Selector:
    """A predicate on labels. An empty selector takes everything.

    `check_values=False` is Argo CD's relaxation for post-generator selectors: any text is a value, so that
    URLs can be matched. Raises `GeneratorError` for what `LabelSelectorAsSelector` refuses.
    """
    tests: list[Selector] = []
    for key, value in mapping(selector, "matchLabels").items():
        place = (*path, "matchLabels", key)
        values = _values([value], place, context, check_values)
        tests.append(_requirement(key, "In", values, place, context))
    for index, expression in enumerate(items(selector, "matchExpressions")):
        place = (*path, "matchExpressions", index)
        if not isinstance(expression, Mapping):
            raise GeneratorError("an expression must be a map", position=context.locate(place))
        values = _values(items(expression, "values"), place, context, check_values)
        tests.append(
            _requirement(text(expression, "key"), text(expression, "operator"), values, place, context)
        )
    return lambda labels: all(test(labels) for test in tests)


def _values(values: object, place: Path, context: Context, check: bool) -> frozenset[str]:
    found = set()
    for value in values if isinstance(values, (list, tuple)) else ():
        if not isinstance(value, str):
            raise GeneratorError("a selector's values must be strings", position=context.locate(place))
        if check and value and (len(value) > 63 or not _NAME.fullmatch(value)):
            raise GeneratorError(f"`{value}` cannot be a label value", position=context.locate(place))
        found.add(value)
    return frozenset(found)


def _requirement(key: str, operator: str, values: frozenset[str], place: Path, context: Context) -> Selector:
    position = context.locate(place)
    if not _is_label_key(key):
        raise GeneratorError(f"`{key}` cannot be a label key", position=position)
    if operator in ("In", "NotIn"):
        if not values:
            raise GeneratorError(f"operator `{operator}` needs `values`", position=position)
        if operator == "In":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if operator in ("Exists", "DoesNotExist"):
        if values:
            raise GeneratorError(f"operator `{operator}` takes no `values`", position=position)
        if operator == "Exists":
            return lambda labels: key in labels
        return lambda labels: key not in labels
    raise GeneratorError(
        f"`{operator}` is not a selector operator",
        position=position,
        hint="use In, NotIn, Exists or DoesNotExist",
    )


def _is_label_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not _PREFIX.fullmatch(prefix)):
        return False
    return len(name) <= 63 and bool(_NAME.fullmatch(name))
