"""Repositories as bare mirrors under a cache folder: one fetch a repository and pass, everything else is read
from the mirror. Knows nothing of Applications and of rendering.
"""

import hashlib
import re
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from argosy.sources.credentials import Credentials, clear_access, git_access
from argosy.sources.errors import UNKNOWN_REVISION, UNREACHABLE_REPOSITORY, SourceError
from argosy.sources.git_command import GitFailure, closed_environment, explain_remote_failure, run_git
from argosy.sources.git_tree import GitTree, parse_tree_listing
from argosy.sources.git_url import NETWORK_PROTOCOLS, GitUrl, Protocol, check_revision, parse_git_url
from argosy.sources.mirror_lock import MirrorLock, clear_leftovers
from argosy.sources.object_reader import ObjectReader
from argosy.sources.revisions import References, is_commit_id, may_be_commit_id

__all__ = ["CredentialsFor", "Repositories", "read_references", "read_tree"]

CredentialsFor = Callable[[str], Credentials | None]
"""Credentials for a repository's URL; `CredentialStore` is one."""

_HEAD = "refs/argosy/head"
_COMPLETE = "argosy-fetched"
_TREES = 32
_PACKS = 40
_CORRUPT = re.compile(
    r"not a git repository|bad object|is corrupt|loose object|unable to read tree|bad pack", re.I
)


class Repositories:
    """All repositories of a run. Safe for several threads; the mirrors are safe for several processes.

    `deadline` is in seconds and holds for each call of git. Errors are `SourceError`s.
    """

    def __init__(
        self,
        cache: Path,
        *,
        credentials: CredentialsFor | Mapping[str, Credentials] | None = None,
        protocols: frozenset[Protocol] = NETWORK_PROTOCOLS,
        deadline: float = 90.0,
    ) -> None:
        self._cache = cache
        self._credentials_for: CredentialsFor
        if credentials is None:
            self._credentials_for = _no_credentials
        else:
            self._credentials_for = credentials.get if isinstance(credentials, Mapping) else credentials
        self._protocols = protocols
        self._deadline = deadline
        self._lock = threading.Lock()
        self._mirrors: dict[str, _Mirror] = {}

    def use_credentials(self, credentials: CredentialsFor) -> None:
        """From now on these: repository Secrets may change while a controller runs."""
        self._credentials_for = credentials

    def fetch(self, url: str) -> None:
        """Brings the mirror up to the remote's branches, tags and HEAD; nothing else uses the network.

        Raises `SourceError`: `refused-url`, `unreachable-repository`, `authentication-failed`, `deadline`.
        """
        parsed = parse_git_url(url, self._protocols)
        self._mirror(parsed).fetch(parsed, self._credentials_for(url))

    def is_fetched(self, url: str) -> bool:
        """Whether a complete mirror exists, from this run or an earlier one."""
        return self._mirror(parse_git_url(url, self._protocols)).is_complete()

    def resolve(self, url: str, revision: str) -> str:
        """The full id of the commit that `revision` (`targetRevision`) means in the mirror as it is now.

        Raises `SourceError`: `unknown-revision` if the repository has none such,
        `unreachable-repository` if it was never fetched.
        """
        return self._mirror(parse_git_url(url, self._protocols)).resolve(check_revision(revision))

    def tree(self, url: str, commit: str) -> GitTree:
        """The files of a commit, which `resolve` gave."""
        return self._mirror(parse_git_url(url, self._protocols)).tree(check_revision(commit))

    def references(self, url: str) -> References:
        """All branches and tags of the mirror as it is now."""
        return self._mirror(parse_git_url(url, self._protocols)).references()

    def close(self) -> None:
        """Ends the reading processes."""
        with self._lock:
            for mirror in self._mirrors.values():
                mirror.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _mirror(self, url: GitUrl) -> "_Mirror":
        name = hashlib.sha256(url.address.encode()).hexdigest()[:40]
        with self._lock:
            if name not in self._mirrors:
                self._mirrors[name] = _Mirror(self._cache / f"{name}.git", url.display, self._deadline)
            return self._mirrors[name]


def _no_credentials(_url: str) -> Credentials | None:
    return None


