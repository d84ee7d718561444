"""Repository URLs: which may be handed to git, how they are printed, which mean the same repository.

Pure: nothing here runs git or touches the network.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from argosy.schemas.user_info import without_user_info
from argosy.sources.errors import INVALID_SOURCE, REFUSED_PATH, REFUSED_URL, UNSUPPORTED_SOURCE, SourceError

__all__ = [
    "NETWORK_PROTOCOLS",
    "GitUrl",
    "Protocol",
    "check_revision",
    "clean_path",
    "normalize_url",
    "parse_git_url",
    "repository_identity",
    "source_path",
]


class Protocol(StrEnum):
    """The transports that git may be asked to use."""

    HTTP = "http"
    HTTPS = "https"
    SSH = "ssh"
    FILE = "file"


NETWORK_PROTOCOLS = frozenset({Protocol.HTTP, Protocol.HTTPS, Protocol.SSH})
"""What is allowed unless the caller says otherwise: `file` reaches whatever this process can read."""

_FROM_DISK = "; --allow-file-repositories allows repositories on this machine's disks"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_REMOTE_HELPER = re.compile(r"[A-Za-z0-9+.-]+::")
_SCP = re.compile(r"(?:(?P<user>[^@/:]+)@)?(?P<host>[^@/:\[\]]+|\[[0-9A-Fa-f:.]+\]):(?P<path>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class GitUrl:
    """A URL that may be handed to git.

    `address` is what git gets: a password is taken out of it, so that it never stands in a process list.
    """

    protocol: Protocol
    address: str
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"GitUrl({self.display!r})"

    @property
    def display(self) -> str:
        """For people: without user info."""
        return without_user_info(self.address)


def parse_git_url(url: str, allowed: frozenset[Protocol] = NETWORK_PROTOCOLS) -> GitUrl:
    """Takes `https://…`, `http://…`, `ssh://…`, `git@host:path`, and `file://…` or a path where allowed.

    Raises `SourceError` (`refused-url`) for everything else: other protocols (`ext::` would run a command),
    URLs that git would take for an option, control characters.
    """
    _refuse_unsafe(url)
    scheme = _SCHEME.match(url)
    if scheme is None:
        return _parse_bare(url, allowed)
    name = scheme.group(1).lower()
    if name == "oci":
        message = f"{url} is an OCI artifact, and those cannot be asked for yet"
        raise SourceError(message, code=UNSUPPORTED_SOURCE)
    if name not in set(Protocol):
        raise _refused(url, f"the protocol {name!r} is not supported", allowed)
    protocol = Protocol(name)
    _require_allowed(url, protocol, allowed)
    if protocol is Protocol.FILE:
        return GitUrl(protocol, url)
    return _parse_network(url, protocol)


def normalize_url(url: str) -> str:
    """The form in which Argo CD compares repository URLs (util/git, NormalizeGitURL)."""
    text = url.strip().lower()
    if "://" not in text and _SCP.fullmatch(text):
        text = "ssh://" + text.replace(":", "/", 1)
    return text.removesuffix(".git").removeprefix("ssh://")


@lru_cache(maxsize=4096)
def repository_identity(url: str) -> str:
    """`host/path` of a repository, whatever the protocol and user: what clones of it have in common."""
    text = url.strip()
    scp = None if "://" in text else _SCP.fullmatch(text)
    if scp is not None:
        host, path = scp["host"], scp["path"]
    else:
        try:
            parts = urlsplit(text)
            host, path = parts.hostname or "", parts.path or ""
        except ValueError:
            host, path = "", text
    return f"{host}/{path.strip('/')}".lower().removesuffix(".git").rstrip("/")


def check_revision(revision: str) -> str:
    """The revision itself, if git may see it; raises `SourceError` (`invalid-source`) otherwise."""
    if revision.startswith("-") or _CONTROL.search(revision) or len(revision) > 512:
        raise SourceError(
            f"the revision {revision[:80]!r} was refused: it begins with '-', is too long "
            "or holds control characters",
            code=INVALID_SOURCE,
            hint="expected a branch, a tag, a commit id, HEAD or a range of versions such as 1.2.x",
        )
    return revision


def clean_path(path: str) -> str:
    """A path inside a repository in its plain form: no leading or trailing slash, no `.`; the root is ''.

    Raises `SourceError` (`refused-path`) for a path that leaves the repository or that git could mistake.
    """
    if path.startswith("-") or _CONTROL.search(path):
        raise SourceError(
            f"the path {path!r} was refused: it begins with '-' or holds control characters",
            code=REFUSED_PATH,
        )
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                raise SourceError(
                    f"the path `{path}` leads out of the repository",
                    code=REFUSED_PATH,
                    hint="name a folder or file inside of the repository",
                )
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def source_path(path: str) -> str:
    """The path of a source in its plain form.

    Raises `SourceError` (`refused-path`) as `clean_path` does, and for one that is absolute.
    """
    if path.startswith("/"):
        inside = clean_path(path) or "."
        raise SourceError(f"the path `{path}` is absolute", code=REFUSED_PATH, hint=f"write `{inside}`")
    return clean_path(path)


def _parse_bare(url: str, allowed: frozenset[Protocol]) -> GitUrl:
    """`git@host:path`, or a path of this machine."""
    scp = _SCP.fullmatch(url)
    if scp is not None and not url.startswith((".", "/")):
        _require_allowed(url, Protocol.SSH, allowed)
        if scp["host"].startswith("-") or scp["path"].startswith("-"):
            raise _refused(url, "a part of it begins with '-'", allowed)
        return GitUrl(Protocol.SSH, url, scp["user"] or "")
    if Protocol.FILE not in allowed:
        raise _refused(url, "it is not a URL of a repository", allowed)
    return GitUrl(Protocol.FILE, str(Path(url).absolute()))


def _parse_network(url: str, protocol: Protocol) -> GitUrl:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _refused(url, f"it is not a valid URL ({error})") from error
    if not host or host.startswith("-") or (parts.username or "").startswith("-"):
        raise _refused(url, "it names no host, or its host begins with '-'")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None:
        netloc += f":{port}"
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if protocol is Protocol.SSH and username:
        netloc = f"{parts.username}@{netloc}"
    return GitUrl(protocol, urlunsplit((protocol, netloc, parts.path, parts.query, "")), username, password)


def _refuse_unsafe(url: str) -> None:
    if not url:
        raise SourceError(
            "the repository URL is empty", code=REFUSED_URL, hint="write the URL of a repository in `repoURL`"
        )
    if url.startswith("-") or _CONTROL.search(url) or url != url.strip():
        raise _refused(url, "it begins with '-', or holds blanks at an end or control characters")
    if _REMOTE_HELPER.match(url):
        raise _refused(url, "it names a remote helper, which could run any command")


def _require_allowed(url: str, protocol: Protocol, allowed: frozenset[Protocol]) -> None:
    if protocol not in allowed:
        reason = f"the protocol {protocol.value!r} is not allowed here"
        raise _refused(url, reason, allowed, _FROM_DISK if protocol is Protocol.FILE else "")


def _refused(
    url: str, reason: str, allowed: frozenset[Protocol] = NETWORK_PROTOCOLS, way_out: str = ""
) -> SourceError:
    names = ", ".join(sorted(allowed))
    return SourceError(
        f"the repository URL {without_user_info(url)[:200]!r} was refused: {reason}",
        code=REFUSED_URL,
        hint=f"expected one of the protocols {names}{way_out}",
    )
