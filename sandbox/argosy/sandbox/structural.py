"""Structural schemas of custom resources: pruning, defaulting and validation of values.

Follows `k8s.io/apiextensions-apiserver/pkg/apiserver/{schema,validation}`. CEL rules
(`x-kubernetes-validations`) are not evaluated. It knows no object metadata and no merging.
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.fieldset import go_json
from argosy.sandbox.merge import same_value

__all__ = ["prune_and_default", "validate_value"]

_EMBEDDED = ("apiVersion", "kind", "metadata")
_OWN = frozenset(_EMBEDDED)


def prune_and_default(
    schema: Mapping[str, Any], value: Any, unknown: list[str], *, prune_nulls: bool = True
) -> Any:
    """A copy of the whole object without undeclared fields and with defaults; `unknown` gets their paths.

    `apiVersion`, `kind` and `metadata` of the object itself are left alone. Nulls that the schema does not
    take are pruned from bodies, but not from what server-side apply has merged.
    """
    return _Walk(unknown, prune_nulls).value(schema, value, "")


@dataclass(frozen=True, slots=True)
class _Walk:
    unknown: list[str]
    prune_nulls: bool

    def value(self, schema: Mapping[str, Any], value: Any, path: str) -> Any:
        if isinstance(value, dict):
            return self._object(schema, value, path)
        if isinstance(value, list) and isinstance(schema.get("items"), dict):
            return [self.value(schema["items"], found, f"{path}[{i}]") for i, found in enumerate(value)]
        return copy.deepcopy(value)

    def _is_dropped(self, field: Mapping[str, Any], value: Any) -> bool:
        if value is not None or field.get("nullable"):
            return False
        return self.prune_nulls or "default" in field

    def _object(self, schema: Mapping[str, Any], value: dict[str, Any], path: str) -> dict[str, Any]:
        properties: Mapping[str, Any] = schema.get("properties") or {}
        additional = schema.get("additionalProperties")
        keep = schema.get("x-kubernetes-preserve-unknown-fields") or additional is True
        own = _OWN if not path or schema.get("x-kubernetes-embedded-resource") else frozenset()
        out: dict[str, Any] = {}
        for name, found in value.items():
            field = properties.get(name, additional)
            if name in own:
                out[name] = copy.deepcopy(found)
            elif isinstance(field, dict):
                if not self._is_dropped(field, found):
                    out[name] = self.value(field, found, at(path, name))
            elif keep:
                out[name] = copy.deepcopy(found)
            else:
                self.unknown.append(at(path, name))
        defaults = _Walk([], self.prune_nulls)
        for name, field in properties.items():
            if name not in out and "default" in field:
                out[name] = defaults.value(field, field["default"], at(path, name))
        return out


# ---------------------------------------------------------------- validation


def validate_value(schema: Mapping[str, Any], value: Any, problems: Problems, path: str = "") -> None:
    """Finds every place where a value breaks its schema."""
    where = path or "<nil>"
    if value is None:
        if not schema.get("nullable") and not schema.get("x-kubernetes-preserve-unknown-fields"):
            _wrong_type(schema, value, where, problems)
        return
    if not _has_type(schema, value):
        _wrong_type(schema, value, where, problems)
        return
    if "enum" in schema and not any(same_value(value, choice) for choice in schema["enum"]):
        problems.unsupported(where, value, schema["enum"])
    if isinstance(value, str):
        _validate_string(schema, value, where, problems)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _validate_number(schema, value, where, problems)
    elif isinstance(value, list):
        _validate_items(schema, value, path, problems)
    elif isinstance(value, dict):
        _validate_object(schema, value, path, problems)
    _validate_combinations(schema, value, path, problems)


_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def _has_type(schema: Mapping[str, Any], value: object) -> bool:
    if schema.get("x-kubernetes-int-or-string"):
        return isinstance(value, int | str) and not isinstance(value, bool)
    wanted = schema.get("type")
    if wanted in (None, ""):
        return True
    if isinstance(value, bool):
        return bool(wanted == "boolean")
    if wanted == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[str(wanted)])


def _json_type(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    names: dict[type, str] = {str: "string", float: "number", list: "array", dict: "object"}
    return names[type(value)]


def _wrong_type(schema: Mapping[str, Any], value: object, where: str, problems: Problems) -> None:
    found = _json_type(value)
    wanted = "integer,string" if schema.get("x-kubernetes-int-or-string") else schema.get("type", "object")
    problems.type_invalid(where, found, f'{where} in body must be of type {wanted}: "{found}"')


def _validate_string(schema: Mapping[str, Any], value: str, where: str, problems: Problems) -> None:
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        problems.too_long(where, schema["maxLength"])
    if "minLength" in schema and len(value) < schema["minLength"]:
        text = f"{where} in body should be at least {schema['minLength']} chars long"
        problems.invalid(where, value, text)
    if "pattern" in schema and not re.search(_python_pattern(schema["pattern"]), value):
        problems.invalid(where, value, f"{where} in body should match '{schema['pattern']}'")
    check = _FORMATS.get(schema.get("format", ""))
    if check is not None and not check(value):
        text = f'{where} in body must be of type {schema["format"]}: "{value}"'
        problems.type_invalid(where, value, text)


def _python_pattern(pattern: str) -> str:
    """RE2's end of text is `\\z`; Python 3.11 knows it as `\\Z`."""
    return pattern.replace("\\z", "\\Z")


