"""YAML in and out of templates as sigs.k8s.io/yaml does it, with Go's own words for what is wrong."""

import re
from math import isfinite

import yaml
from yaml.reader import ReaderError

from argosy.compiler.templating.gotemplate.format import go_syntax
from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.json_text import write_json
from argosy.compiler.templating.gotemplate.values import GoObject, Slice
from argosy.compiler.templating.limits import MAX_ITEMS, LimitError
from argosy.compiler.templating.quoting import scrub
from argosy.generators.parameters import floats
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import compose_text, read_value
from argosy.schemas.yaml_scalars import plain_value
from argosy.schemas.yaml_writer import write_yaml

__all__ = ["read_go_yaml", "write_go_yaml"]

_MISREAD = re.compile("cannot read `([^`]*)` as a (.*)")
_TAGS = {int: "!!int", float: "!!float", bool: "!!bool", type(None): "!!null"}
_QUOTED = re.compile("`[&*]?([^`]*)`")


def read_go_yaml(text: str) -> object:
    """`yaml.Unmarshal` into an `interface{}`: every number is a float. Raises `GoError`."""
    try:
        return floats(read_value(text))
    except YamlError as error:
        raise GoError(f"error converting YAML to JSON: {_go_words(error, text)}") from error


def _go_words(error: YamlError, text: str) -> str:
    document = None
    try:
        document = compose_text(text)
    except YamlError as mistake:
        # Go parses all of the document before it looks at any value.
        error = mistake
    cause = error.__cause__
    if isinstance(cause, yaml.MarkedYAMLError):
        return f"yaml: {_place(cause)}{cause.problem or 'unknown problem parsing YAML content'}"
    if isinstance(cause, ReaderError):
        return f"yaml: {cause.reason}"
    found = _QUOTED.search(error.message)
    name = found[1] if found else ""
    if "no anchor" in error.message:
        return f"yaml: unknown anchor '{name}' referenced"
    if "that JSON, and so Kubernetes, cannot hold" in error.message:
        number = plain_value(name)
        shown = "NaN" if number != number else "-Inf" if name.startswith("-") else "+Inf"
        return f"json: unsupported value: {shown}"
    misread = _MISREAD.fullmatch(error.message)
    if misread:
        tag = _TAGS.get(plain_value(misread[1]).__class__, "!!str")
        return f"yaml: cannot decode {tag} `{misread[1]}` as a {misread[2]}"
    if "contains itself" in error.message:
        return f"yaml: anchor '{name}' value contains itself"
    if "`<<`" in error.message:
        return "yaml: map merge requires map or sequence of maps as the value"
    if "a key must be" in error.message:
        return f"yaml: invalid map key: {_key_below(document) or ''}"
    return f"yaml: {error.message}"


def _place(error: yaml.MarkedYAMLError) -> str:
    # goyaml counts lines from 0 and adds one for the scanner only; line 0 is not named.
    line = error.problem_mark.line if error.problem_mark else 0
    if line and isinstance(error, yaml.scanner.ScannerError):
        line += 1
    if not line and error.context_mark:
        line = error.context_mark.line
    return f"line {line}: " if line else ""


def _key_below(node: yaml.Node | None) -> str | None:
    """The first key below a node that is a sequence or mapping, as Go prints it."""
    if isinstance(node, yaml.SequenceNode):
        return next(filter(None, map(_key_below, node.value)), None)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        found = _key_below(key) or (None if isinstance(key, yaml.ScalarNode) else _node_syntax(key))
        found = found or _key_below(value)
        if found:
            return found
    return None


def _node_syntax(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return f"[]interface {{}}{{{', '.join(map(_node_syntax, node.value))}}}"
    if isinstance(node, yaml.MappingNode):
        pairs = ", ".join(f"{_node_syntax(key)}:{_node_syntax(value)}" for key, value in node.value)
        return f"map[interface {{}}]interface {{}}{{{pairs}}}"
    value = node.value if getattr(node, "style", None) else plain_value(node.value)
    return "interface {}(nil)" if value is None else go_syntax(value)


def write_go_yaml(value: object) -> str:
    """`yaml.Marshal` without the last line feed. Raises `GoError`."""
    try:
        plain = _plain(value, [0])
    except GoError as error:
        raise GoError(f"error marshaling into JSON: {error}") from None
    return write_yaml(plain).removesuffix("\n")


def _plain(value: object, spent: list[int]) -> object:
    spent[0] += 1
    if spent[0] > MAX_ITEMS:
        raise LimitError(f"the value has more than {MAX_ITEMS} elements")
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {scrub(key): _plain(item, spent) for key, item in value.items()}
    if isinstance(value, list):
        if isinstance(value, Slice) and value.is_nil:
            return None
        return [_plain(item, spent) for item in value]
    if isinstance(value, GoObject):
        return value.go_json()
    if isinstance(value, int) and value.__class__ is not bool:
        return int(value)
    if isinstance(value, complex) or (isinstance(value, float) and not isfinite(value)):
        return write_json(value)
    return value
