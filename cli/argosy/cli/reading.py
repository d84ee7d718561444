"""Files that a person names: their content, or the error that says why there is none."""

import json
from pathlib import Path

from argosy.schemas.finding import ArgosyError
from argosy.schemas.position import Position

__all__ = ["no_text", "read_json", "unreadable"]


def unreadable(file: Path | str, error: OSError) -> ArgosyError:
    """What is said of a file that the system does not give."""
    return ArgosyError(
        f"cannot read {file}: {(error.strerror or str(error)).lower()}",
        code="unreadable-file",
        hint="check the path and its permissions",
    )


def no_text(error: UnicodeDecodeError, file: str) -> ArgosyError:
    """What is said of a file that is no text, at the first byte that is none."""
    before = error.object[: error.start]
    line, column = before.count(b"\n"), len(before.rpartition(b"\n")[2].decode("utf-8", "replace"))
    return ArgosyError(
        f"this is not UTF-8 text: {error.reason}, 0x{error.object[error.start]:02x}",
        position=Position(file, line + 1, column + 1),
        code="unreadable-file",
        hint="save the file as UTF-8",
    )


def read_json(content: bytes, file: str) -> object:
    """A file's content as JSON. Raises `ArgosyError` (`invalid-answer`) at the place that is none."""
    try:
        value: object = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise no_text(error, file) from error
    except json.JSONDecodeError as error:
        raise ArgosyError(
            f"this is not JSON: {error.msg[0].lower()}{error.msg[1:]}",
            position=Position(file, error.lineno, error.colno),
            code="invalid-answer",
            hint="record it again",
        ) from error
    except (ValueError, RecursionError) as error:
        raise ArgosyError(
            "this JSON cannot be read: it is nested too deeply, or a number in it is too long",
            position=Position(file, 1, 1),
            code="invalid-answer",
        ) from error
    return value
