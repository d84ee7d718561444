"""The functions that Argo CD adds to sprig's: names for Kubernetes, and YAML."""

import re

from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.sprig.runes import lower
from argosy.compiler.templating.gotemplate.values import Slice, go_type
from argosy.compiler.templating.gotemplate.yaml_text import read_go_yaml, write_go_yaml

__all__ = ["FUNCTIONS", "normalize", "slugify"]

_NOT_IN_NAMES = re.compile(r"[^-a-z0-9.]")
_NOT_IN_SLUGS = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_NAME = 253


def normalize(name: str) -> str:
    """The text as a name that Kubernetes takes: lower-case letters, digits, `-` and `.`, at most 253."""
    return _NOT_IN_NAMES.sub("-", lower(name))[:_LONGEST_NAME].strip("-.")


def _wanted(value: object, type_: str) -> GoError:
    found = "nil" if value is None else go_type(value)
    return GoError(f"interface conversion: interface {{}} is {found}, not {type_}")


def slugify(*arguments: object) -> str:
    """`slugify [length [smart]] text`: a short name; where smart, it ends with a whole word. As
    github.com/gosimple/slug 1.15 makes it of an already normalized text."""
    length: object = 50
    smart: object = True
    text: object = ""
    for index, argument in enumerate(arguments[:3]):
        if index == min(len(arguments), 3) - 1:
            text = argument
            if not isinstance(text, str):
                raise _wanted(text, "string")
        elif index == 0:
            length = argument
            if go_type(length) != "int":
                raise _wanted(length, "int")
        else:
            smart = argument
            if not isinstance(smart, bool):
                raise _wanted(smart, "bool")
    assert isinstance(text, str) and isinstance(length, int)
    return _slug(normalize(text), length, bool(smart))


def _slug(name: str, length: int, smart: bool) -> str:
    if not smart and len(name) >= length:
        if length < 0:
            raise GoError(f"runtime error: slice bounds out of range [:{length}]")
        name = name[:length]
    slug = re.sub("-+", "-", _NOT_IN_SLUGS.sub("-", name)).strip("-_")
    if length <= 0 or not smart or len(slug) <= length:
        return slug
    cut = slug.rfind("-", 0, length + 1)
    return slug[:cut] if cut >= 0 else slug[:length]


def _json_kind(value: object) -> str:
    kinds = {str: "string", bool: "bool", float: "number", list: "array", dict: "object"}
    return kinds[value.__class__]


def _mismatch(value: object, type_: str) -> GoError:
    return GoError(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal"
        f" {_json_kind(value)} into Go value of type {type_}"
    )


def _from_yaml(text: str) -> dict[str, object]:
    value = read_go_yaml(text)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _mismatch(value, "map[string]interface {}")
    return value


def _from_yaml_array(text: str) -> list[object]:
    value = read_go_yaml(text)
    if value is None:
        return Slice((), "interface {}", is_nil=True)
    if not isinstance(value, list):
        raise _mismatch(value, "[]interface {}")
    return value


FUNCTIONS: Table = {
    "fromYaml": (_from_yaml, "string", "map"),
    "fromYamlArray": (_from_yaml_array, "string", "[]interface {}"),
    "normalize": (normalize, "string", "string"),
    "slugify": (slugify, "any...", "string"),
    "toYaml": (write_go_yaml, "any", "string"),
}
