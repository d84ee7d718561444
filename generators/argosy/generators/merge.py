"""The merge generator: parameter sets of the first child, overridden by those of the others."""

import json
from collections.abc import Mapping, Sequence
from functools import partial

from argosy.generators.generator import Context, GeneratorError
from argosy.generators.matrix import combined_origin
from argosy.generators.merging import merge_deeply, texts
from argosy.generators.parameters import Parameters
from argosy.generators.spec_fields import items
from argosy.generators.transform import transform_child
from argosy.schemas.position import Path

__all__ = ["Merge"]


class Merge:
    """`merge`: sets with the same values under `mergeKeys` become one; the later child wins.

    The result keeps the first child's order (Argo CD's comes out of a Go map, in any order).
    """

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        children = items(spec, "generators")
        if len(children) < 2:
            raise GeneratorError(
                f"a merge takes at least two generators, but has {len(children)}",
                position=context.locate(path),
            )
        paths = [(*path, "generators", index) for index in range(len(children))]
        sets = [transform_child(child, place, context) for child, place in zip(children, paths, strict=True)]
        keys = sorted({key for key in items(spec, "mergeKeys") if isinstance(key, str)})
        if not keys:
            raise GeneratorError("a merge needs at least one of `mergeKeys`", position=context.locate(path))
        merged = _by_key(sets[0], keys, paths[0], context)
        for overrides, place in zip(sets[1:], paths[1:], strict=True):
            for key, override in _by_key(overrides, keys, place, context).items():
                if key in merged:
                    merged[key] = _override(merged[key], override, context)
        return list(merged.values())


def _by_key(
    found: Sequence[Parameters], keys: Sequence[str], path: Path, context: Context
) -> dict[str, Parameters]:
    """The sets by the JSON of their merge keys; a missing key equals null, 1 differs from "1"."""
    by_key: dict[str, Parameters] = {}
    for parameters in found:
        key = json.dumps({name: parameters.values.get(name) for name in keys}, sort_keys=True)
        if key in by_key:
            raise GeneratorError(
                f"two parameter sets of this generator have the same merge keys: {key}",
                position=parameters.origin.position or context.locate(path),
                hint="choose `mergeKeys` that tell all parameter sets apart",
            )
        by_key[key] = parameters
    return by_key


def _override(base: Parameters, override: Parameters, context: Context) -> Parameters:
    if context.structured:
        values = merge_deeply(base.values, override.values)
    else:
        values = texts(base.values) | texts(override.values)
    return Parameters(values, partial(combined_origin, base, override, override))
