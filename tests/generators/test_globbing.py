"""The three ways to match paths, each by its original's rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argosy.generators.globbing import BadPatternError, cleaned, doublestar, path_match, pathspec


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("apps/*", "apps/web", True),
        ("apps/*", "apps/web/base", False),
        ("apps/**", "apps/web/base", False),
        ("*", "apps", True),
        ("apps/???", "apps/web", True),
        ("apps/[a-w]eb", "apps/web", True),
        ("apps/[^w]eb", "apps/web", False),
        ("apps/[!w]eb", "apps/!eb", True),
        ("apps/\\*", "apps/*", True),
        ("apps/", "apps", False),
        ("a[/]b", "a/b", True),
    ],
)
def test_path_match_is_gos(pattern: str, path: str, expected: bool) -> None:
    assert path_match(pattern)(path) is expected


@pytest.mark.parametrize("pattern", ["[", "a[x", "[]a]", "[-]", "[a-]", "a\\", "[^]"])
def test_a_malformed_pattern_is_said_to_be_one(pattern: str) -> None:
    with pytest.raises(BadPatternError):
        path_match(pattern)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("envs/*/config.json", "envs/prod/eu/config.json", True),
        ("envs", "envs/dev/config.json", True),
        ("envs/", "envs/dev/config.json", True),
        ("envs", "envs-old/x", False),
        ("*.json", "envs/dev/config.json", True),
        ("d/[!a].yaml", "d/b.yaml", True),
        ("d/[[:digit:]].yaml", "d/7.yaml", True),
        ("d/{a,b}.yaml", "d/a.yaml", False),
        ("d/[x", "d/[x", True),
    ],
)
def test_pathspec_is_gits(pattern: str, path: str, expected: bool) -> None:
    assert pathspec(pattern)(path) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**/config.json", "config.json", True),
        ("**/config.json", "envs/prod/config.json", True),
        ("envs/*/config.json", "envs/prod/eu/config.json", False),
        ("envs/**", "envs/prod/eu/config.json", True),
        ("envs/**", "envs", True),
        ("envs/**", "envs-old/x", False),
        ("d/{a,b}.yaml", "d/b.yaml", True),
        ("d/{a,b}.yaml", "d/c.yaml", False),
        ("d/{a,**/x}.yaml", "d/e/f/x.yaml", True),
    ],
)
def test_doublestar_crosses_segments_only_with_two_stars(pattern: str, path: str, expected: bool) -> None:
    assert doublestar(pattern)(path) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("./apps/*", "apps/*"), ("apps//web/", "apps/web/"), ("a/*/../b", "a/b"), (".", ""), ("a/..", "")],
)
def test_a_pattern_is_cleaned_as_a_path(pattern: str, expected: str) -> None:
    assert cleaned(pattern) == expected


def test_a_pattern_that_leaves_the_root_is_refused() -> None:
    with pytest.raises(BadPatternError, match="out of the repository"):
        cleaned("a/../../b")


@given(st.text(alphabet="ab*?[]^!-\\{},/", max_size=12), st.text(alphabet="ab/-", max_size=12))
def test_no_pattern_does_worse_than_say_that_it_is_malformed(pattern: str, path: str) -> None:
    for compile_pattern in (path_match, pathspec, doublestar):
        try:
            compile_pattern(pattern)(path)
        except BadPatternError:
            continue
