"""`argosy.yaml` in the root of a repository, read into frozen values; what is wrong in it is a finding.

severity:
  unused-parameter: error
exceptions:
- codes: [missing-path]
  paths: [legacy/**]
  reason: moves to the new repository in spring
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from argosy.generators.globbing import BadPatternError, doublestar
from argosy.schemas.catalogue import CATALOGUE
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.durations import parse_age
from argosy.schemas.position import Path, Position
from argosy.schemas.wording import missing_field, nearest, not_one_of, unknown_field, wrong_type
from argosy.schemas.yaml_reader import Document, YamlError, read_documents

__all__ = [
    "FILE_NAME",
    "Configuration",
    "PathException",
    "configuration_schema",
    "read_configuration",
    "unknown_code",
]

FILE_NAME = "argosy.yaml"

_LEVELS: Mapping[object, Severity | None] = {
    **{each.value: each for each in Severity},
    "off": None,
    # YAML 1.1 reads a bare `off` so.
    False: None,
}
_NAMES = [*(each.value for each in Severity), "off"]


@dataclass(frozen=True, slots=True)
class PathException:
    """Codes that say nothing in the files that one of the patterns matches.

    `codes` and `paths` come with the place where each is written.
    """

    codes: Mapping[str, Position]
    paths: Mapping[str, Position]
    matchers: tuple[Callable[[str], bool], ...]
    reason: str

    def covers(self, name: str) -> bool:
        """Whether a file, named from the repository's root, is meant."""
        return any(matches(name) for matches in self.matchers)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What `argosy.yaml` says. `severities` holds what differs from the usual; None is off.

    `world_max_age` is how old a recorded world may be without a warning.
    """

    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    exceptions: tuple[PathException, ...] = ()
    findings: tuple[Finding, ...] = ()
    world_max_age: timedelta | None = None


def read_configuration(content: bytes, file: str) -> Configuration:
    """Reads the file. What cannot be understood is a finding and has no effect; never raises for content."""
    try:
        documents = read_documents(content, file)
    except YamlError as error:
        return Configuration(findings=(error.finding(),))
    if not documents:
        return Configuration()
    return _Reading(documents[0]).run()


def configuration_schema() -> dict[str, Any]:
    """The JSON Schema of `argosy.yaml`, for editors."""
    code = {"enum": sorted(CATALOGUE)}
    texts = {"type": "array", "minItems": 1, "items": {"type": "string"}}
    exception = {
        "type": "object",
        "required": ["codes", "paths", "reason"],
        "additionalProperties": False,
        "properties": {
            "codes": {**texts, "items": code, "description": "Codes that say nothing in these files."},
            "paths": {**texts, "description": "Patterns from the repository's root; ** crosses folders."},
            "reason": {"type": "string", "minLength": 1},
        },
    }
    severity = {
        "type": "object",
        "propertyNames": code,
        "additionalProperties": {"enum": [*_NAMES, False]},
        "description": "How bad findings of a code are here; off reports none.",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Argosy's decisions of a repository on findings",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            "severity": severity,
            "exceptions": {"type": "array", "items": exception},
            "worldMaxAge": {
                "type": "string",
                "pattern": "^[0-9]{1,6}[dhms]$",
                "description": "How old a recorded world may be without a warning, such as 30d.",
            },
        },
    }


def unknown_code(code: str, position: Position | None) -> Finding:
    """What to say of a code that no finding bears."""
    close = nearest(code, CATALOGUE)
    hint = f"did you mean `{close}`?" if close else "`argosy explain` lists all codes"
    return Finding("unknown-code", Severity.ERROR, f"no finding has the code `{code}`", position, hint)


class _Reading:
    """Takes one document apart; each method gives what it could read and leaves findings behind."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[Finding] = []

    def run(self) -> Configuration:
        root = self._mapping(self.document.value, ())
        self._only(root, (), ("severity", "exceptions", "worldMaxAge"))
        severities = dict(self._severities(root.get("severity")))
        exceptions = tuple(self._exceptions(root.get("exceptions")))
        age = self._age(root.get("worldMaxAge"))
        return Configuration(severities, exceptions, tuple(self.findings), age)

    def _age(self, value: object) -> timedelta | None:
        path: Path = ("worldMaxAge",)
        if value is None:
            return None
        try:
            return parse_age(value if isinstance(value, str) else "")
        except ValueError:
            self._say("invalid-value", (f"`worldMaxAge` is no age: `{value}`", "write 30d, 12h or 90m"), path)
            return None

    def _severities(self, value: object) -> Iterator[tuple[str, Severity | None]]:
        for code, level in self._mapping(value, ("severity",)).items():
            path = ("severity", code)
            if code not in CATALOGUE:
                self.findings.append(unknown_code(code, self.document.position(path, key=True)))
            elif isinstance(level, (str, bool)) and level in _LEVELS:
                yield code, _LEVELS[level]
            else:
                self._say("invalid-value", not_one_of(path, level, _NAMES), path)

    def _exceptions(self, value: object) -> Iterator[PathException]:
        for index, entry in enumerate(self._list(value, ("exceptions",))):
            path: Path = ("exceptions", index)
            known = len(self.findings)
            fields = self._mapping(entry, path)
            self._only(fields, path, ("codes", "paths", "reason"))
            for name in ("codes", "paths", "reason"):
                if not fields.get(name):
                    self._say("missing-field", missing_field(path, name), path)
            if len(self.findings) == known:
                yield from self._exception(fields, path)

    def _exception(self, fields: Mapping[str, object], path: Path) -> Iterator[PathException]:
        codes = dict(self._texts(fields["codes"], (*path, "codes")))
        for code in [each for each in codes if each not in CATALOGUE]:
            self.findings.append(unknown_code(code, codes.pop(code)))
        paths = dict(self._texts(fields["paths"], (*path, "paths")))
        matchers = []
        for pattern, position in paths.items():
            try:
                matchers.append(doublestar(pattern))
            except BadPatternError as error:
                message = f"`{pattern}` is no pattern: {error}"
                self.findings.append(Finding("invalid-value", Severity.ERROR, message, position))
        reason = fields["reason"]
        if not isinstance(reason, str):
            self._say("wrong-type", wrong_type((*path, "reason"), reason, "string"), (*path, "reason"))
        elif codes and matchers:
            yield PathException(codes, paths, tuple(matchers), reason)

    def _texts(self, value: object, path: Path) -> Iterator[tuple[str, Position]]:
        for index, each in enumerate(self._list(value, path)):
            place = (*path, index)
            if isinstance(each, str):
                yield each, self.document.position(place)
            else:
                self._say("wrong-type", wrong_type(place, each, "string"), place)

    def _mapping(self, value: object, path: Path) -> Mapping[str, object]:
        if isinstance(value, dict):
            return value
        if value is not None:
            self._say("wrong-type", wrong_type(path, value, "object"), path)
        return {}

    def _list(self, value: object, path: Path) -> list[object]:
        if isinstance(value, list):
            return value
        if value is not None:
            self._say("wrong-type", wrong_type(path, value, "array"), path)
        return []

    def _only(self, fields: Mapping[str, object], path: Path, known: tuple[str, ...]) -> None:
        for name in fields:
            if name not in known:
                self._say("unknown-field", unknown_field(path, name, known), (*path, name), key=True)

    def _say(self, code: str, words: tuple[str, str], path: Path, key: bool = False) -> None:
        message, hint = words
        self.findings.append(Finding(code, Severity.ERROR, message, self.document.position(path, key), hint))
