"""One column, and what columns of all kinds share: ages, selectors, lists that end in `+ 1 more...`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from argosy.sandbox.store import Object

__all__ = [
    "AGE",
    "CREATED_AT",
    "NAME",
    "NONE",
    "UNKNOWN",
    "Column",
    "age",
    "at_most",
    "containers",
    "count",
    "dig",
    "field",
    "human_duration",
    "selector",
    "selector_text",
    "wide",
]

NONE = "<none>"
UNKNOWN = "<unknown>"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `cell` gets the object and the present time; a wide one shows with `-o wide` only."""

    name: str
    cell: Callable[[Object, datetime], object]
    type: str = "string"
    format: str = ""
    wide: bool = False


def human_duration(seconds: float) -> str:
    """A duration as kubectl writes it: two units while the larger one is small (`duration.HumanDuration`)."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 120:
        return f"{max(whole, 0)}s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 10:
        return f"{minutes}m" + (f"{whole % 60}s" if whole % 60 else "")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return f"{hours}h" + (f"{minutes % 60}m" if minutes % 60 else "")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return f"{days}d" + (f"{hours % 24}h" if hours % 24 else "")
    if days < 730:
        return f"{days}d"
    years, rest = divmod(days, 365)
    return f"{years}y" + (f"{rest}d" if years < 8 and rest else "")


def age(timestamp: object, now: datetime) -> str:
    """The time since an API timestamp."""
    if not isinstance(timestamp, str):
        return UNKNOWN
    try:
        return human_duration((now - datetime.fromisoformat(timestamp)).total_seconds())
    except ValueError:
        return "<invalid>"


def dig(obj: Any, path: str, default: Any = None) -> Any:
    """What stands under a dotted path; the default where nothing does."""
    for key in path.split("."):
        if not isinstance(obj, dict) or obj.get(key) is None:
            return default
        obj = obj[key]
    return obj


def field(name: str, path: str, default: object = NONE, kind: str = "string") -> Column:
    """A column with the value of one field."""
    return Column(name, lambda obj, now: dig(obj, path, default), kind)


def count(name: str, path: str, kind: str = "integer") -> Column:
    """A column with a number that is 0 where it is not there."""
    return field(name, path, 0, kind)


def wide(*columns: Column) -> tuple[Column, ...]:
    """The same columns, shown with `-o wide` only."""
    return tuple(replace(column, wide=True) for column in columns)


def at_most(texts: Iterable[str], most: int) -> str:
    """The texts, the surplus ones as a number."""
    listed = list(texts)
    text = ",".join(listed[:most])
    return f"{text} + {len(listed) - most} more..." if len(listed) > most else text


def selector_text(found: Any) -> str:
    """A label selector (or a plain map of labels) as `labels.Selector` writes it."""
    if not isinstance(found, dict):
        return NONE
    plain = "matchLabels" not in found and "matchExpressions" not in found
    labels = found if plain else found.get("matchLabels") or {}
    terms = [(key, f"{key}={value}") for key, value in labels.items()]
    for item in () if plain else found.get("matchExpressions") or ():
        key, operator = item["key"], item["operator"]
        values = ",".join(sorted(item.get("values") or ()))
        short = {"Exists": key, "DoesNotExist": f"!{key}"}.get(operator)
        terms.append((key, short or f"{key} {operator.lower()} ({values})"))
    return ",".join(text for _, text in sorted(terms)) or NONE


def selector(path: str = "spec.selector") -> Column:
    """The selector of a workload."""
    return Column("Selector", lambda obj, now: selector_text(dig(obj, path)))


def containers(path: str = "spec.template.spec.containers") -> tuple[Column, Column]:
    """Names and images of a template's containers."""

    def listed(key: str) -> Callable[[Object, datetime], object]:
        return lambda obj, now: ",".join(item.get(key, "") for item in dig(obj, path, ()))

    return Column("Containers", listed("name")), Column("Images", listed("image"))


NAME = Column("Name", lambda obj, now: obj["metadata"]["name"], format="name")
AGE = Column("Age", lambda obj, now: age(obj["metadata"].get("creationTimestamp"), now))
CREATED_AT = field("Created At", "metadata.creationTimestamp", UNKNOWN, "date")
