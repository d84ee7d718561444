"""Who holds a Lease, and who is surely gone: decided by real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from argosy.cli.holder import identity, is_gone

TELL = "from argosy.cli.holder import identity; print(identity(), flush=True); input()"


@contextmanager
def holder() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process, and its identity."""
    process = subprocess.Popen(
        [sys.executable, "-c", TELL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


def test_a_process_that_runs_is_not_gone() -> None:
    assert not is_gone(identity())
    with holder() as (_, name):
        assert not is_gone(name)


def test_a_killed_process_is_gone_even_before_its_parent_has_noticed() -> None:
    with holder() as (process, name):
        process.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and still in the table
        assert is_gone(name)
        process.wait()
        assert is_gone(name)


def test_a_successor_with_the_same_process_id_does_not_hide_that_a_process_is_gone() -> None:
    host, number, start, table = identity().rsplit("-", 3)
    assert is_gone(f"{host}-{number}-{int(start) - 1}-{table}")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("{host}-999999999-1-0badcafe", id="of another machine or container"),
        pytest.param("{host}-999999999-0badcafe", id="of an earlier version"),
        pytest.param("argocd-application-controller", id="of somebody else"),
        pytest.param("", id="of nobody"),
    ],
)
def test_of_a_holder_that_cannot_be_seen_nothing_is_known(name: str) -> None:
    host = identity().rsplit("-", 3)[0]
    assert not is_gone(name.format(host=host))
