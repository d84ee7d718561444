"""Sprig's defaults, conditions and type names."""

from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.sprig.equality import deep_copy, deep_equal
from argosy.compiler.templating.gotemplate.values import go_type, kind

__all__ = ["FUNCTIONS", "type_name"]


def _default(value: object, *given: object) -> object:
    return given[0] if given and given[0] else value


def _coalesce(*values: object) -> object:
    return next((value for value in values if value), None)


def _ternary(yes: object, no: object, condition: bool) -> object:
    return yes if condition else no


def _fail(message: str) -> str:
    raise GoError(message)


def type_name(value: object) -> str:
    """`%T`."""
    return go_type(value)


def _type_is_like(name: str, value: object) -> bool:
    return type_name(value) in (name, "*" + name)


FUNCTIONS: Table = {
    "all": (lambda *values: all(values), "any...", "bool"),
    "any": (lambda *values: any(values), "any...", "bool"),
    "coalesce": (_coalesce, "any...", "any"),
    "deepCopy": (deep_copy, "any", "any"),
    "deepEqual": (deep_equal, "any, any", "bool"),
    "default": (_default, "any, any...", "any"),
    "empty": (lambda value: not value, "any", "bool"),
    "fail": (_fail, "string", "string"),
    "hello": (lambda: "Hello!", "", "string"),
    "kindIs": (lambda name, value: name == kind(value), "string, any", "bool"),
    "kindOf": (kind, "any", "string"),
    "mustDeepCopy": (deep_copy, "any", "any"),
    "ternary": (_ternary, "any, any, bool", "any"),
    "typeIs": (lambda name, value: name == type_name(value), "string, any", "bool"),
    "typeIsLike": (_type_is_like, "string, any", "bool"),
    "typeOf": (type_name, "any", "string"),
}
