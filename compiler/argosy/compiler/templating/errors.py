"""The one error of all template dialects: what went wrong, at which stage, in which leaf of the tree."""

from typing import Literal

from argosy.schemas.finding import ArgosyError
from argosy.schemas.position import Path

__all__ = ["Stage", "TemplateError"]

Stage = Literal["parse", "execute", "panic"]
"""When it happened: the template is malformed, it failed on these values, or an option does not exist
(Go's template package panics on that, hence the name)."""


class TemplateError(ArgosyError):
    """A template that cannot be read or rendered.

    `go_text` is the full text that the dialect's original prints; `path` leads to the leaf of the rendered
    tree (for a key: to the key's value); `line` and `column` count characters inside the leaf from 1, 0 where
    unknown.
    """

    code = "template-error"

    def __init__(
        self,
        stage: Stage,
        go_text: str,
        *,
        path: Path = (),
        line: int = 0,
        column: int = 0,
        hint: str = "",
    ) -> None:
        super().__init__(go_text, hint=hint)
        self.stage: Stage = stage
        self.go_text = go_text
        self.path = path
        self.line = line
        self.column = column

    def below(self, path: Path) -> "TemplateError":
        """The same error, said of the leaf at `path`."""
        error = TemplateError(
            self.stage, self.go_text, path=path, line=self.line, column=self.column, hint=self.hint
        )
        error.related = self.related
        return error
