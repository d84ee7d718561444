from pathlib import Path

import pytest

from argosy.sources.errors import MISSING_PATH, UNKNOWN_REVISION, UNREACHABLE_REPOSITORY, SourceError
from argosy.sources.local_repository import LocalRepository

from .conftest import Origin


def test_work_tree_index_and_commit_are_three_trees(origin: Origin) -> None:
    commit = origin.commit({"a.yaml": "committed", ".gitignore": "ignored\n", "gone": "x"})
    (origin.path / "a.yaml").write_text("staged")
    origin.git("add", "a.yaml")
    (origin.path / "a.yaml").write_text("edited")
    (origin.path / "new").mkdir()
    (origin.path / "new/b.yaml").write_text("new")
    (origin.path / "ignored").write_text("no")
    (origin.path / "gone").unlink()
    repository = LocalRepository(origin.path / "new")
    assert repository.root == origin.path
    assert repository.work_tree().files() == (".gitignore", "a.yaml", "new/b.yaml")
    assert repository.work_tree().read("a.yaml") == b"edited"
    assert repository.work_tree().has_directory("new")
    assert repository.index_tree().files() == (".gitignore", "a.yaml", "gone")
    assert repository.index_tree().read("a.yaml") == b"staged"
    assert repository.commit_tree("main").read("a.yaml") == b"committed"
    assert repository.resolve("HEAD") == commit
    for tree in (repository.work_tree(), repository.index_tree()):
        with pytest.raises(SourceError) as caught:
            tree.read("nope")
        assert caught.value.code == MISSING_PATH
    repository.close()


def test_the_id_of_a_work_tree_changes_with_its_content(origin: Origin) -> None:
    origin.commit({"app/a.yaml": "1", "other/b.yaml": "1"})
    repository = LocalRepository(origin.path)
    before = repository.work_tree().tree_id("app")
    (origin.path / "other/b.yaml").write_text("2")
    assert repository.work_tree().tree_id("app") == before
    (origin.path / "app/a.yaml").write_text("2")
    assert repository.work_tree().tree_id("app") != before
    repository.close()


def test_it_answers_for_its_remotes_by_any_protocol(origin: Origin) -> None:
    origin.commit({})
    origin.git("remote", "add", "origin", "git@github.com:Org/repo.git")
    repository = LocalRepository(origin.path)
    for url in (
        "https://github.com/org/repo",
        "ssh://git@github.com/org/repo.git",
        str(origin.path),
        origin.url,
    ):
        assert repository.answers_for(url)
    assert not repository.answers_for("https://github.com/org/other")
    repository.close()


def test_a_branch_of_the_remote_is_found_where_there_is_no_local_one(origin: Origin, tmp_path: Path) -> None:
    origin.commit({"a": "1"})
    origin.git("branch", "production")
    clone = Origin(tmp_path / "clone")
    clone.git("fetch", "--quiet", origin.url, "+refs/heads/*:refs/remotes/upstream/*")
    clone.commit({"b": "1"})
    repository = LocalRepository(clone.path)
    assert repository.resolve("production") == origin.git("rev-parse", "production")
    with pytest.raises(SourceError) as caught:
        repository.resolve("nope")
    assert caught.value.code == UNKNOWN_REVISION
    repository.close()


def test_a_hooks_own_index_is_the_one_that_counts(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin.commit({"a.yaml": "1"})
    other = tmp_path / "next-index"
    other.write_bytes((origin.path / ".git/index").read_bytes())
    (origin.path / "a.yaml").write_text("2")
    monkeypatch.setenv("GIT_INDEX_FILE", str(other))
    monkeypatch.setenv("GIT_DIR", ".git")
    repository = LocalRepository(origin.path)
    assert repository.index_tree().read("a.yaml") == b"1"
    origin.git("add", "a.yaml")
    assert repository.index_tree().read("a.yaml") == b"1"
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert repository.index_tree().read("a.yaml") == b"2"
    repository.close()


def test_a_folder_outside_of_git_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        LocalRepository(tmp_path)
    assert caught.value.code == UNREACHABLE_REPOSITORY


def test_places_are_what_links_lead_to(origin: Origin) -> None:
    origin.commit({"real/a/x": "1", "real/b/y": "1", "app/z": "1"})
    for name, target in {
        "app/direct": "../real/a",
        "app/chain": "../way",
        "way": "real/b",
        "app/gone": "../nothing",
        "app/out": "../../outside",
        "app/circle": "circle",
        "alias": "app",
    }.items():
        (origin.path / name).symlink_to(target)
    repository = LocalRepository(origin.path)
    tree = repository.work_tree()
    below = {"app/direct", "app/chain", "app/gone", "app/out", "app/circle"}
    led_to = {"real/a", "way", "real/b", "nothing"}
    assert tree.places("app") == {"app", *below, *led_to}
    assert tree.places("alias") == {"alias", "app", *below, *led_to}
    assert tree.places("way/y") == {"way/y", "way", "real/b/y"}
    assert tree.places("real") == {"real"}
    repository.close()
