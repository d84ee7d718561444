"""Sprig's regular expressions, in RE2's syntax and with its guarantee: no faster growth than the text's.

The patterns are the users', hence google-re2 and not `re`.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.values import Slice
from argosy.compiler.templating.limits import LimitError, check_items, check_text
from argosy.compiler.templating.quoting import as_bytes, as_text, quote
from argosy.generators.user_patterns import compile_re2

__all__ = ["FUNCTIONS"]

_MOST = 50_000
_SPECIAL = frozenset(b"\\.+*?()|[]{}^$")
# google-re2's words for what Go says; anything else is shown as it is.
_WORDS = {
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "bad repetition operator": "invalid nested repetition operator",
    "no argument for repetition operator": "missing argument to repetition operator",
    "invalid named capture group": "invalid named capture",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid repetition size": "invalid repeat count",
}


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    import re2

    try:
        return compile_re2(as_bytes(pattern))
    except re2.error as error:
        raise GoError(_syntax_error(pattern, error)) from None


def _syntax_error(pattern: str, error: Exception) -> str:
    raw = error.args[0] if error.args else ""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    if text.startswith("trailing \\"):
        return "error parsing regexp: trailing backslash at end of expression: ``"
    problem, _, part = text.partition(": ")
    if part.startswith("(?<") and problem == "invalid perl operator":
        # Go reads every `(?<` as the start of a name.
        rest = pattern[pattern.find("(?<") :]
        name, end, _ = rest.partition(">")
        return f"error parsing regexp: invalid named capture: `{name}{end}`"
    if problem == "invalid perl operator" and part[:3] in ("(?=", "(?!"):
        part = part[:3]
    return f"error parsing regexp: {_WORDS.get(problem, problem)}: `{part or pattern}`"


def _panicking(pattern: str) -> Any:
    """As `regexp.MustCompile`."""
    try:
        return _compiled(pattern)
    except GoError as error:
        shown = f"`{pattern}`" if "`" not in pattern and pattern.isprintable() else quote(pattern)
        raise GoError(f"regexp: Compile({shown}): {error!s}") from None


def _matches(regex: Any, data: bytes) -> Iterator[Any]:
    """All matches as Go finds them: an empty one right after another match does not count."""
    at, last, found = 0, -1, 0
    while at <= len(data):
        match = regex.search(data, at)
        if match is None:
            return
        start, end = match.span()
        if not (start == end == last):
            found += 1
            if found > _MOST:
                raise LimitError(f"the pattern matches more than {_MOST} times")
            yield match
            last = end
        if end > at:
            at = end
        else:
            at += _width(data, at)
        if start == end and end >= at:
            at = end + _width(data, end)


def _width(data: bytes, at: int) -> int:
    lead = data[at] if at < len(data) else 0
    return 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4


def _regex_match(pattern: str, text: str) -> bool:
    try:
        return _must_match(pattern, text)
    except GoError:
        return False


def _must_match(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(as_bytes(text)) is not None


def _find(regex: Any, text: str) -> str:
    match = regex.search(as_bytes(text))
    return as_text(match.group(0)) if match else ""


def _find_all(regex: Any, text: str, limit: int) -> Slice:
    found: list[object] = []
    if limit:
        for match in _matches(regex, as_bytes(text)):
            found.append(as_text(match.group(0)))
            if len(found) == limit:
                break
    check_items(len(found))
    return Slice(found, is_nil=not found)


def _replace(regex: Any, text: str, replacement: str | None, literal: str = "") -> str:
    out: list[bytes] = []
    data, at, size = as_bytes(text), 0, 0
    template = as_bytes(replacement) if replacement is not None else as_bytes(literal)
    for match in _matches(regex, data):
        filled = template if replacement is None else _expand(template, match, regex)
        size += len(filled) + match.start() - at
        check_text(size)
        out += (data[at : match.start()], filled)
        at = match.end()
    return as_text(b"".join((*out, data[at:])))


def _expand(template: bytes, match: Any, regex: Any) -> bytes:
    """`Regexp.Expand`: `$name` takes the longest name of letters, digits and `_`."""
    out: list[bytes] = []
    at = 0
    while True:
        dollar = template.find(b"$", at)
        if dollar < 0:
            return b"".join((*out, template[at:]))
        out.append(template[at:dollar])
        if template[dollar + 1 : dollar + 2] == b"$":
            out.append(b"$")
            at = dollar + 2
            continue
        name, end = _group_name(template, dollar + 1)
        if not name:
            out.append(b"$")
            at = dollar + 1
            continue
        out.append(_group(name, match, regex))
        at = end


def _group_name(template: bytes, start: int) -> tuple[str, int]:
    braced = template[start : start + 1] == b"{"
    text = as_text(template[start + braced :])
    length = next((i for i, char in enumerate(text) if not (char == "_" or char.isalnum())), len(text))
    name = text[:length]
    end = start + braced + len(as_bytes(name))
    if braced:
        if template[end : end + 1] != b"}":
            return "", start
        end += 1
    return name, end


def _group(name: str, match: Any, regex: Any) -> bytes:
    if name.isascii() and name.isdigit() and (name == "0" or name[0] != "0") and len(name) < 9:
        number = int(name)
        found = match.group(number) if number <= regex.groups else None
    else:
        indexes = {_as_str(key): value for key, value in regex.groupindex.items()}
        found = match.group(indexes[name]) if name in indexes else None
    return found or b""


def _as_str(name: object) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _split(regex: Any, text: str, limit: int) -> Slice:
    if limit == 0:
        return Slice(is_nil=True)
    if not text:
        return Slice(("",))
    data = as_bytes(text)
    parts: list[str] = []
    at = end = 0
    for match in _matches(regex, data):
        if limit > 0 and len(parts) == limit - 1:
            break
        end = match.start()
        if match.end() != 0:
            parts.append(as_text(data[at:end]))
        at = match.end()
    if end != len(data):
        parts.append(as_text(data[at:]))
    check_items(len(parts))
    return Slice(parts)


def _quote_meta(text: str) -> str:
    return "".join("\\" + char if char.isascii() and ord(char) in _SPECIAL else char for char in text)


FUNCTIONS: Table = {
    "mustRegexFind": (lambda p, text: _find(_compiled(p), text), "string, string", "string"),
    "mustRegexFindAll": (
        lambda p, text, n: _find_all(_compiled(p), text, n),
        "string, string, int",
        "[]string",
    ),
    "mustRegexMatch": (_must_match, "string, string", "bool"),
    "mustRegexReplaceAll": (
        lambda p, text, new: _replace(_compiled(p), text, new),
        "string, string, string",
        "string",
    ),
    "mustRegexReplaceAllLiteral": (
        lambda p, text, new: _replace(_compiled(p), text, None, new),
        "string, string, string",
        "string",
    ),
    "mustRegexSplit": (lambda p, text, n: _split(_compiled(p), text, n), "string, string, int", "[]string"),
    "regexFind": (lambda p, text: _find(_panicking(p), text), "string, string", "string"),
    "regexFindAll": (lambda p, text, n: _find_all(_panicking(p), text, n), "string, string, int", "[]string"),
    "regexMatch": (_regex_match, "string, string", "bool"),
    "regexQuoteMeta": (_quote_meta, "string", "string"),
    "regexReplaceAll": (
        lambda p, text, new: _replace(_panicking(p), text, new),
        "string, string, string",
        "string",
    ),
    "regexReplaceAllLiteral": (
        lambda p, text, new: _replace(_panicking(p), text, None, new),
        "string, string, string",
        "string",
    ),
    "regexSplit": (lambda p, text, n: _split(_panicking(p), text, n), "string, string, int", "[]string"),
}
