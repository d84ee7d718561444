"""Label and field selectors of list, watch and deletecollection requests, parsed once into a predicate."""

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Predicate", "SelectorError", "field_selector", "label_selector", "selector_matches"]

Predicate = Callable[[Mapping[str, Any]], bool]


class SelectorError(ValueError):
    """A selector that does not parse; the message is for the API's answer."""


_SET_TERM = re.compile(r"([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)")
_EQUAL_TERM = re.compile(r"([^\s!=,()]+)\s*(==|!=|=)\s*([^\s!=,()]*)")
_KEY_TERM = re.compile(r"(!?)\s*([^\s!=,()]+)")
_TOP_COMMA = re.compile(r",(?![^(]*\))")

_LabelTest = Callable[[Mapping[str, str]], bool]


def label_selector(text: str | None) -> Predicate | None:
    """The predicate of a label selector (`a=b,c!=d,e in (f,g),h notin (i),j,!k`); `None` where all match.

    Semantics of `k8s.io/apimachinery/pkg/labels`: `!=` and `notin` match objects without the key too.
    """
    if not text or not text.strip():
        return None
    tests = [_label_test(term.strip(), text) for term in _TOP_COMMA.split(text)]

    def matches(obj: Mapping[str, Any]) -> bool:
        labels = obj["metadata"].get("labels") or {}
        return all(test(labels) for test in tests)

    return matches


def _label_test(term: str, text: str) -> _LabelTest:
    if match := _SET_TERM.fullmatch(term):
        key, operator, listed = match.groups()
        values = frozenset(value.strip() for value in listed.split(","))
        return _within(key, values) if operator == "in" else _without(key, values)
    if match := _EQUAL_TERM.fullmatch(term):
        key, operator, value = match.groups()
        return _without(key, frozenset([value])) if operator == "!=" else _within(key, frozenset([value]))
    if match := _KEY_TERM.fullmatch(term):
        absent, key = match.groups()
        return (lambda labels: key not in labels) if absent else (lambda labels: key in labels)
    raise SelectorError(f"unable to parse requirement: found {term!r} in {text!r}")


def _within(key: str, values: frozenset[str]) -> _LabelTest:
    return lambda labels: key in labels and labels[key] in values


def _without(key: str, values: frozenset[str]) -> _LabelTest:
    return lambda labels: labels.get(key) not in values


def field_selector(text: str | None) -> Predicate | None:
    """The predicate of a field selector (`metadata.name=x,status.phase!=Running`); `None` where all match.

    A missing field counts as the empty string, as in the API server. More fields than there are accepted.
    """
    if not text or not text.strip():
        return None
    terms: list[tuple[tuple[str, ...], bool, str]] = []
    for term in text.split(","):
        match = re.fullmatch(r"\s*([\w.\-]+)\s*(==|!=|=)\s*(.*?)\s*", term)
        if match is None:
            raise SelectorError(f"invalid field selector: {term!r} in {text!r}")
        terms.append((tuple(match[1].split(".")), match[2] != "!=", match[3]))

    def matches(obj: Mapping[str, Any]) -> bool:
        return all((_field(obj, path) == value) == equal for path, equal, value in terms)

    return matches


def _field(obj: Mapping[str, Any], path: tuple[str, ...]) -> str:
    node: Any = obj
    for key in path:
        if not isinstance(node, Mapping) or key not in node:
            return ""
        node = node[key]
    if isinstance(node, bool):
        return "true" if node else "false"
    return "" if node is None else str(node)


def selector_matches(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a `metav1.LabelSelector` (matchLabels, matchExpressions) matches; none matches nothing."""
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    for term in selector.get("matchExpressions") or ():
        key, operator, values = term["key"], term["operator"], frozenset(term.get("values") or ())
        held = {
            "In": key in labels and labels[key] in values,
            "NotIn": labels.get(key) not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }.get(operator, False)
        if not held:
            return False
    return True
