"""No user and no password of a URL gets into what is said of the world."""

import pytest

from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.knowledge import Unknown
from argosy.schemas.user_info import without_user_info

URL = "https://me:hidden@git.example.com/org/repo.git"


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("fatal: 'https://me:secret@host/x' failed", "fatal: 'https://host/x' failed"),
        ("https://me:p@ss:word@host/x", "https://host/x"),
        ("ssh://git@host/x and http://:token@host", "ssh://host/x and http://host"),
        ('{"a":"https://host","b":"me@example.com"}', '{"a":"https://host","b":"me@example.com"}'),
        ("https://host/me@example.com", "https://host/me@example.com"),
    ],
)
def test_user_info_is_taken_out_of_urls_and_nothing_else(text: str, gives: str) -> None:
    assert without_user_info(text) == gives


def test_findings_errors_and_what_is_unknown_hold_none() -> None:
    error = ArgosyError(f"{URL} is away", hint=f"look at {URL}", code="unreachable-repository")
    finding = Finding("unknown", Severity.NOTE, f"{URL} is away", hint=f"look at {URL}")
    unknown = Unknown(f"{URL} is away", f"look at {URL}")
    assert "hidden" not in f"{error} {error.message} {error.hint} {error.finding()} {finding} {unknown}"
    assert error.message == "https://git.example.com/org/repo.git is away"
