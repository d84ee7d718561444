"""What to do about a template of another dialect, or one that reads a parameter the wrong way."""

import re
from collections.abc import Iterable

__all__ = ["NEEDS_GO", "advice_on_parsing", "is_go_syntax"]

NEEDS_GO = "this is written as a Go template: set `spec.goTemplate: true`"
"""The hint where fasttemplate leaves a Go template as it is."""

_NOT_DEFINED = re.compile(r'function "(?P<name>[^"]+)" not defined')
_BAD_CHARACTER = re.compile(r"bad character U\+(?:002D|005B)")
_GO = re.compile(
    r"""\{\{-?\s*(?:
        [.$(]\s*\w                                       # {{.name}}
        | (?:if|else|end|range|with|define|template)\b   # {{if …}}
        | \w+\s+[.$("]                                   # {{lower .name}}
    )""",
    re.VERBOSE,
)


def advice_on_parsing(go_text: str, functions: Iterable[str]) -> str:
    """A hint for an error of Go's parser that people often meet, else nothing."""
    undefined = _NOT_DEFINED.search(go_text)
    if undefined is not None:
        # Imported only to word an error.
        from difflib import get_close_matches

        near = get_close_matches(undefined["name"], functions, n=1, cutoff=0.8)
        return f"did you mean `{near[0]}`?" if near else "a parameter has a dot before it: `{{.name}}`"
    if _BAD_CHARACTER.search(go_text):
        return 'read such a key by `{{index .labels "a-b"}}`, an element of a list by `{{index .list 0}}`'
    return ""


def is_go_syntax(text: str) -> bool:
    """Whether a text is written as a Go template, which fasttemplate leaves as it is."""
    return _GO.search(text) is not None