def _validate_number(schema: Mapping[str, Any], value: float, where: str, problems: Problems) -> None:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and (value <= low if schema.get("exclusiveMinimum") else value < low):
        equal = "" if schema.get("exclusiveMinimum") else "or equal to "
        problems.invalid(where, value, f"{where} in body should be greater than {equal}{low}")
    if high is not None and (value >= high if schema.get("exclusiveMaximum") else value > high):
        equal = "" if schema.get("exclusiveMaximum") else "or equal to "
        problems.invalid(where, value, f"{where} in body should be less than {equal}{high}")
    step = schema.get("multipleOf")
    if step and value % step:
        problems.invalid(where, value, f"{where} in body should be a multiple of {step}")


def _validate_items(schema: Mapping[str, Any], value: list[Any], path: str, problems: Problems) -> None:
    where = path or "<nil>"
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        problems.too_many(where, len(value), schema["maxItems"])
    if "minItems" in schema and len(value) < schema["minItems"]:
        text = f"{where} in body should have at least {schema['minItems']} items"
        problems.invalid(where, len(value), text)
    _validate_list_type(schema, value, path, problems)
    items = schema.get("items")
    if isinstance(items, dict):
        for index, found in enumerate(value):
            validate_value(items, found, problems, at(path, index))


def _validate_list_type(schema: Mapping[str, Any], value: list[Any], path: str, problems: Problems) -> None:
    match schema.get("x-kubernetes-list-type"):
        case "set":
            identify: Callable[[Any], Any] = lambda item: item  # noqa: E731
        case "map":
            keys = schema.get("x-kubernetes-list-map-keys", ())
            identify = lambda item: {key: item[key] for key in keys if key in item}  # noqa: E731
        case _:
            return
    seen: set[str] = set()
    for index, item in enumerate(value):
        if schema.get("x-kubernetes-list-type") == "map" and not isinstance(item, dict):
            continue
        identity = identify(item)
        text = go_json(identity)
        if text in seen:
            problems.duplicate(at(path, index), identity)
        seen.add(text)


def _validate_object(schema: Mapping[str, Any], value: dict[str, Any], path: str, problems: Problems) -> None:
    where = path or "<nil>"
    for name in schema.get("required", ()):
        if name not in value:
            problems.required(at(path, name))
    if "maxProperties" in schema and len(value) > schema["maxProperties"]:
        problems.too_many(where, len(value), schema["maxProperties"])
    if "minProperties" in schema and len(value) < schema["minProperties"]:
        text = f"{where} in body should have at least {schema['minProperties']} properties"
        problems.invalid(where, len(value), text)
    properties: Mapping[str, Any] = schema.get("properties") or {}
    additional = schema.get("additionalProperties")
    for name, found in value.items():
        if not path and name in _EMBEDDED:
            continue
        field = properties.get(name, additional if isinstance(additional, dict) else None)
        if field is not None:
            validate_value(field, found, problems, at(path, name))


def _matches(schema: Mapping[str, Any], value: Any, path: str) -> bool:
    problems = Problems()
    validate_value(schema, value, problems, path)
    return not problems


def _validate_combinations(schema: Mapping[str, Any], value: Any, path: str, problems: Problems) -> None:
    where = path or "<nil>"
    for part in schema.get("allOf", ()):
        validate_value(part, value, problems, path)
    any_of, one_of, negated = schema.get("anyOf"), schema.get("oneOf"), schema.get("not")
    if any_of and not any(_matches(part, value, path) for part in any_of):
        text = f'"{where}" must validate at least one schema (anyOf)'
        problems.invalid(path, "", text)
    if one_of and (count := sum(_matches(part, value, path) for part in one_of)) != 1:
        found = "Found none valid" if not count else f"Found {count} valid alternatives"
        problems.invalid(path, "", f'"{where}" must validate one and only one schema (oneOf). {found}')
    if negated and _matches(negated, value, path):
        problems.invalid(path, "", f'"{where}" must not validate the schema (not)')


_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_FORMATS: dict[str, Callable[[str], object]] = {
    "date-time": _DATE_TIME.fullmatch,
    "date": re.compile(r"\d{4}-\d\d-\d\d").fullmatch,
    "ipv4": re.compile(r"((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}").fullmatch,
    "uuid": re.compile(r"(?i)[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}").fullmatch,
    "email": re.compile(r"[^@\s]+@[^@\s]+").fullmatch,
    "byte": re.compile(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?").fullmatch,
}
