"""What the generators git and oci share: one parameter set for each directory of a tree, or for each JSON or
YAML file."""

import posixpath
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import partial

from argosy.generators.file_entries import FileEntry
from argosy.generators.file_patterns import FilePattern, patterns_of
from argosy.generators.generator import AnswerMissingError, Context, GeneratorError, ask
from argosy.generators.globbing import BadPatternError, literal_prefix, path_match
from argosy.generators.go_values import Slice
from argosy.generators.listing import listing_of
from argosy.generators.parameters import Parameters, flatten, floats, go_text
from argosy.generators.slug import normalize
from argosy.generators.spec_fields import flag, items, text
from argosy.generators.values import Values
from argosy.generators.world import Tree, UnknownContentError
from argosy.schemas.finding import ArgosyError, Related
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.origin import Origin, Written
from argosy.schemas.position import Path, Position
from argosy.schemas.yaml_reader import read_value

__all__ = ["tree_parameters"]


def tree_parameters(
    name: str, spec: Mapping[str, object], path: Path, context: Context
) -> Sequence[Parameters]:
    """The parameter sets of the generator `name`: of `directories`, or of `files` where none are given."""
    if items(spec, "directories"):
        return _directories(spec, path, context)
    if items(spec, "files"):
        return _files(name, spec, path, context)
    article = "an" if name == "oci" else "a"
    message = f"{article} {name} generator needs `directories` or `files`"
    raise GeneratorError(message, position=context.locate(path))


def _tree(spec: Mapping[str, object], path: Path, context: Context) -> Tree:
    answer = context.world.tree(text(spec, "repoURL"), text(spec, "revision"))
    is_revision = isinstance(answer, Unknown) and answer.code == "unknown-revision"
    return ask(answer, (*path, "revision" if is_revision else "repoURL"), context)


def _directories(spec: Mapping[str, object], path: Path, context: Context) -> list[Parameters]:
    tree = _tree(spec, path, context)
    patterns, prefixes = [], []
    for index, entry in enumerate(items(spec, "directories")):
        place = (*path, "directories", index)
        if not isinstance(entry, Mapping):
            raise GeneratorError("a directory must be a map with `path`", position=context.locate(place))
        try:
            patterns.append((path_match(text(entry, "path")), flag(entry, "exclude"), place))
        except BadPatternError:
            # Argo CD logs it and goes on: the pattern matches nothing.
            continue
        if not flag(entry, "exclude"):
            prefixes.append(literal_prefix(text(entry, "path")))
    found = []
    values = Values.of(spec, path, context)
    hidden = context.settings.include_hidden_directories
    for directory in listing_of(tree).directories(prefixes, include_hidden=hidden):
        matching = [(exclude, place) for matches, exclude, place in patterns if matches(directory)]
        if not matching or any(exclude for exclude, _ in matching):
            continue
        parameters = _path_parameters(directory, spec, context)
        origin = partial(_origin, matching[0][1], f"directory {directory}", None, context)
        found.append(values.added(parameters, origin))
    return found


def _path_parameters(
    directory: str, spec: Mapping[str, object], context: Context, filename: str | None = None
) -> dict[str, object]:
    base = posixpath.basename(directory)
    prefix = text(spec, "pathParamPrefix")
    segments = directory.split("/")
    if context.structured:
        place: dict[str, object] = {
            "path": directory,
            "basename": base,
            "basenameNormalized": normalize(base),
            "segments": Slice(segments),
        }
        if filename is not None:
            place |= {"filename": filename, "filenameNormalized": normalize(filename)}
        return {prefix: {"path": place}} if prefix else {"path": place}
    name = f"{prefix}.path" if prefix else "path"
    parameters: dict[str, object] = {
        name: directory,
        f"{name}.basename": base,
        f"{name}.basenameNormalized": normalize(base),
    }
    if filename is not None:
        parameters |= {f"{name}.filename": filename, f"{name}.filenameNormalized": normalize(filename)}
    parameters.update((f"{name}[{index}]", segment) for index, segment in enumerate(segments) if segment)
    return parameters


