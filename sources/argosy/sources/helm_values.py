"""The values of a chart: files, `values`, and single parameters, merged in Helm's order.

Pure but for the trees.
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from argosy.schemas.model.source import Helm
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import read_value
from argosy.sources.build_environment import BuildEnvironment
from argosy.sources.errors import (
    INVALID_SOURCE,
    MISSING_PATH,
    RENDER_FAILED,
    UNSUPPORTED_SOURCE,
    SourceError,
    blaming,
)
from argosy.sources.git_url import clean_path
from argosy.sources.manifest import Input, RenderRequest
from argosy.sources.tree import Tree
from argosy.sources.values_patterns import is_pattern, literal_folder, matching_files

__all__ = ["chart_values", "merge_values", "set_value"]

_KEY_PART = re.compile(r"((?:[^\\.\[\]]|\\.)*)((?:\[\d+\])*)(?:\.|$)", re.DOTALL)
_INTEGER = re.compile(r"[+-]?[1-9][0-9]*|0")
_LARGEST_INDEX = 65_536


def chart_values(
    request: RenderRequest, path: str, options: Helm, environment: BuildEnvironment
) -> tuple[dict[str, Any], tuple[Input, ...]]:
    """The values, and the files that were read for them, all of which lie in the repositories of the
    Application.

    Later ones win: `valueFiles` in their order, `valuesObject` or `values`, `parameters`, `fileParameters`.
    """
    values: dict[str, Any] = {}
    inputs: list[Input] = []
    for (reference, place), (index, tree) in _value_files(
        request, path, options, environment, inputs
    ).items():
        with blaming("helm", "valueFiles", index):
            if not tree.has_file(place):
                if options.ignore_missing_value_files:
                    inputs.append(Input(place, "", reference))
                    continue
                raise SourceError(
                    f"{tree.name} has no values file {place!r}",
                    code=MISSING_PATH,
                    hint="fix spec.source.helm.valueFiles, or set ignoreMissingValueFiles",
                )
            inputs.append(Input(place, tree.tree_id(place), reference))
            values = merge_values(values, _read_values(tree.read(place), place))
    if options.values_object is not None:
        values = merge_values(values, options.values_object)
    elif options.values:
        with blaming("helm", "values"):
            values = merge_values(values, _read_values(options.values.encode(), "spec.source.helm.values"))
    numbered = enumerate(options.parameters)
    for index, parameter in sorted(numbered, key=lambda each: each[1].force_string):
        with blaming("helm", "parameters", index, "name"):
            text = environment.substitute(parameter.value)
            set_value(values, parameter.name, text, parameter.force_string)
    for index, (name, written) in enumerate(options.file_parameters):
        with blaming("helm", "fileParameters", index):
            reference, tree, place = _locate(request, path, written, environment)
            inputs.append(Input(place, tree.tree_id(place) if tree.has_file(place) else "", reference))
            _assign(values, name, tree.read(place).decode("utf-8", "replace"))
    return values, tuple(inputs)


def merge_values(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key, everything else is replaced.

    Null stays, for it deletes a chart's default.
    """
    merged = dict(base)
    for key, value in over.items():
        present = merged.get(key)
        if isinstance(present, Mapping) and isinstance(value, Mapping):
            merged[key] = merge_values(present, value)
        else:
            merged[key] = value
    return merged


def set_value(values: dict[str, Any], name: str, value: str, force_string: bool) -> None:
    """One `--set name=value` (or `--set-string`) as Argo CD passes it: commas of the value are part of it,
    unless it is a list in braces."""
    if value.startswith("{") and value.endswith("}"):
        inner = value[1:-1]
        items = re.split(r"(?<!\\),", inner) if inner else []
        _assign(values, name, [_typed(item, force_string) for item in items])
    else:
        _assign(values, name, _typed(value, force_string))


def _typed(value: str, force_string: bool) -> object:
    text = re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
    if force_string:
        return text
    named: dict[str, object] = {"true": True, "false": False, "null": None}
    if text.lower() in named:
        return named[text.lower()]
    if _INTEGER.fullmatch(text) and -(2**63) <= int(text) < 2**63:
        return int(text)
    return text


