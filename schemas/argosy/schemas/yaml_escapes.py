"""Escapes that libyaml knows and the Go library it was translated to does not. Serves the reader."""

import re
from collections.abc import Callable
from typing import Any, cast

from yaml.error import Mark
from yaml.events import DocumentEndEvent, ScalarEvent

from argosy.schemas.yaml_errors import at_mark

__all__ = ["refuse_solidus"]

_SOLIDUS = re.compile(r"(?<!\\)(?:\\\\)*\\/")


def refuse_solidus(get_event: Callable[[], Any], source: str, file: str) -> None:
    """Looks for `\\/`, which JSON allows and goyaml.v2 does not, in texts of the first document.

    Raises YamlError.
    """
    while (event := get_event()) is not None and not isinstance(event, DocumentEndEvent):
        if not isinstance(event, ScalarEvent) or event.style != '"':
            continue
        start, end = cast(Mark, event.start_mark), cast(Mark, event.end_mark)
        if _SOLIDUS.search(source, start.index, end.index):
            message = "a text in double quotes holds `\\/`, an escape that Go's YAML reader does not know"
            raise at_mark(message, event, file, hint="write `/`")
