"""The patterns of an AppProject: globs of destinations and sources, file-name patterns of kinds, and globs or
regular expressions of namespaces."""

import re
from functools import lru_cache

__all__ = ["glob_matches", "name_matches", "namespace_matches"]


def glob_matches(pattern: str, value: str, separators: str = "") -> bool:
    """Match as Argo CD's glob library (gobwas/glob): `*` stops at a separator, `**` does not, `?` is one
    character, `[a-c]`, `[!a]`, `{a,b}`, and a backslash takes the next character literally. A broken
    pattern matches nothing."""
    expression = _glob(pattern, separators)
    return expression is not None and expression.fullmatch(value) is not None


def name_matches(pattern: str, value: str) -> bool:
    """Match as Go's filepath.Match. A broken pattern matches nothing."""
    expression = _name(pattern)
    return expression is not None and expression.fullmatch(value) is not None


def namespace_matches(pattern: str, namespace: str) -> bool:
    """Match a namespace of Applications: a glob, or between slashes a regular expression. A broken pattern
    matches nothing."""
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        try:
            return re.search(pattern[1:-1], namespace) is not None
        except re.error:
            return False
    return glob_matches(pattern, namespace)


@lru_cache(maxsize=4096)
def _glob(pattern: str, separators: str) -> re.Pattern[str] | None:
    any_one = f"[^{re.escape(separators)}]" if separators else "."
    out: list[str] = []
    depth = 0
    index = 0
    while index < len(pattern):
        character = pattern[index]
        index += 1
        if character == "*":
            stars = 1
            while index < len(pattern) and pattern[index] == "*":
                stars += 1
                index += 1
            out.append(f"{any_one}*" if stars == 1 else ".*")
        elif character == "?":
            out.append(any_one)
        elif character == "[":
            end = pattern.find("]", index + 1)
            if end < 0:
                return None
            out.append(_class(pattern[index:end], "!"))
            index = end + 1
        elif character == "{":
            depth += 1
            out.append("(?:")
        elif character == "}" and depth:
            depth -= 1
            out.append(")")
        elif character == "," and depth:
            out.append("|")
        elif character == "\\":
            out.append(re.escape(pattern[index : index + 1]))
            index += 1
        else:
            out.append(re.escape(character))
    return _compile(out) if not depth else None


@lru_cache(maxsize=4096)
def _name(pattern: str) -> re.Pattern[str] | None:
    out: list[str] = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        index += 1
        if character == "*":
            if not out or out[-1] != "[^/]*":
                out.append("[^/]*")
        elif character == "?":
            out.append("[^/]")
        elif character == "[":
            end = pattern.find("]", index + 1)
            if end < 0:
                return None
            out.append(_class(pattern[index:end], "^"))
            index = end + 1
        elif character == "\\":
            if index == len(pattern):
                return None
            out.append(re.escape(pattern[index]))
            index += 1
        else:
            out.append(re.escape(character))
    return _compile(out)


def _class(content: str, negation: str) -> str:
    negated = content.startswith(negation)
    content = content[1:] if negated else content
    escaped = re.sub(r"[\\\]\[^&~|]", lambda match: "\\" + match[0], content)
    return f"[{'^' if negated else ''}{escaped}]"


def _compile(parts: list[str]) -> re.Pattern[str] | None:
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error:
        return None
