"""The matrix generator: every parameter set of one child combined with every one of another."""

from collections.abc import Mapping, Sequence
from functools import partial

from argosy.generators.file_entries import existing
from argosy.generators.generator import Context, GeneratorError
from argosy.generators.merging import merge_deeply, texts
from argosy.generators.parameters import Parameters
from argosy.generators.spec_fields import items
from argosy.generators.transform import transform_child
from argosy.schemas.finding import Related
from argosy.schemas.model.origin import Origin, Written
from argosy.schemas.position import Path

__all__ = ["Matrix", "combined_origin"]


class Matrix:
    """`matrix`: two children; the second may use the parameters of the first in its own fields."""

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        children = items(spec, "generators")
        if len(children) != 2:
            raise GeneratorError(
                f"a matrix takes exactly two generators, but has {len(children)}",
                position=context.locate(path),
                hint="put a matrix inside a matrix to combine three",
            )
        first_path, second_path = ((*path, "generators", index) for index in range(2))
        found = []
        for first in transform_child(children[0], first_path, context):
            for second in transform_child(children[1], second_path, context, first):
                values = _combine(first.values, second.values, path, context)
                found.append(Parameters(values, partial(combined_origin, first, second, first)))
        return found


def _combine(
    first: dict[str, object], second: dict[str, object], path: Path, context: Context
) -> dict[str, object]:
    if context.structured:
        return merge_deeply(second, first)
    first, second = texts(first), texts(second)
    for key in sorted(first.keys() & second.keys()):
        if first[key] != second[key]:
            raise GeneratorError(
                f"both generators of the matrix set `{key}`, to `{first[key]}` and `{second[key]}`",
                position=context.locate(path),
                hint="rename one of them, set `pathParamPrefix`, or use `goTemplate: true` (the first wins)",
            )
    return first | second


def combined_origin(first: Parameters, second: Parameters, winner: Parameters) -> Origin:
    """Where a parameter set came from that two generators made together; of two values `winner`'s counts."""
    one, other = first.origin, second.origin
    chain = (*one.chain, Related("combined with", other.position), *other.chain)
    ranked = (first, second) if winner is first else (second, first)

    def trace(path: Path) -> tuple[Written, ...]:
        owner = next((each for each in ranked if _has(each.values, path)), None)
        if owner is not None:
            return owner.origin.trace(path)
        return ranked[0].origin.trace(path) or ranked[1].origin.trace(path)

    return Origin(one.position, chain, trace)


def _has(values: Mapping[str, object], path: Path) -> bool:
    """Whether a name of a template is one of the values; fasttemplate's are flat."""
    return ".".join(map(str, path)) in values or len(tuple(existing(values, path))) == len(path)
