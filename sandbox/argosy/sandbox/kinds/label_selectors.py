"""Label selectors as they stand in specs (`metav1.LabelSelector`)."""

from collections.abc import Mapping

from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.metadata import validate_labels
from argosy.sandbox.schema import Object

__all__ = ["selects", "validate_selector"]


def selects(selector: Object, labels: Mapping[str, str]) -> bool:
    """Does the selector match? An empty one matches everything here; callers forbid it where Kubernetes
    does."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    return all(_holds(found, labels) for found in selector.get("matchExpressions") or ())


def _holds(expression: Object, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values") or ()
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False


def validate_selector(selector: Object, path: str, problems: Problems) -> None:
    """`ValidateLabelSelector`."""
    validate_labels(selector.get("matchLabels"), at(path, "matchLabels"), problems)
    for index, expression in enumerate(selector.get("matchExpressions") or ()):
        where = at(path, "matchExpressions", index)
        match expression.get("operator"):
            case "In" | "NotIn":
                if not expression.get("values"):
                    text = "must be specified when `operator` is 'In' or 'NotIn'"
                    problems.required(at(where, "values"), text)
            case "Exists" | "DoesNotExist":
                if expression.get("values"):
                    text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                    problems.forbidden(at(where, "values"), text)
            case other:
                problems.invalid(at(where, "operator"), other, "not a valid selector operator")
