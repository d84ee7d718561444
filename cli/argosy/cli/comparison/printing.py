"""A difference as text for a terminal, as Markdown for a pull request, and as JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from argosy.cli.comparison.states import States
from argosy.compiler.comparison.difference import ApplicationChange, Change, Difference, ObjectChange
from argosy.schemas.yaml_writer import write_yaml

__all__ = ["as_json", "as_markdown", "as_text"]

_MARKS = {
    Change.REMOVED: "-",
    Change.MOVED: ">",
    Change.CHANGED: "~",
    Change.ADDED: "+",
    Change.UNKNOWN: "?",
}
_CONTEXT = 2
_SHOWN_DELETIONS = 50


def as_text(difference: Difference, states: States) -> str:
    """Deletions, then each Application with its objects and their lines, then a count."""
    lines = [f"from {states.old.name} to {states.new.name}: {_files(states)}"]
    deletions = list(difference.deletions)
    if deletions:
        lines += ["", f"deletes {_count(len(deletions), 'object')}:"]
        lines += [f"  - {key} on {key.cluster} ({each.key})" for each, key in deletions[:_SHOWN_DELETIONS]]
        if len(deletions) > _SHOWN_DELETIONS:
            lines.append(f"  and {len(deletions) - _SHOWN_DELETIONS} more")
    for each in difference.applications:
        lines += ["", *_application_lines(each)]
    lines += ["", _summary(difference)]
    return "\n".join(lines) + "\n"


def _application_lines(each: ApplicationChange) -> Iterator[str]:
    to = f" -> {each.destination}" if each.destination else ""
    moved = f", moved from {each.moved_from}" if each.moved_from else ""
    yield f"{_MARKS[each.change]} {each.key}{to} ({each.change.value}{moved})"
    for reason in each.reasons:
        yield f"    {reason}"
    if each.held_back:
        yield f"    {each.held_back}"
    elif each.keeps_objects:
        yield "    its objects stay: it bears no finalizer resources-finalizer.argocd.argoproj.io"
    if each.unknown:
        yield f"    unknown: {each.unknown}"
    if each.change in (Change.CHANGED, Change.MOVED) and each.before != each.after:
        yield from (f"    {line}" for line in _lines(each.before, each.after))
    for one in each.objects:
        yield f"  {_MARKS[one.change]} {_object_title(one)}"
        if one.change in (Change.CHANGED, Change.MOVED):
            yield from (f"      {line}" for line in _lines(one.before, one.after))


def _object_title(one: ObjectChange) -> str:
    parts = [str(one.key)]
    if one.moved_from is not None:
        parts.append(f"handed over by {one.moved_from}")
    if one.earlier is not None:
        parts.append(f"made anew, was {one.earlier}")
    title = ", ".join(parts)
    return f"{title} ({one.position})" if one.position else title


def _lines(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[str]:
    """The lines that differ, with some around them."""
    old = write_yaml(before).splitlines() if before else []
    new = write_yaml(after).splitlines() if after else []
    for line in unified_diff(old, new, lineterm="", n=_CONTEXT):
        if not line.startswith(("---", "+++")):
            yield "…" if line.startswith("@@") else line


def as_markdown(difference: Difference, states: States) -> str:
    """For a comment on a pull request: deletions first, details folded."""
    lines = [f"### What changes from {states.old.name} to {states.new.name}", "", _summary(difference), ""]
    deletions = list(difference.deletions)
    if deletions:
        lines += [f"**Deletes {_count(len(deletions), 'object')}:**", ""]
        lines += [
            f"- `{key}` on `{key.cluster}` (`{each.key}`)" for each, key in deletions[:_SHOWN_DELETIONS]
        ]
        if len(deletions) > _SHOWN_DELETIONS:
            lines.append(f"- and {len(deletions) - _SHOWN_DELETIONS} more")
        lines.append("")
    if difference.applications:
        lines += ["| | Application | destination | objects | why |", "|---|---|---|---|---|"]
        lines += [_row(each) for each in difference.applications]
    for each in difference.applications:
        details = list(_application_lines(each))[1:]
        if any(line.lstrip().startswith(("+", "-", "~", ">")) for line in details):
            fence = "`" * max(3, _longest_ticks(details) + 1)
            lines += ["", f"<details><summary><code>{_html(str(each.key))}</code></summary>", ""]
            lines += [f"{fence}diff", *map(_as_diff_line, details), fence, "", "</details>"]
    return "\n".join(lines).rstrip("\n") + "\n"


def _as_diff_line(line: str) -> str:
    """Lines of a diff begin with their mark, so that viewers colour them."""
    text = line.strip()
    return (
        f"{text[0]} {line[: len(line) - len(line.lstrip())]}{text[1:]}"
        if text[:1] in ("+", "-")
        else f"  {line}"
    )


def _row(each: ApplicationChange) -> str:
    counts = Counter(one.change for one in each.objects)
    objects = ", ".join(f"{_MARKS[change]}{counts[change]}" for change in Change if counts[change])
    why = "; ".join((*each.reasons, *([f"unknown: {each.unknown}"] if each.unknown else [])))
    moved = f" (was {each.moved_from.name})" if each.moved_from else ""
    cells = (each.change.value, f"`{each.key}`{moved}", f"`{each.destination}`", objects or "–", why)
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _longest_ticks(lines: list[str]) -> int:
    return max((len(run) for line in lines for run in _runs(line)), default=0)


def _runs(line: str) -> list[str]:
    return ["`" * len(part) for part in "".join(c if c == "`" else " " for c in line).split()]


def as_json(difference: Difference, states: States) -> str:
    """Everything, for programs. Manifests stand whole, but for the values of Secrets."""
    document = {
        "from": states.old.name,
        "to": states.new.name,
        "files": {path: states.changed.changes[path].value for path in states.changed.paths},
        "deletions": [
            {**_key_as_json(key), "application": each.key.name} for each, key in difference.deletions
        ],
        "applications": [_application_as_json(each) for each in difference.applications],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _application_as_json(each: ApplicationChange) -> dict[str, object]:
    document: dict[str, object] = {
        "change": each.change.value,
        "kind": each.key.kind,
        "namespace": each.key.namespace,
        "name": each.key.name,
        "destination": each.destination,
        "reasons": list(each.reasons),
        "position": str(each.position) if each.position else None,
        "movedFrom": each.moved_from.name if each.moved_from else None,
        "keepsObjects": each.keeps_objects or None,
        "heldBack": each.held_back or None,
        "unknown": each.unknown or None,
        "before": each.before if each.before != each.after else None,
        "after": each.after if each.before != each.after else None,
        "objects": [_object_as_json(one) for one in each.objects],
    }
    return {name: value for name, value in document.items() if value is not None}


def _object_as_json(one: ObjectChange) -> dict[str, object]:
    document: dict[str, object | None] = {
        "change": one.change.value,
        **_key_as_json(one.key),
        "position": str(one.position) if one.position else None,
        "handedOverBy": one.moved_from.name if one.moved_from else None,
        "madeAnewFrom": _key_as_json(one.earlier) if one.earlier else None,
        "before": one.before,
        "after": one.after,
    }
    return {name: value for name, value in document.items() if value is not None}


def _key_as_json(key: Any) -> dict[str, object]:
    return {
        "cluster": key.cluster,
        "group": key.group,
        "kind": key.kind,
        "namespace": key.namespace,
        "name": key.name,
    }


def _summary(difference: Difference) -> str:
    applications = Counter(each.change for each in difference.applications)
    objects = Counter(one.change for each in difference.applications for one in each.objects)
    if not applications:
        return "nothing differs"
    told = ", ".join(f"{applications[change]} {change.value}" for change in Change if applications[change])
    of_objects = ", ".join(f"{objects[change]} {change.value}" for change in Change if objects[change])
    return f"Applications and sets: {told}; objects: {of_objects or 'none'}"


def _files(states: States) -> str:
    return f"{_count(len(states.changed.paths), 'file')} changed"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
