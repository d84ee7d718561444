"""Applies fixes to a text: the smallest edits, so that comments, order and layout stay as they are.

Each fix is tried by itself and read back: whatever else it would change makes it no fix. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from argosy.schemas.finding import Edit, Finding, Fix
from argosy.schemas.position import Path
from argosy.schemas.validation import validate
from argosy.schemas.yaml_errors import YamlError
from argosy.schemas.yaml_reader import Document, read_documents

__all__ = ["Fixed", "fix_text", "with_safe_fix"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A text after its fixes, and the findings that they answer."""

    text: str
    done: tuple[Finding, ...]


def fix_text(text: str, file: str, findings: Iterable[Finding]) -> Fixed:
    """Applies the fixes of findings in one file.

    A fix that overlaps another, that the reader would not understand afterwards or that changes a value which
    it does not name is left out.
    """
    done: list[tuple[Finding, Fix]] = []
    result = text
    for finding in findings:
        if finding.fix is None:
            continue
        edits = _edits(text, [*(fix for _, fix in done), finding.fix])
        candidate = _edited(text, edits) if edits is not None else result
        if _is_safe(result, candidate, finding.fix, file):
            done.append((finding, finding.fix))
            result = candidate
    return Fixed(result, tuple(finding for finding, _ in done))


def with_safe_fix(finding: Finding, texts: Mapping[str, str]) -> Finding:
    """The finding, without its fix where that would not be made. `texts` are the files by name."""
    file = finding.position.file if finding.position else ""
    if finding.fix is None or (file in texts and fix_text(texts[file], file, [finding]).done):
        return finding
    return replace(finding, fix=None)


def _edits(text: str, fixes: Sequence[Fix]) -> list[tuple[int, int, str]] | None:
    """Offsets of all edits in order; None if two of them overlap or one lies outside of the text."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    edits = sorted(_offsets(edit, starts) for fix in fixes for edit in fix.edits)
    limit = len(text)
    for (start, end, _), following in zip(edits, [*edits[1:], (limit, limit, "")], strict=True):
        if not 0 <= start <= end <= following[0]:
            return None
    return edits


def _offsets(edit: Edit, starts: Sequence[int]) -> tuple[int, int, str]:
    span = edit.span
    if not 0 < span.line < len(starts) or not 0 < span.end_line <= len(starts):
        return -1, -1, edit.text
    # The place behind the last line is the end of the text.
    return (
        min(starts[span.line - 1] + span.column - 1, starts[-1] - 1),
        min(starts[span.end_line - 1] + span.end_column - 1, starts[-1] - 1),
        edit.text,
    )


def _edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, new in edits:
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def _is_safe(before: str, after: str, fix: Fix, file: str) -> bool:
    try:
        old, new = read_documents(before, file), read_documents(after, file)
    except YamlError:
        return False
    if before == after or [each.index for each in old] != [each.index for each in new]:
        return False
    for was, became in zip(old, new, strict=True):
        paths = [path for index, path in fix.touches if index == was.index]
        if _without(was.value, paths) != _without(became.value, paths):
            return False
    return not fix.must_help or _mistakes(new) < _mistakes(old)


def _mistakes(documents: Sequence[Document]) -> int:
    return sum(len(validate(each)) for each in documents)


def _without(value: object, paths: Sequence[Path]) -> object:
    """The value without what stands at some paths, and in a form in which true is not 1."""
    if () in paths:
        return None
    inner: dict[str | int, list[Path]] = {}
    for path in paths:
        inner.setdefault(path[0], []).append(path[1:])
    if isinstance(value, dict):
        return {
            key: _without(item, inner.get(key, ()))
            for key, item in value.items()
            if () not in inner.get(key, ())
        }
    if isinstance(value, list):
        return [_without(item, inner.get(index, ())) for index, item in enumerate(value)]
    return type(value), value
