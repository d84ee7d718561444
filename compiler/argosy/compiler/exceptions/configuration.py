"""`argosy.yaml` in the root of a repository, read into frozen values; what is wrong in it is a finding.

severity:
  unused-parameter: error
  floating-revision:
    overlays/production/**: error
    "**": note
exceptions:
- codes: [missing-path]
  paths: [legacy/**]
  reason: moves to the new repository in spring
argocd-cmd-params-cm:
  applicationsetcontroller.enable.new.git.file.globbing: true
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from argosy.generators.controller_parameters import (
    CONFIG_MAP,
    INCLUDE_HIDDEN_DIRECTORIES,
    NEW_GIT_FILE_GLOBBING,
    POLICY,
    POLICY_OVERRIDE,
    ControllerParameters,
)
from argosy.generators.globbing import BadPatternError, doublestar
from argosy.schemas.catalogue import CATALOGUE
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationsSync
from argosy.schemas.model.durations import parse_age
from argosy.schemas.position import Path, Position
from argosy.schemas.wording import missing_field, nearest, not_one_of, unknown_field, wrong_type
from argosy.schemas.yaml_reader import Document, YamlError, read_documents

__all__ = [
    "FILE_NAME",
    "Configuration",
    "PathException",
    "SeverityRule",
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
_FLAGS = ["true", "false"]
_PARAMETERS: Mapping[str, list[str]] = {
    NEW_GIT_FILE_GLOBBING: _FLAGS,
    INCLUDE_HIDDEN_DIRECTORIES: _FLAGS,
    POLICY: [each.value for each in ApplicationsSync],
    POLICY_OVERRIDE: _FLAGS,
}
_NAMES = [*(each.value for each in Severity), "off"]


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """How bad the findings of a code are in the files that a pattern matches; no `severity` is off.

    One without a pattern, and so without a `position`, speaks of all findings.
    """

    severity: Severity | None
    covers: Callable[[str], bool] = lambda name: True
    pattern: str = ""
    position: Position | None = None


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
    """What `argosy.yaml` says. `severities` holds what differs from the usual: of a code's rules the first
    counts that covers a file.

    `world_max_age` is how old a recorded world may be without a warning, `parameters` how Argo CD is set up.
    """

    severities: Mapping[str, tuple[SeverityRule, ...]] = field(default_factory=dict)
    exceptions: tuple[PathException, ...] = ()
    findings: tuple[Finding, ...] = ()
    world_max_age: timedelta | None = None
    parameters: ControllerParameters = field(default=ControllerParameters())

    def rule(self, code: str, name: str) -> SeverityRule | None:
        """The rule for a code's findings in a file, named from the repository's root; empty is no file."""
        return next((each for each in self.severities.get(code, ()) if each.covers(name)), None)


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
        "properties": {
            name: _levels([Severity.ERROR.value]) for name, each in CATALOGUE.items() if each.opaque
        },
        "additionalProperties": _levels([*_NAMES, False]),
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
            CONFIG_MAP: {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    name: {"enum": [*values, *([True, False] if values is _FLAGS else ())]}
                    for name, values in _PARAMETERS.items()
                },
                "description": "How the Argo CD is set up that reads this repository, by its own names.",
            },
        },
    }


def _levels(names: list[object]) -> dict[str, Any]:
    by_path = {"type": "object", "minProperties": 1, "additionalProperties": {"enum": names}}
    described = "By patterns from the repository's root; the first that matches counts."
    return {"anyOf": [{"enum": names}, {**by_path, "description": described}]}


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
        self._only(root, (), ("severity", "exceptions", "worldMaxAge", CONFIG_MAP))
        severities = dict(self._severities(root.get("severity")))
        exceptions = tuple(self._exceptions(root.get("exceptions")))
        age = self._age(root.get("worldMaxAge"))
        parameters = self._parameters(root.get(CONFIG_MAP))
        return Configuration(severities, exceptions, tuple(self.findings), age, parameters)

    def _parameters(self, value: object) -> ControllerParameters:
        fields = self._mapping(value, (CONFIG_MAP,))
        self._only(fields, (CONFIG_MAP,), tuple(_PARAMETERS))
        given = {name: str(each).lower() for name, each in fields.items() if name in _PARAMETERS}
        for name in (each for each in given if given[each] not in _PARAMETERS[each]):
            path: Path = (CONFIG_MAP, name)
            self._say("invalid-value", not_one_of(path, fields[name], _PARAMETERS[name]), path)
        return ControllerParameters.parse(given)

    def _age(self, value: object) -> timedelta | None:
        path: Path = ("worldMaxAge",)
        if value is None:
            return None
        try:
            return parse_age(value if isinstance(value, str) else "")
        except ValueError:
            self._say("invalid-value", (f"`worldMaxAge` is no age: `{value}`", "write 30d, 12h or 90m"), path)
            return None

    def _severities(self, value: object) -> Iterator[tuple[str, tuple[SeverityRule, ...]]]:
        for code, level in self._mapping(value, ("severity",)).items():
            path: Path = ("severity", code)
            if code not in CATALOGUE:
                self.findings.append(unknown_code(code, self.document.position(path, key=True)))
            elif isinstance(level, dict):
                rules = tuple(self._rules_by_path(code, level, path))
                if rules:
                    yield code, rules
            else:
                yield from ((code, (SeverityRule(each),)) for each in self._level(code, level, path))

    def _rules_by_path(self, code: str, levels: Mapping[str, object], path: Path) -> Iterator[SeverityRule]:
        if not levels:
            self._say("invalid-value", ("no pattern is given", "write a level, or a pattern with one"), path)
        for pattern, level in levels.items():
            position = self.document.position((*path, pattern), key=True)
            matcher = self._matcher(pattern, position)
            for severity in self._level(code, level, (*path, pattern)):
                if matcher is not None:
                    yield SeverityRule(severity, matcher, pattern, position)

    def _level(self, code: str, level: object, path: Path) -> Iterator[Severity | None]:
        """The level that is written, or a finding."""
        if not (isinstance(level, (str, bool)) and level in _LEVELS):
            self._say("invalid-value", not_one_of(path, level, _NAMES), path)
        elif CATALOGUE[code].opaque and _LEVELS[level] is not Severity.ERROR:
            message = f"`{code}` is always an error: what lies behind it is not known"
            self._say("invalid-value", (message, "except it where it stands, with a reason"), path)
        else:
            yield _LEVELS[level]

    def _matcher(self, pattern: str, position: Position) -> Callable[[str], bool] | None:
        try:
            return doublestar(pattern)
        except BadPatternError as error:
            message = f"`{pattern}` is no pattern: {error}"
            self.findings.append(Finding("invalid-value", Severity.ERROR, message, position))
            return None

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
        matchers = [each for each in itertools.starmap(self._matcher, paths.items()) if each is not None]
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
