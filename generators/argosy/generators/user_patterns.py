"""Regular expressions that users write, by RE2's rules as in Go: no back-tracking, whatever they contain."""

from collections.abc import Callable, Mapping

from argosy.generators.generator import Context, GeneratorError
from argosy.generators.spec_fields import text
from argosy.schemas.position import Path

__all__ = ["compile_pattern"]


def compile_pattern(
    spec: Mapping[str, object], key: str, path: Path, context: Context
) -> Callable[[str], bool] | None:
    """The field as a predicate that searches, `None` where it is absent. Raises `GeneratorError`."""
    if spec.get(key) is None:
        return None
    # Imported here: only sets that filter repositories or pull requests need it.
    import re2

    pattern = text(spec, key)
    try:
        compiled = re2.compile(pattern)
    except re2.error as error:
        message = f"`{pattern}` is not a regular expression: {error}"
        raise GeneratorError(message, position=context.locate((*path, key))) from error
    return lambda value: compiled.search(value) is not None