def _assign(values: dict[str, Any], name: str, value: object) -> None:
    """Sets `a.b[1].c` in place, making what is missing on the way."""
    keys = _parse_key(name)
    place: Any = values
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        if isinstance(key, int):
            place.extend([None] * (key + 1 - len(place)))
        if following is None:
            place[key] = value
            return
        wanted = list if isinstance(following, int) else dict
        present = place[key] if isinstance(key, int) else place.get(key)
        # A copy: the mapping may belong to the Application's own specification.
        place[key] = wanted(present) if isinstance(present, wanted) else wanted()
        place = place[key]


def _parse_key(name: str) -> list[str | int]:
    keys: list[str | int] = []
    at = 0
    while at < len(name):
        match = _KEY_PART.match(name, at)
        if match is None or match.end() == at or not (match[1] or keys):
            raise SourceError(f"`{name}` is not the name of a Helm parameter", code=INVALID_SOURCE)
        if match[1]:
            keys.append(re.sub(r"\\(.)", r"\1", match[1]))
        keys.extend(int(number) for number in re.findall(r"\d+", match[2]))
        at = match.end()
    if not keys or any(isinstance(key, int) and key > _LARGEST_INDEX for key in keys):
        raise SourceError(f"`{name}` is not the name of a Helm parameter", code=INVALID_SOURCE)
    return keys


def _value_files(
    request: RenderRequest, path: str, options: Helm, environment: BuildEnvironment, inputs: list[Input]
) -> dict[tuple[str, str], tuple[int, Tree]]:
    """The values files in their order, each once, with their entry in `valueFiles`.

    As Argo CD: a pattern stands for the files that it matches, but for those that are written out.
    """
    located: list[tuple[str, Tree, str]] = []
    for index, written in enumerate(options.value_files):
        with blaming("helm", "valueFiles", index):
            located.append(_locate(request, path, written, environment))
    explicit = {(reference, place) for reference, _, place in located if not is_pattern(place)}
    found: dict[tuple[str, str], tuple[int, Tree]] = {}
    for index, (reference, tree, place) in enumerate(located):
        if not is_pattern(place):
            found.setdefault((reference, place), (index, tree))
            continue
        with blaming("helm", "valueFiles", index):
            folder = literal_folder(place)
            inputs.append(
                Input(folder, tree.tree_id(folder) if tree.has_directory(folder) else "", reference)
            )
            matches = matching_files(tree, place)
            if not matches and not options.ignore_missing_value_files:
                raise SourceError(
                    f"{tree.name} has no values file that {place!r} matches",
                    code=MISSING_PATH,
                    hint="fix spec.source.helm.valueFiles, or set ignoreMissingValueFiles",
                )
            for match in matches:
                if (reference, match) not in explicit:
                    found.setdefault((reference, match), (index, tree))
    return found


def _locate(
    request: RenderRequest, path: str, written: str, environment: BuildEnvironment
) -> tuple[str, Tree, str]:
    """Reference, tree and path that a values file's name means."""
    if "://" in written:
        raise SourceError(
            f"the values file {written.split('?')[0]!r} lies outside of Git, which is not supported",
            code=UNSUPPORTED_SOURCE,
            hint="commit it to a repository of the Application",
        )
    if written.startswith("$"):
        reference, _, rest = written[1:].partition("/")
        tree = request.references.get(reference)
        if tree is not None:
            return reference, tree, clean_path(environment.substitute(rest))
        if reference.isidentifier() and reference not in environment.variables:
            raise SourceError(
                f"the values file {written!r} names the source {reference!r}, which there is not",
                code=INVALID_SOURCE,
                hint=f"give one of spec.sources `ref: {reference}`",
            )
    written = environment.substitute(written)
    if written.startswith("/"):
        return "", request.tree, clean_path(written)
    return "", request.tree, clean_path(posixpath.join(path, written))


def _read_values(content: bytes, file: str) -> Mapping[str, Any]:
    try:
        value = read_value(content, file)
    except YamlError as error:
        raise SourceError(
            error.message, code=RENDER_FAILED, position=error.position, hint=error.hint
        ) from error
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise SourceError(
            f"{file} holds no values: found {type(value).__name__}, expected a mapping", code=RENDER_FAILED
        )
    return value
