"""The one place that starts git: a closed environment, a deadline, the whole process group ended with it.

Knows nothing of mirrors, revisions or trees. GitPython's command wrapper is imported with the first call.
"""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from argosy.schemas.user_info import without_user_info
from argosy.sources.errors import (
    AUTHENTICATION_FAILED,
    DEADLINE,
    TOOL_MISSING,
    UNREACHABLE_REPOSITORY,
    SourceError,
)

__all__ = ["GitFailure", "closed_environment", "explain_remote_failure", "run_git", "start_git", "stop_git"]

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.recurseSubmodules=no",
    "submodule.recurse=false",
    "http.lowSpeedLimit=100",
    "http.lowSpeedTime=60",
    "advice.detachedHead=false",
    "color.ui=false",
)

_AUTHENTICATION = re.compile(
    r"Authentication failed|could not read (Username|Password)|Permission denied|terminal prompts disabled"
    r"|returned error: 40[13]|Host key verification failed|Invalid username or (password|token)"
    r"|HTTP Basic: Access denied",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"^(remote: (Enumerating|Counting|Compressing|Total)|Receiving|Resolving|From |warning: redirect)"
)

_DURATION = re.compile(r" after \d+ ms\b")
"""The same failure is told in the same words each time: they stand in a status."""


class GitFailure(Exception):  # noqa: N818 - an outcome to be explained, not yet an error
    """git ended with an exit status other than zero. Stays inside this component."""

    def __init__(self, status: int, stderr: str) -> None:
        super().__init__(stderr)
        self.status = status
        self.stderr = stderr


def closed_environment(git_dir: Path, extra: Mapping[str, str | None] | None = None) -> dict[str, str | None]:
    """What is laid over the inherited environment; None takes a variable away.

    Nothing of the caller's (a hook's `GIT_DIR`, configuration by environment, tracing) may reach a git that
    works on `git_dir`.
    """
    return {**_CLOSED, "GIT_DIR": str(git_dir), **(extra or {})}


_CLOSED: Mapping[str, str | None] = {
    **dict.fromkeys(
        (
            "GIT_ALTERNATE_OBJECT_DIRECTORIES",
            "GIT_COMMON_DIR",
            "GIT_CONFIG",
            "GIT_CONFIG_PARAMETERS",
            "GIT_GRAFT_FILE",
            "GIT_INDEX_FILE",
            "GIT_NAMESPACE",
            "GIT_OBJECT_DIRECTORY",
            "GIT_PREFIX",
            "GIT_PROXY_COMMAND",
            "GIT_QUARANTINE_PATH",
            "GIT_REDIRECT_STDERR",
            "GIT_SHALLOW_FILE",
            "GIT_SSH",
            "GIT_TRACE",
            "GIT_TRACE_CURL",
            "GIT_TRACE_PACKET",
            "GIT_CURL_VERBOSE",
            "GIT_WORK_TREE",
        )
    ),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}


def start_git(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str | None]
) -> subprocess.Popen[bytes]:
    """Starts git with pipes, in a process group of its own. The caller ends it with `stop_git`."""
    git = _library()
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    try:
        handle: Any = git.Git(str(folder)).execute(
            [*_without_inherited(environment), git.Git.GIT_PYTHON_GIT_EXECUTABLE, *settings, *arguments],
            as_process=True,
            istream=subprocess.PIPE,
            env={name: value for name, value in environment.items() if value is not None},
            start_new_session=True,
        )
    except git.exc.GitCommandNotFound as error:
        raise _missing() from error
    process: subprocess.Popen[bytes] = handle.proc
    handle.proc = None  # else the wrapper's destructor would end the process behind our back
    return process


def _without_inherited(environment: Mapping[str, str | None]) -> list[str]:
    """GitPython passes this process's environment on: what must not reach git is taken away by env(1)."""
    present = [name for name, value in environment.items() if value is None and name in os.environ]
    return ["env", *(part for name in present for part in ("-u", name))] if present else []


def run_git(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str | None],
    *,
    deadline: float,
    standard_input: bytes | None = None,
    started: Callable[[int], None] | None = None,
) -> bytes:
    """What git prints. Raises `GitFailure` if it fails, `SourceError` (`deadline`) after `deadline` seconds.

    `started` is told the process group as soon as there is one.
    """
    process = start_git(arguments, folder, environment)
    try:
        if started is not None:
            started(process.pid)
        output, errors = process.communicate(standard_input, timeout=deadline)
    except subprocess.TimeoutExpired:
        raise SourceError(
            f"git {arguments[0]} did not end within {deadline:g} seconds and was stopped", code=DEADLINE
        ) from None
    finally:
        stop_git(process)
    if process.returncode != 0:
        raise GitFailure(process.returncode, errors.decode("utf-8", "replace"))
    return output


def stop_git(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and everything that it started, and collects it."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def explain_remote_failure(url: str, failure: GitFailure, secrets: Iterable[str] = ()) -> NoReturn:
    """Raises the `SourceError` for a failed call to a remote: refused by it, or not reachable."""
    reason = _reason(failure.stderr, secrets)
    if _AUTHENTICATION.search(failure.stderr):
        raise SourceError(
            f"the repository {url} refused the credentials, or wants some: {reason}",
            code=AUTHENTICATION_FAILED,
            hint="check the repository Secret (label argocd.argoproj.io/secret-type) whose url matches; "
            "without one, git asks its own credential helpers",
        ) from None
    raise SourceError(
        f"the repository {url} could not be asked: {reason}",
        code=UNREACHABLE_REPOSITORY,
        hint="check the URL, the server and the network between",
    ) from None


def _reason(stderr: str, secrets: Iterable[str]) -> str:
    lines = [line.strip() for line in re.split(r"[\r\n]+", stderr) if line.strip()]
    telling = [line for line in lines if not _NOISE.match(line)]
    fatal = [line for line in telling if line.startswith(("fatal:", "error:", "remote:", "ssh:"))] or telling[
        -3:
    ]
    text = _DURATION.sub("", without_user_info("; ".join(dict.fromkeys(fatal))))[:500]
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text or "git gave no reason"


def _library() -> Any:
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    import git  # GitPython runs a process when it is imported: only when a repository is touched

    if git.Git.GIT_PYTHON_GIT_EXECUTABLE is None:
        raise _missing()
    return git


def _missing() -> SourceError:
    return SourceError(
        "the program git was not found", code=TOOL_MISSING, hint="install git, version 2.31 or newer"
    )
