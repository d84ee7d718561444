"""The three ways in which generators match paths, each as one compiled predicate.

Go's `path.Match` for git directories, git's own pathspec for git files, and doublestar for git files with
the new globbing. Patterns are written by users: each becomes a regular expression without nested
repetition, so that matching stays linear in practice.
"""

import re
from collections.abc import Callable
from functools import lru_cache

__all__ = ["BadPatternError", "cleaned", "doublestar", "literal_prefix", "path_match", "pathspec"]

Matcher = Callable[[str], bool]

_LITERAL = re.compile(r"[^*?\[\\{]*")


class BadPatternError(ValueError):
    """The pattern is malformed (an open bracket, an open range, a lone backslash) or leaves the tree."""


@lru_cache(maxsize=1024)
def path_match(pattern: str) -> Matcher:
    """As Go's `path.Match`: `*` and `?` stop at `/`, `[^…]` negates, `\\` escapes; `**` means `*`."""
    return _matcher(_translate(pattern, star="[^/]*", any_one="[^/]", negations="^", strict=True))


@lru_cache(maxsize=1024)
def pathspec(pattern: str) -> Matcher:
    """As `git ls-files -- <pattern>`: wildcards cross `/`; a directory stands for all below it.

    A malformed bracket matches nothing, as in git's wildmatch. A literal pattern is tried first.
    """
    literal = pattern.rstrip("/")
    only_directory = pattern.endswith("/")
    below = literal + "/"
    wild: Matcher | None = None
    if re.search(r"[*?\[\\]", pattern):
        try:
            wild = _matcher(_translate(pattern, star=".*", any_one=".", negations="^!", strict=False))
        except BadPatternError:
            wild = None
    everything = literal in ("", ".")

    def matches(path: str) -> bool:
        if everything or path.startswith(below) or (path == literal and not only_directory):
            return True
        return wild is not None and wild(path)

    return matches


@lru_cache(maxsize=1024)
def doublestar(pattern: str) -> Matcher:
    """As bmatcuk/doublestar: `*` stops at `/`, `**` as a whole segment crosses it, `{a,b}` alternates."""
    return _matcher(_translate_doublestar(pattern))


def cleaned(pattern: str) -> str:
    """The pattern without `.`, `..` and empty segments, as git and Go clean a path before they match it.

    `""` is the root itself; a `/` at the end stays. Raises `BadPatternError` where it leads out of the root.
    """
    kept: list[str] = []
    for segment in pattern.split("/"):
        if segment == ".." and not kept:
            raise BadPatternError("it leads out of the repository")
        if segment == "..":
            kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    return "/".join(kept) + ("/" if kept and pattern.endswith("/") else "")


def literal_prefix(pattern: str) -> str:
    """What everything that a pattern of any of the three kinds matches begins with; empty for anything."""
    prefix = _LITERAL.match(pattern)
    literal = prefix.group().rstrip("/") if prefix else ""
    return "" if literal == "." else literal


def _matcher(expression: str) -> Matcher:
    try:
        fullmatch = re.compile(expression, re.DOTALL).fullmatch
    except re.error as error:
        raise BadPatternError(str(error)) from error
    return lambda path: fullmatch(path) is not None


def _translate(pattern: str, *, star: str, any_one: str, negations: str, strict: bool) -> str:
    parts: list[str] = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "*":
            if not parts or parts[-1] != star:
                parts.append(star)
            index += 1
        elif character == "?":
            parts.append(any_one)
            index += 1
        elif character == "[":
            expression, index = _bracket(pattern, index, negations, strict)
            parts.append(expression)
        elif character == "\\":
            if index + 1 == len(pattern):
                raise BadPatternError("a backslash at the end of the pattern")
            parts.append(re.escape(pattern[index + 1]))
            index += 2
        else:
            parts.append(re.escape(character))
            index += 1
    return "".join(parts)


def _bracket(pattern: str, start: int, negations: str, strict: bool) -> tuple[str, int]:
    """A character class from its `[` on, and the index behind its `]`.

    Strict is Go: `]` and `-` stand for themselves only behind a backslash. Otherwise `]` may come first,
    and `[:alpha:]` works.
    """
    index = start + 1
    negated = index < len(pattern) and pattern[index] in negations
    index += negated
    ranges: list[str] = []
    first = True
    while True:
        if index >= len(pattern):
            raise BadPatternError("a `[` without its `]`")
        if pattern[index] == "]" and not first:
            break
        if not strict and pattern.startswith("[:", index) and ":]" in pattern[index:]:
            end = pattern.index(":]", index)
            ranges.append(_posix_class(pattern[index + 2 : end]))
            index = end + 2
        else:
            low, index = _bound(pattern, index, strict)
            high = low
            if pattern[index : index + 1] == "-" and (strict or pattern[index + 1 : index + 2] != "]"):
                high, index = _bound(pattern, index + 1, strict)
            if low <= high:
                ranges.append(f"{re.escape(low)}-{re.escape(high)}")
        first = False
    body = "".join(ranges)
    if not body:
        return ("." if negated else "(?!)"), index + 1
    return f"[{'^' if negated else ''}{body}]", index + 1


def _bound(pattern: str, index: int, strict: bool) -> tuple[str, int]:
    if index >= len(pattern) or (strict and pattern[index] in "-]"):
        raise BadPatternError("a malformed range in `[…]`")
    if pattern[index] == "\\":
        index += 1
        if index >= len(pattern):
            raise BadPatternError("a backslash at the end of the pattern")
    if index + 1 >= len(pattern):
        raise BadPatternError("a `[` without its `]`")
    return pattern[index], index + 1


_POSIX = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t-\\r",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


def _posix_class(name: str) -> str:
    if name not in _POSIX:
        raise BadPatternError(f"`[:{name}:]` is not a character class")
    return _POSIX[name]


def _translate_doublestar(pattern: str) -> str:
    parts: list[str] = []
    index = 0
    depth = 0
    while index < len(pattern):
        character = pattern[index]
        at_segment = index == 0 or pattern[index - 1] in "/{,"
        if pattern[index:] == "/**":
            # What stands before it matches as well.
            parts.append("(?:/.*)?")
            break
        if pattern.startswith("**/", index) and at_segment:
            parts.append("(?:[^/]+/)*")
            index += 3
        elif pattern[index:] == "**" and at_segment:
            parts.append(".*")
            index += 2
        elif character == "*":
            if not parts or parts[-1] != "[^/]*":
                parts.append("[^/]*")
            index += 1
        elif character == "?":
            parts.append("[^/]")
            index += 1
        elif character == "[":
            expression, index = _bracket(pattern, index, "^!", True)
            parts.append(f"(?!/){expression}")
        elif character == "{":
            depth += 1
            parts.append("(?:")
            index += 1
        elif character == "}" and depth:
            depth -= 1
            parts.append(")")
            index += 1
        elif character == "," and depth:
            parts.append("|")
            index += 1
        elif character == "\\" and index + 1 < len(pattern):
            parts.append(re.escape(pattern[index + 1]))
            index += 2
        else:
            parts.append(re.escape(character))
            index += 1
    if depth:
        raise BadPatternError("a `{` without its `}`")
    return "".join(parts)
