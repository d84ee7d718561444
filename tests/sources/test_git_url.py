import pytest

from argosy.sources.errors import REFUSED_PATH, SourceError
from argosy.sources.git_url import (
    Protocol,
    clean_path,
    normalize_url,
    parse_git_url,
    repository_identity,
    source_path,
)


def test_a_password_leaves_the_address_that_git_gets() -> None:
    url = parse_git_url("https://me:p%40ss@example.com:8443/org/x.git")
    assert (url.protocol, url.address) == (Protocol.HTTPS, "https://example.com:8443/org/x.git")
    assert (url.username, url.password) == ("me", "p@ss")
    assert "p@ss" not in repr(url) and "p%40ss" not in repr(url)


@pytest.mark.parametrize("text", ["git@example.com:org/x.git", "ssh://git@example.com:22/org/x.git"])
def test_ssh_keeps_its_user(text: str) -> None:
    url = parse_git_url(text)
    assert url.protocol is Protocol.SSH and "git@" in url.address
    assert "@" not in url.display.removeprefix("git@")


def test_urls_compare_as_in_argo_cd() -> None:
    assert normalize_url("https://GitHub.com/Org/Repo.git") == "https://github.com/org/repo"
    assert normalize_url("git@github.com:org/repo.git") == normalize_url("ssh://git@github.com/org/repo")


def test_one_repository_has_one_identity_by_any_protocol() -> None:
    spelled = (
        "https://github.com/org/repo",
        "https://token@github.com/org/repo.git",
        "git@github.com:org/repo.git",
        "ssh://git@github.com/org/repo/",
    )
    assert {repository_identity(url) for url in spelled} == {"github.com/org/repo"}


def test_an_absolute_path_is_none_of_a_source() -> None:
    assert source_path("./apps/web/") == "apps/web"
    for path, inside in (("/", "."), ("/apps/web", "apps/web")):
        with pytest.raises(SourceError) as caught:
            source_path(path)
        assert caught.value.code == REFUSED_PATH and caught.value.hint == f"write `{inside}`"


def test_paths_are_cleaned_and_stay_inside() -> None:
    assert clean_path("./a//b/../c/") == "a/c" and clean_path("/") == "" and clean_path("/a") == "a"
    for path in ("..", "a/../../b", "-x", "a\x00b"):
        with pytest.raises(SourceError) as caught:
            clean_path(path)
        assert caught.value.code == REFUSED_PATH
