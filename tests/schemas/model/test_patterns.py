"""Patterns and URLs, as Argo CD compares them."""

import pytest

from argosy.schemas.model.durations import parse_duration, parse_seconds_or_duration
from argosy.schemas.model.glob import glob_matches, name_matches
from argosy.schemas.model.repository_url import normalize_repository_url, same_repository
from argosy.schemas.model.sync_options import SyncOptions


@pytest.mark.parametrize(
    ("pattern", "value", "separators", "matches"),
    [
        ("*", "a/b", "", True),
        ("*", "a/b", "/", False),
        ("**", "a/b", "/", True),
        ("a?c", "abc", "/", True),
        ("a?c", "a/c", "/", False),
        ("[a-c]x", "bx", "", True),
        ("[!a-c]x", "bx", "", False),
        ("{ab,c*}d", "cccd", "", True),
        ("{ab,c*}d", "bd", "", False),
        (r"\*", "*", "", True),
        (r"\*", "a", "", False),
        ("a,b", "a,b", "", True),
        ("{a", "{a", "", False),
        ("[a", "[a", "", False),
        ("line*", "line\nbreak", "", True),
        ("", "", "", True),
    ],
)
def test_globs(pattern: str, value: str, separators: str, matches: bool) -> None:
    assert glob_matches(pattern, value, separators) is matches


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("*", "Deployment", True),
        ("*", "a/b", False),
        ("**", "abc", True),
        ("Deploy?ent", "Deployment", True),
        ("[^a]b", "cb", True),
        ("[a-", "a", False),
        (r"\*", "*", True),
        ("a\\", "a", False),
        ("*.apps", "x.apps", True),
    ],
)
def test_file_name_patterns(pattern: str, value: str, matches: bool) -> None:
    assert name_matches(pattern, value) is matches


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://Git.Example.com/Org/Repo.git", "https://git.example.com/org/repo"),
        ("git@git.example.com:org/repo.git", "git@git.example.com/org/repo"),
        ("ssh://git@git.example.com/org/repo", "git@git.example.com/org/repo"),
        (" https://git.example.com/a ", "https://git.example.com/a"),
    ],
)
def test_urls_are_compared_in_their_normal_form(url: str, normal: str) -> None:
    assert normalize_repository_url(url) == normal
    assert same_repository(url, normal.upper())


def test_bare_numbers_are_seconds_only_where_argo_cd_takes_them() -> None:
    assert parse_seconds_or_duration("15") == 15
    assert parse_seconds_or_duration("1m") == 60
    assert parse_duration("0") == 0
    assert parse_duration("-1.5h") == -5400
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration("15")


def test_an_objects_own_sync_options_win() -> None:
    general = SyncOptions.parse(["Prune=true", "Validate=false"])
    own = SyncOptions.parse_annotation("Prune=false, Replace=true,,")
    assert general.merged(own).values == {"Prune": "false", "Validate": "false", "Replace": "true"}