def _files(name: str, spec: Mapping[str, object], path: Path, context: Context) -> list[Parameters]:
    tree = _tree(spec, path, context)
    values = Values.of(spec, path, context)
    found: list[Parameters] = []
    for file, place in _matching_files(name, tree, spec, path, context):
        for index, content in enumerate(_objects(tree, file, place, context)):
            entry = FileEntry(tree, file, index)
            found.append(_file_parameters(entry, content, place, spec, values))
    return found


def _matching_files(
    name: str, tree: Tree, spec: Mapping[str, object], path: Path, context: Context
) -> Iterable[tuple[str, Path]]:
    includes: list[tuple[FilePattern, Path]] = []
    excludes: list[FilePattern] = []
    pattern_of = patterns_of(name, new_git_globbing=context.settings.new_git_file_globbing)
    for index, entry in enumerate(items(spec, "files")):
        place = (*path, "files", index)
        if not isinstance(entry, Mapping):
            raise GeneratorError("a file must be a map with `path`", position=context.locate(place))
        try:
            pattern = pattern_of(text(entry, "path"), tree)
        except BadPatternError as error:
            message = f"`{text(entry, 'path')}` cannot be used: {error}"
            raise GeneratorError(message, position=context.locate(place)) from error
        if flag(entry, "exclude"):
            excludes.append(pattern)
        else:
            includes.append((pattern, place))
    for file in listing_of(tree).files([pattern.prefix for pattern, _ in includes]):
        place_of = next((place for pattern, place in includes if pattern.matches(file)), None)
        if place_of is not None and not any(pattern.matches(file) for pattern in excludes):
            yield file, place_of


def _objects(tree: Tree, file: str, place: Path, context: Context) -> list[dict[str, object]]:
    """The parameter maps in a file: one, or a list of them. An empty file is one empty map."""
    try:
        value = floats(read_value(tree.read(file).decode("utf-8"), file))
    except UnknownContentError as error:
        raise AnswerMissingError(error.unknown, context.locate(place)) from error
    except UnicodeDecodeError as error:
        raise _file_error(file, "is not UTF-8 text", place, context) from error
    except ArgosyError as error:
        raise GeneratorError(
            f"{file}: {error.message}",
            position=error.position,
            hint=error.hint,
            related=(Related("read by this generator", context.locate(place)),),
        ) from error
    if value is None:
        return [{}]
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list) and all(item is None or isinstance(item, dict) for item in value):
        return [item or {} for item in value]
    raise _file_error(file, "must hold a map, or a list of maps", place, context)


def _file_error(file: str, problem: str, place: Path, context: Context) -> GeneratorError:
    return GeneratorError(
        f"{file} {problem}",
        position=Position(file, 1, 1),
        related=(Related("read by this generator", context.locate(place)),),
    )


def _file_parameters(
    entry: FileEntry,
    content: dict[str, object],
    place: Path,
    spec: Mapping[str, object],
    values: Values,
) -> Parameters:
    context = values.context
    if context.structured:
        parameters = dict(content)
    else:
        parameters = {key: go_text(value) for key, value in flatten(content).items()}
    directory, filename = posixpath.split(entry.file)
    of_path = _path_parameters(directory or ".", spec, context, filename)
    parameters |= of_path
    return values.added(parameters, partial(_file_origin, place, entry, context, of_path.keys()))


def _file_origin(place: Path, entry: FileEntry, context: Context, of_path: Container[str]) -> Origin:
    """`of_path` are the parameters of the file's path, which go over its content."""

    def trace(path: Path) -> tuple[Written, ...]:
        name = str(path[0]) if context.structured and path else ".".join(map(str, path))
        return () if name in of_path else entry.trace(path)

    return Origin(context.locate(place), (Related(str(entry), entry.position),), trace)


def _origin(place: Path, what: str, position: Position | None, context: Context) -> Origin:
    return Origin(context.locate(place), (Related(what, position),))
