import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from argosy.sources.errors import (
    DEADLINE,
    MISSING_PATH,
    REFUSED_PATH,
    REFUSED_URL,
    UNKNOWN_REVISION,
    UNREACHABLE_REPOSITORY,
    SourceError,
)
from argosy.sources.git import Repositories
from argosy.sources.git_url import Protocol

from .conftest import Origin


def code_of(call, *arguments) -> str:
    with pytest.raises(SourceError) as caught:
        call(*arguments)
    return caught.value.code


def test_a_branch_a_tag_an_id_and_head_resolve_to_commits(origin: Origin, repositories: Repositories) -> None:
    first = origin.commit({"a.yaml": "a: 1\n"})
    origin.git("tag", "--annotate", "v1.0.0", "--message", "First")
    second = origin.commit({"a.yaml": "a: 2\n"})
    repositories.fetch(origin.url)
    for revision in ("main", "HEAD", "", "refs/heads/main", second, second[:8]):
        assert repositories.resolve(origin.url, revision) == second
    for revision in ("v1.0.0", "refs/tags/v1.0.0", "1.x", first):
        assert repositories.resolve(origin.url, revision) == first


def test_resolve_sees_a_new_commit_only_after_a_fetch(origin: Origin, repositories: Repositories) -> None:
    first = origin.commit({"a.yaml": "a: 1\n"})
    repositories.fetch(origin.url)
    second = origin.commit({"a.yaml": "a: 2\n"})
    assert repositories.resolve(origin.url, "main") == first
    repositories.fetch(origin.url)
    assert repositories.resolve(origin.url, "main") == second
    assert repositories.tree(origin.url, first).read("a.yaml") == b"a: 1\n"


def test_a_deleted_branch_and_a_moved_tag_are_followed(origin: Origin, repositories: Repositories) -> None:
    origin.commit({"a.yaml": "a: 1\n"})
    origin.git("branch", "topic")
    origin.git("tag", "stable")
    repositories.fetch(origin.url)
    assert repositories.resolve(origin.url, "topic")
    moved = origin.commit({"a.yaml": "a: 2\n"})
    origin.git("branch", "--delete", "--force", "topic")
    origin.git("branch", "topic/below")
    origin.git("tag", "--force", "stable")
    repositories.fetch(origin.url)
    assert code_of(repositories.resolve, origin.url, "topic") == UNKNOWN_REVISION
    assert repositories.resolve(origin.url, "topic/below") == moved
    assert repositories.resolve(origin.url, "stable") == moved


def test_no_such_revision_and_could_not_ask_are_told_apart(
    origin: Origin, repositories: Repositories, tmp_path: Path
) -> None:
    origin.commit({})
    repositories.fetch(origin.url)
    assert code_of(repositories.resolve, origin.url, "nope") == UNKNOWN_REVISION
    assert code_of(repositories.resolve, origin.url, "0" * 40) == UNKNOWN_REVISION
    missing = f"file://{tmp_path}/missing"
    assert code_of(repositories.fetch, missing) == UNREACHABLE_REPOSITORY
    assert code_of(repositories.resolve, missing, "main") == UNREACHABLE_REPOSITORY
    assert code_of(repositories.fetch, "http://127.0.0.1:1/x.git") == UNREACHABLE_REPOSITORY


def test_an_empty_repository_is_known_to_have_no_revision(origin: Origin, repositories: Repositories) -> None:
    repositories.fetch(origin.url)
    assert code_of(repositories.resolve, origin.url, "HEAD") == UNKNOWN_REVISION
    commit = origin.commit({"a": "1"})
    repositories.fetch(origin.url)
    assert repositories.resolve(origin.url, "HEAD") == commit