class _Mirror:
    """One bare repository in the cache."""

    def __init__(self, path: Path, display: str, deadline: float) -> None:
        self._path = path
        self._display = display
        self._deadline = deadline
        self._lock = MirrorLock(path.with_suffix(".lock"), deadline=deadline)
        self._reader = ObjectReader(path, closed_environment(path), deadline=deadline)
        self._references: References | None = None
        self._trees: OrderedDict[str, GitTree] = OrderedDict()
        self._trees_lock = threading.Lock()

    def is_complete(self) -> bool:
        return (self._path / _COMPLETE).exists()

    def fetch(self, url: GitUrl, credentials: Credentials | None) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        secrets = (*(credentials.secrets if credentials else ()), url.password)
        with self._lock.held():
            clear_access(self._path)
            with git_access(url, credentials, self._path) as access:
                try:
                    self._fetch_or_repair(url, access)
                except GitFailure as failure:
                    explain_remote_failure(self._display, failure, secrets)
            self._references = self._read_references()

    def _fetch_or_repair(self, url: GitUrl, access: Mapping[str, str]) -> None:
        try:
            self._fetch_once(url, access)
        except GitFailure as failure:
            if not _CORRUPT.search(failure.stderr) or "remote:" in failure.stderr:
                raise
            self._discard()
            self._fetch_once(url, access)

    def resolve(self, revision: str) -> str:
        self._require_complete()
        if is_commit_id(revision) or (
            may_be_commit_id(revision) and self.references().resolve(revision) is None
        ):
            commit = self._reader.commit_id(revision)
        else:
            commit = self.references().resolve(revision)
        if commit is None:
            raise SourceError(
                f"the repository {self._display} has no branch, tag or commit {revision or 'HEAD'!r}",
                code=UNKNOWN_REVISION,
                hint="check targetRevision, or push the branch or tag",
            )
        return commit

    def references(self) -> References:
        self._require_complete()
        if self._references is None:
            self._references = self._read_references()
        return self._references

    def tree(self, commit: str) -> GitTree:
        self._require_complete()
        with self._trees_lock:
            if commit not in self._trees:
                self._trees[commit] = read_tree(
                    self._path, commit, self._display, self._reader, self._deadline
                )
                if len(self._trees) > _TREES:
                    self._trees.popitem(last=False)
            self._trees.move_to_end(commit)
            return self._trees[commit]

    def close(self) -> None:
        self._reader.close()

    def _require_complete(self) -> None:
        if not self.is_complete():
            raise SourceError(
                f"the repository {self._display} has not been fetched yet", code=UNREACHABLE_REPOSITORY
            )

    def _fetch_once(self, url: GitUrl, access: Mapping[str, str]) -> None:
        if not (self._path / "HEAD").exists():
            self._create()
        clear_leftovers(self._path)
        specs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
        try:
            self._run_fetch(url, [*specs, f"+HEAD:{_HEAD}"], access)
        except GitFailure as failure:
            if "remote ref HEAD" not in failure.stderr:
                raise
            # The remote's HEAD names a branch that does not exist (yet): an empty repository is a known one.
            self._run_fetch(url, specs, access)
            with suppress(GitFailure):
                self._git(["update-ref", "-d", _HEAD])
        (self._path / _COMPLETE).touch()
        if len(list((self._path / "objects" / "pack").glob("*.pack"))) > _PACKS:
            with suppress(GitFailure, SourceError):
                self._git(["-c", "gc.auto=1", "-c", "gc.autoDetach=false", "gc", "--auto", "--quiet"])

    def _run_fetch(self, url: GitUrl, specs: list[str], access: Mapping[str, str]) -> None:
        options = ["--prune", "--force", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
        self._git(
            ["fetch", *options, "--no-auto-maintenance", "--progress", "--", url.address, *specs], access
        )

    def _git(self, arguments: list[str], access: Mapping[str, str] | None = None) -> bytes:
        return run_git(
            arguments,
            self._path,
            closed_environment(self._path, access),
            deadline=self._deadline,
            started=self._lock.note_process,
        )

    def _create(self) -> None:
        """Beside the mirror's place, then moved there: a mirror exists whole or not at all."""
        shutil.rmtree(self._path, ignore_errors=True)
        for leftover in self._path.parent.glob(f"{self._path.stem}-*.new"):
            shutil.rmtree(leftover, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix=f"{self._path.stem}-", suffix=".new", dir=self._path.parent))
        for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
            (new / folder).mkdir(parents=True)
        (new / "HEAD").write_text("ref: refs/heads/main\n")
        (new / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        (new / "description").write_text(f"{self._display}\n")
        new.rename(self._path)

    def _discard(self) -> None:
        """A damaged mirror is made anew: everything in it can be fetched again."""
        self._reader.close()
        with self._trees_lock:
            self._trees.clear()
        shutil.rmtree(self._path, ignore_errors=True)

    def _read_references(self) -> References:
        return read_references(self._path, self._deadline, head=_HEAD)


def read_references(git_dir: Path, deadline: float, *, head: str = "HEAD") -> References:
    """Branches and tags of a local repository, tags peeled to commits."""
    pattern = "%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)"
    names = ["refs/heads", "refs/tags", *([head] if head != "HEAD" else [])]
    environment = closed_environment(git_dir)
    output = run_git(["for-each-ref", f"--format={pattern}", *names], git_dir, environment, deadline=deadline)
    found: dict[str, str] = {}
    for line in output.decode("utf-8", "surrogateescape").splitlines():
        name, kind, object_id, peeled_kind, peeled = line.split("\0")
        if "commit" in (kind, peeled_kind):
            found[name] = object_id if kind == "commit" else peeled
    if head == "HEAD":
        with suppress(GitFailure):
            found[head] = (
                run_git(
                    ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"],
                    git_dir,
                    environment,
                    deadline=deadline,
                )
                .decode()
                .strip()
            )
    return References(
        head=found.get(head, ""),
        branches=_below(found, "refs/heads/"),
        tags=_below(found, "refs/tags/"),
    )


def read_tree(git_dir: Path, commit: str, display: str, reader: ObjectReader, deadline: float) -> GitTree:
    """The files of a commit of a local repository. Raises `SourceError` (`unknown-revision`)."""
    full = reader.commit_id(commit) if may_be_commit_id(commit) else None
    if full is None:
        raise SourceError(f"the repository {display} has no commit {commit!r}", code=UNKNOWN_REVISION)
    try:
        listing = run_git(
            ["ls-tree", "-r", "-t", "-z", "--full-tree", full],
            git_dir,
            closed_environment(git_dir),
            deadline=deadline,
        )
    except GitFailure as failure:
        raise SourceError(
            f"the repository {display} could not be read at {full}: {failure.stderr.strip()}",
            code=UNREACHABLE_REPOSITORY,
        ) from failure
    root_id = reader.read(full).split(b"\n", 1)[0].removeprefix(b"tree ").decode()
    return GitTree(f"{display} at {full[:12]}", full, root_id, parse_tree_listing(listing), reader)


def _below(found: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): commit for name, commit in found.items() if name.startswith(prefix)}
