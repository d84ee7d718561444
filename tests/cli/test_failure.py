"""What the command line makes of errors that leave a command."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from argosy.cli.failure import reporting_failures
from argosy.schemas.finding import ArgosyError


def lost(message: str) -> ArgosyError:
    return ArgosyError(message, code="unreachable-cluster")


def command_that_raises(error: Exception) -> Callable[[], None]:
    @click.group(invoke_without_command=True)
    def group() -> None:
        raise error

    run = reporting_failures(group)
    return lambda: run([], standalone_mode=False)


def test_errors_of_tasks_that_failed_together_are_told_once_each(capsys: pytest.CaptureFixture[str]) -> None:
    away = "cluster m does not answer"
    other = ArgosyError("no such context", hint="name one", code="invalid-kubeconfig")
    inner = ExceptionGroup("tasks", [lost(away), other])
    with pytest.raises(SystemExit) as ended:
        command_that_raises(ExceptionGroup("more tasks", [lost(away), inner]))()
    assert ended.value.code == 3
    assert capsys.readouterr().err == (
        f"argosy: error: {away} [unreachable-cluster]\n"
        "argosy: error: no such context [invalid-kubeconfig]\n  hint: name one\n"
    )


def test_a_fault_of_our_own_is_not_hidden_among_them() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        command_that_raises(ExceptionGroup("tasks", [lost("away"), KeyError("ours")]))()
    assert raised.group_contains(KeyError)


def test_output_that_finds_no_room_is_said() -> None:
    argosy = str(Path(sys.executable).with_name("argosy"))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [argosy, "explain"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert done.stderr.startswith("argosy: error: the output cannot be written: no space left on device")
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


def test_a_device_is_no_file_to_validate() -> None:
    argosy = str(Path(sys.executable).with_name("argosy"))
    done = subprocess.run([argosy, "validate", "/dev/zero"], capture_output=True, text=True, check=False)
    assert (done.returncode, "a device, and no file" in done.stderr) == (3, True)