def test_a_lost_remote_keeps_what_was_fetched(origin: Origin, repositories: Repositories) -> None:
    commit = origin.commit({"a.yaml": "a: 1\n"})
    repositories.fetch(origin.url)
    origin.path.rename(origin.path.with_name("moved"))
    assert code_of(repositories.fetch, origin.url) == UNREACHABLE_REPOSITORY
    assert repositories.resolve(origin.url, "main") == commit


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c 'touch /tmp/owned'",
        "fd::17",
        "ftp://example.com/x",
        "git://example.com/x",
        "--upload-pack=touch",
        "ssh://-oProxyCommand=touch/x",
        "-oProxyCommand=x@host:path",
        "https://example.com/a\nb",
        "https://",
        " https://example.com/x",
        "",
    ],
)
def test_a_dangerous_url_is_refused_before_git_runs(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("argosy.sources.git_command.start_git", lambda *_: pytest.fail("git was called"))
    with Repositories(tmp_path, protocols=frozenset(Protocol)) as repositories:
        assert code_of(repositories.fetch, url) == REFUSED_URL


@pytest.mark.parametrize("url", ["/some/path", "file:///some/path", "./here"])
def test_files_are_refused_unless_allowed(url: str, tmp_path: Path) -> None:
    with Repositories(tmp_path) as repositories:
        assert code_of(repositories.fetch, url) == REFUSED_URL


def test_a_revision_like_an_option_is_refused(origin: Origin, repositories: Repositories) -> None:
    origin.commit({})
    repositories.fetch(origin.url)
    for revision in ("--output=x", "-h", "main\nx"):
        assert code_of(repositories.resolve, origin.url, revision) == "invalid-source"
    for revision in ("HEAD~0", "main@{0}", ":/Change", "HEAD^{tree}"):
        assert code_of(repositories.resolve, origin.url, revision) == UNKNOWN_REVISION


def test_a_tree_lists_and_reads_without_a_work_tree(origin: Origin, repositories: Repositories) -> None:
    commit = origin.commit({"apps/a/x.yaml": "x", "apps/b/y.yaml": "y", "top": "t"})
    repositories.fetch(origin.url)
    tree = repositories.tree(origin.url, commit)
    assert tree.revision == commit
    assert tree.files() == ("apps/a/x.yaml", "apps/b/y.yaml", "top")
    assert tree.directories() == ("apps", "apps/a", "apps/b")
    assert tree.has_directory("apps/a/") and tree.has_directory("") and not tree.has_directory("top")
    assert tree.tree_id("apps/a") == origin.git("rev-parse", f"{commit}:apps/a")
    assert tree.tree_id("") == origin.git("rev-parse", f"{commit}^{{tree}}")
    assert code_of(tree.read, "apps/nope") == MISSING_PATH
    assert code_of(tree.files_under, "nope") == MISSING_PATH
    assert code_of(tree.read, "../outside") == REFUSED_PATH
    assert tree.read("apps/../top") == b"t"


def test_symbolic_links_are_followed_inside_and_refused_outside(
    origin: Origin, repositories: Repositories, tmp_path: Path
) -> None:
    origin.commit({"base/x.yaml": "x", "app/own.yaml": "o"})
    (origin.path / "app/linked.yaml").symlink_to("../base/x.yaml")
    (origin.path / "app/folder").symlink_to("../base")
    (origin.path / "bad").mkdir()
    (origin.path / "bad/secret").symlink_to("/etc/passwd")
    (origin.path / "bad/up").symlink_to("../../outside")
    (origin.path / "bad/circle").symlink_to("circle")
    commit = origin.commit({})
    repositories.fetch(origin.url)
    tree = repositories.tree(origin.url, commit)
    assert tree.read("app/linked.yaml") == tree.read("app/folder/x.yaml") == b"x"
    for name in ("secret", "up", "circle"):
        assert code_of(tree.read, f"bad/{name}") == REFUSED_PATH
    out = tmp_path / "out"
    out.mkdir()
    tree.export("app", out)
    assert (out / "folder/x.yaml").read_text() == "x" and not (out / "linked.yaml").is_symlink()
    assert code_of(tree.export, "bad", out) == REFUSED_PATH
    before = tree.tree_id("app")
    changed = repositories.tree(origin.url, _refetch(origin, repositories, {"base/x.yaml": "changed"}))
    assert changed.tree_id("app") != before


def _refetch(origin: Origin, repositories: Repositories, files: dict[str, str]) -> str:
    commit = origin.commit(files)
    repositories.fetch(origin.url)
    return commit


def test_a_hooks_environment_does_not_reach_the_mirror(
    origin: Origin, repositories: Repositories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Origin(tmp_path / "other")
    other.commit({"b": "1"})
    commit = origin.commit({"a": "1"})
    for name, value in {
        "GIT_DIR": str(other.path / ".git"),
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": str(other.path / ".git/index"),
        "GIT_OBJECT_DIRECTORY": str(other.path / ".git/objects"),
        "GIT_QUARANTINE_PATH": str(tmp_path),
        "GIT_CONFIG_PARAMETERS": "'core.bare'='false'",
    }.items():
        monkeypatch.setenv(name, value)
    repositories.fetch(origin.url)
    assert repositories.tree(origin.url, repositories.resolve(origin.url, "main")).files() == ("a",)
    assert repositories.resolve(origin.url, "main") == commit
    monkeypatch.undo()
    assert other.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_many_threads_share_one_repository(origin: Origin, repositories: Repositories) -> None:
    commit = origin.commit({f"f{n}": str(n) * 1000 for n in range(200)})
    with ThreadPoolExecutor(16) as pool:
        for _ in range(8):
            pool.submit(repositories.fetch, origin.url)
        repositories.fetch(origin.url)
        tree = repositories.tree(origin.url, commit)
        contents = list(pool.map(lambda n: tree.read(f"f{n}"), range(200)))
    assert contents == [str(n).encode() * 1000 for n in range(200)]


_FETCHER = """
    import sys
    from pathlib import Path
    from argosy.sources.git import Repositories
    from argosy.sources.git_url import Protocol
    repositories = Repositories(Path(sys.argv[1]), protocols=frozenset(Protocol))
    print("started", flush=True)
    repositories.fetch(sys.argv[2])
    print("done", flush=True)
"""


def _start_fetcher(cache: Path, url: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(_FETCHER), str(cache), url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_many_processes_share_one_cache(origin: Origin, tmp_path: Path) -> None:
    commit = origin.commit({"a": "1"})
    cache = tmp_path / "cache"
    started = [_start_fetcher(cache, origin.url) for _ in range(5)]
    assert ["done" in process.communicate(timeout=60)[0] for process in started] == [True] * 5
    with Repositories(cache, protocols=frozenset(Protocol)) as repositories:
        assert repositories.resolve(origin.url, "main") == commit


def test_a_kill_at_any_moment_leaves_a_mirror_that_works(origin: Origin, tmp_path: Path) -> None:
    for number in range(3):
        origin.commit({f"big{number}/{n}": os.urandom(3000).hex() for n in range(150)})
    commit = origin.git("rev-parse", "HEAD")
    cache = tmp_path / "cache"
    finished = 0
    for pause in (0.0, 0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3):
        process = _start_fetcher(cache, origin.url)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        finished += "done" in process.stdout.read()
        process.wait()
        process.stdout.close()
    with Repositories(cache, protocols=frozenset(Protocol), deadline=30) as repositories:
        repositories.fetch(origin.url)
        assert repositories.resolve(origin.url, "main") == commit
        assert len(repositories.tree(origin.url, commit).files()) == 450
    assert finished < 9
    assert not list(cache.glob("*.new"))


def test_an_unfinished_first_fetch_is_unknown_not_empty(origin: Origin, tmp_path: Path) -> None:
    origin.commit({"a": "1"})
    cache = tmp_path / "cache"
    with Repositories(cache, protocols=frozenset(Protocol)) as repositories:
        repositories.fetch(origin.url)
    (mirror,) = cache.glob("*.git")
    (mirror / "argosy-fetched").unlink()
    with Repositories(cache, protocols=frozenset(Protocol)) as repositories:
        assert not repositories.is_fetched(origin.url)
        assert code_of(repositories.resolve, origin.url, "main") == UNREACHABLE_REPOSITORY


def test_stale_lock_files_and_a_damaged_mirror_are_repaired(origin: Origin, tmp_path: Path) -> None:
    commit = origin.commit({"a": "1"})
    cache = tmp_path / "cache"
    with Repositories(cache, protocols=frozenset(Protocol)) as repositories:
        repositories.fetch(origin.url)
        (mirror,) = cache.glob("*.git")
        (mirror / "packed-refs.lock").touch()
        (mirror / "refs/heads/main.lock").touch()
        origin.commit({"a": "2"})
        repositories.fetch(origin.url)
        (mirror / "HEAD").write_text("nonsense")
        origin.commit({"a": "3"})
        repositories.fetch(origin.url)
        assert repositories.tree(origin.url, repositories.resolve(origin.url, "main")).read("a") == b"3"
        assert repositories.resolve(origin.url, commit) == commit


def test_a_remote_that_never_answers_ends_at_the_deadline(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"
        before = time.monotonic()
        with Repositories(tmp_path, deadline=1.0) as repositories:
            assert code_of(repositories.fetch, url) == DEADLINE
        assert time.monotonic() - before < 5


def test_a_password_in_a_url_is_neither_shown_nor_stored(tmp_path: Path) -> None:
    with Repositories(tmp_path, deadline=10) as repositories:
        with pytest.raises(SourceError) as caught:
            repositories.fetch("http://user:hunter2@127.0.0.1:1/x.git")
        assert "hunter2" not in str(caught.value) + repr(caught.value.finding())
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"hunter2" not in stored
