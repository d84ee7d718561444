"""Regular expressions that users write, by RE2's rules as in Go: no back-tracking, whatever they contain."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from argosy.generators.generator import Context, GeneratorError
from argosy.generators.spec_fields import text
from argosy.schemas.position import Path

__all__ = ["compile_pattern", "compile_re2"]

_ESCAPES = re.compile(rb"\\Q.*?(?:\\E|\Z)|\\(.)", re.DOTALL)


def compile_re2(pattern: bytes) -> Any:
    """As Go's `regexp.Compile`; matches bytes as well as texts. Raises `re2.error`."""
    # Imported here: only sets that match patterns need it.
    import re2

    if any(escape[1] == b"C" for escape in _ESCAPES.finditer(pattern)):
        # Any byte: known to RE2, but not to Go.
        raise re2.error(r"invalid escape sequence: \C")
    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.UTF8
    return re2.compile(pattern, options)


def compile_pattern(
    spec: Mapping[str, object], key: str, path: Path, context: Context
) -> Callable[[str], bool] | None:
    """The field as a predicate that searches, `None` where it is absent. Raises `GeneratorError`."""
    if spec.get(key) is None:
        return None
    import re2

    pattern = text(spec, key)
    try:
        compiled = compile_re2(pattern.encode())
    except re2.error as error:
        message = f"`{pattern}` is not a regular expression: {_reason(error)}"
        raise GeneratorError(message, position=context.locate((*path, key))) from error
    return lambda value: compiled.search(value) is not None


def _reason(error: Exception) -> str:
    raw = error.args[0] if error.args else ""
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
