"""`argosy status` and `sync` where there is nothing to show or to sync, on a sandbox cluster over HTTPS."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_sandbox import served


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with served(tmp_path_factory.mktemp("sandbox"), "--clusters", "asked,synced") as (file, _):
        yield file


def argosy(kubeconfig: Path, command: str, context: str) -> "subprocess.CompletedProcess[str]":
    where = ["--kubeconfig", str(kubeconfig), "--context", context]
    return subprocess.run(
        [sys.executable, "-m", "argosy", command, *where], capture_output=True, text=True, timeout=120
    )


def test_status_says_that_definitions_are_missing_and_what_installs_them(kubeconfig: Path) -> None:
    done = argosy(kubeconfig, "status", "asked")
    assert (done.returncode, done.stdout) == (3, "")
    assert "Argosy is not installed there" in done.stderr
    assert "argosy bootstrap ROOT.yaml" in done.stderr


def test_status_names_the_context_that_does_not_exist(kubeconfig: Path) -> None:
    done = argosy(kubeconfig, "status", "nowhere")
    assert (done.returncode, done.stdout) == (3, "")
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_sync_ends_at_once_where_nothing_can_be_synced(kubeconfig: Path) -> None:
    done = argosy(kubeconfig, "sync", "synced")
    assert (done.returncode, done.stdout) == (3, "")
    assert "there is no Application and no ApplicationSet in namespace argocd" in done.stderr
    assert "argosy bootstrap ROOT.yaml" in done.stderr
