"""Findings in the formats of other programs: SARIF 2.1.0, GitHub's and GitLab's own."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from argosy.schemas.catalogue import CATALOGUE
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.position import Position
from argosy.schemas.printing import ReadLine

__all__ = ["FORMATS", "Format"]

Format = Callable[[Sequence[Finding], ReadLine], str]
"""Findings, sorted, and what reads a line of a file; gives all that is printed, with its last line ended."""

_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_GITLAB_LEVELS = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}
_DIGITS = re.compile(r"\d+")


def _as_sarif(findings: Sequence[Finding], read_line: ReadLine) -> str:
    """A log with one run; OASIS SARIF 2.1.0. Columns count code points, as ours do."""
    from importlib.metadata import version

    codes = sorted({each.code for each in findings})
    prints = _fingerprints(findings, read_line)
    run = {
        "tool": {
            "driver": {
                "name": "argosy",
                "version": version("argosy"),
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(each, codes.index(each.code), mark) for each, mark in zip(findings, prints, strict=True)
        ],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, Any]:
    known = CATALOGUE.get(code)
    title = known.title if known else code
    level = _SARIF_LEVELS[known.severity if known else Severity.WARNING]
    return {
        "id": code,
        "shortDescription": {"text": title},
        "help": {"text": f"argosy explain {code}"},
        "defaultConfiguration": {"level": level},
    }


def _result(finding: Finding, index: int, mark: str) -> dict[str, Any]:
    hint = f"\nhint: {finding.hint}" if finding.hint else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": finding.message + hint},
        "partialFingerprints": {"argosy/v1": mark},
    }
    if finding.applications:
        result["properties"] = {"applications": list(finding.applications)}
    if finding.position is not None:
        result["locations"] = [{"physicalLocation": _physical(finding.position)}]
    related = [each for each in finding.related if each.position is not None]
    if related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _physical(each.position), "message": {"text": each.message}}
            for number, each in enumerate(related)
            if each.position is not None
        ]
    return result


def _physical(position: Position) -> dict[str, Any]:
    from urllib.parse import quote

    region: dict[str, int] = {"startLine": position.line, "startColumn": position.column}
    if position.end_line:
        region |= {"endLine": position.end_line, "endColumn": position.end_column}
    return {"artifactLocation": {"uri": quote(_slashes(position.file))}, "region": region}


def _as_github(findings: Sequence[Finding], read_line: ReadLine) -> str:
    """Workflow commands; GitHub shows them at the lines of a pull request."""
    del read_line
    lines = []
    for each in findings:
        properties: dict[str, object] = {}
        if each.position is not None:
            properties |= {
                "file": _slashes(each.position.file),
                "line": each.position.line,
                "col": each.position.column,
            }
            if each.position.end_line:
                properties |= {"endLine": each.position.end_line, "endColumn": each.position.end_column}
        properties["title"] = f"argosy {each.code}"
        told = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in properties.items())
        text = each.message + (f"\nhint: {each.hint}" if each.hint else "")
        for related in each.related:
            place = f"{related.position}: " if related.position else ""
            text += f"\n{place}{related.message}"
        lines.append(f"::{_GITHUB_LEVELS[each.severity]} {told}::{_escaped(text)}\n")
    return "".join(lines)


def _escaped(text: str, more: str = "") -> str:
    """As GitHub's toolkit escapes data, and in properties `:` and `,`, too."""
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _as_gitlab(findings: Sequence[Finding], read_line: ReadLine) -> str:
    """GitLab's code-quality report. What has no line stands at the first of the place called `argosy`."""
    report = []
    for each, mark in zip(findings, _fingerprints(findings, read_line), strict=True):
        position = each.position
        report.append(
            {
                "check_name": each.code,
                "description": each.message + (f" ({each.hint})" if each.hint else ""),
                "severity": _GITLAB_LEVELS[each.severity],
                "fingerprint": mark,
                "location": {
                    "path": _slashes(position.file) if position else "argosy",
                    "lines": {"begin": position.line if position else 1},
                },
            }
        )
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _fingerprints(findings: Sequence[Finding], read_line: ReadLine) -> list[str]:
    """A name for each finding that stays when lines are added above it: of its file, the text of its line,
    and its message without numbers; equal ones are counted."""
    seen: dict[str, int] = {}
    marks = []
    for each in findings:
        shown = each.position if not each.confidential else None
        line = read_line(shown.file, shown.line) if shown else None
        file = _slashes(each.position.file) if each.position else ""
        text = "\0".join([each.code, file, (line or "").strip(), _DIGITS.sub("0", each.message)])
        number = seen[text] = seen.get(text, 0) + 1
        marks.append(hashlib.sha256(f"{text}\0{number}".encode("utf-8", "surrogateescape")).hexdigest()[:32])
    return marks


def _slashes(file: str) -> str:
    return file.replace("\\", "/")


FORMATS: Mapping[str, Format] = {"sarif": _as_sarif, "github": _as_github, "gitlab": _as_gitlab}
"""The formats by the name that `-o` takes."""
