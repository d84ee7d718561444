"""Patterns for files of OCI artifacts, against what doublestar 4.10 found, called as Argo CD calls it."""

from collections.abc import Sequence

import pytest

from argosy.generators.file_patterns import patterns_of
from argosy.generators.globbing import BadPatternError

HIDDEN, PLAIN, SPACED, TOP = "apps/web/.hid/config.yaml", "apps/web/config.yaml", "apps/a b.yaml", "top.yaml"


class Artifact:
    revision = "sha256:0"

    def files(self) -> Sequence[str]:
        return (SPACED, HIDDEN, PLAIN, TOP)

    def read(self, path: str) -> bytes:
        raise NotImplementedError

    def has_directory(self, path: str) -> bool:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("**", [SPACED, HIDDEN, PLAIN, TOP]),
        ("", [SPACED, HIDDEN, PLAIN, TOP]),
        (".", [SPACED, HIDDEN, PLAIN, TOP]),
        ("*", [TOP]),
        ("**/config.yaml", [HIDDEN, PLAIN]),
        ("apps/**", [SPACED, HIDDEN, PLAIN]),
        ("{top,apps/web/config}.yaml", [PLAIN, TOP]),
        ("apps", []),
        ("apps/web/", []),
        ("/apps/*/config.yaml", []),
        ("/**/config.yaml", []),
        ("./apps/*/config.yaml", []),
        ("apps//web/config.yaml", []),
        ("apps/../top.yaml", []),
    ],
)
def test_a_pattern_is_taken_as_it_is_written(pattern: str, expected: list[str]) -> None:
    artifact = Artifact()
    assert patterns_of("oci", new_git_globbing=False)(pattern, artifact).files(artifact) == expected


@pytest.mark.parametrize("pattern", ["[", "apps/[a"])
def test_a_malformed_pattern_is_an_error(pattern: str) -> None:
    with pytest.raises(BadPatternError):
        patterns_of("oci", new_git_globbing=False)(pattern, Artifact())
