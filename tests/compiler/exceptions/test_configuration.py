"""What `argosy.yaml` says, and that its JSON Schema takes and refuses the same."""

import pytest
from jsonschema import Draft202012Validator

from argosy.compiler.exceptions.configuration import Configuration, configuration_schema, read_configuration
from argosy.schemas.finding import Severity
from argosy.schemas.yaml_reader import read_value

GOOD = [
    "",
    "severity: {missing-path: off}",
    "severity: {missing-path: 'off', duplicate-key: error}",
    "severity: {missing-path: {'legacy/**': off, '**': note}}",
    "severity: {template-error: error, invalid-yaml: {'**': error}}",
    "exceptions: []",
    "exceptions: [{codes: [missing-path], paths: ['legacy/**'], reason: it moves}]",
]
BAD = [
    "severty: {}",
    "[]",
    "severity: {missing-pth: note}",
    "severity: {missing-path: fatal}",
    "severity: {missing-path: true}",
    "severity: {missing-path: 3}",
    "severity: {missing-path: {}}",
    "severity: {missing-path: [note]}",
    "severity: {missing-path: {'legacy/**': fatal}}",
    "severity: {template-error: off}",
    "severity: {template-error: {'legacy/**': note}}",
    "exceptions: {}",
    "exceptions: [{codes: [missing-path], paths: ['legacy/**']}]",
    "exceptions: [{codes: [missing-path], paths: [], reason: it moves}]",
    "exceptions: [{codes: [missing-path], paths: [3], reason: it moves}]",
    "exceptions: [{codes: missing-path, paths: [a], reason: it moves}]",
    "exceptions: [{codes: [missing-path], paths: [a], reason: it moves, until: 2030}]",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_reader_takes_the_schema_takes(text: str) -> None:
    assert read_configuration(text.encode(), "argosy.yaml").findings == ()
    assert Draft202012Validator(configuration_schema()).is_valid(read_value(text))


@pytest.mark.parametrize("text", BAD)
def test_what_the_reader_refuses_the_schema_refuses(text: str) -> None:
    findings = read_configuration(text.encode(), "argosy.yaml").findings
    assert findings
    assert all(each.position is not None and each.position.file == "argosy.yaml" for each in findings)
    assert not Draft202012Validator(configuration_schema()).is_valid(read_value(text))


def test_a_bare_off_is_off_although_yaml_reads_false() -> None:
    read = read_configuration(b"severity: {missing-path: off, duplicate-key: note}", "argosy.yaml")
    assert level(read, "missing-path", "web.yaml") is None
    assert level(read, "duplicate-key", "web.yaml") is Severity.NOTE


def test_the_first_pattern_that_matches_a_file_counts() -> None:
    text = b"severity: {missing-path: {'legacy/old/**': off, 'legacy/**': note, '*.yaml': warning}}"
    read = read_configuration(text, "argosy.yaml")
    assert level(read, "missing-path", "legacy/old/web.yaml") is None
    assert level(read, "missing-path", "legacy/web.yaml") is Severity.NOTE
    assert level(read, "missing-path", "web.yaml") is Severity.WARNING
    assert read.rule("missing-path", "apps/web.yaml") is None


def level(configuration: Configuration, code: str, name: str) -> Severity | None:
    rule = configuration.rule(code, name)
    assert rule is not None
    return rule.severity


def test_what_is_wrong_in_one_exception_leaves_the_others_in_force() -> None:
    text = b"exceptions: [{codes: [x], paths: [a]}, {codes: [missing-path], paths: ['a/*'], reason: r}]"
    read = read_configuration(text, "argosy.yaml")
    assert [list(each.codes) for each in read.exceptions] == [["missing-path"]]
    assert read.exceptions[0].covers("a/b.yaml")
    assert not read.exceptions[0].covers("a/b/c.yaml")


def test_a_file_that_is_no_yaml_is_a_finding() -> None:
    (finding,) = read_configuration(b"a: [", "argosy.yaml").findings
    assert finding.code == "invalid-yaml"
