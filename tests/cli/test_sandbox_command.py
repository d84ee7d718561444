"""`argosy sandbox up` as a process of its own."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest


@contextmanager
def sandbox(folder: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "argosy", "sandbox", "up", "--kubeconfig", str(folder / "kubeconfig")]
    process = subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 30
        while not (folder / "kubeconfig").exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "the sandbox did not come up"
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.communicate()


def refused(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "argosy", "sandbox", "up", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_says_what_to_type_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with sandbox(tmp_path, "--clusters", "management,dev") as process:
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert errors == ""
    assert output.splitlines() == [
        "management, dev: embedded clusters on 127.0.0.1, until Ctrl-C. Try:",
        f"  export KUBECONFIG={tmp_path / 'kubeconfig'}",
        "  kubectl --context management get namespaces",
    ]
    assert list(tmp_path.iterdir()) == []


def test_up_takes_ports_one_after_the_other(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with sandbox(tmp_path, "--clusters", "one,two", "--port", str(port)):
        config = json.loads((tmp_path / "kubeconfig").read_text())
        ports = [urlsplit(item["cluster"]["server"]).port for item in config["clusters"]]
    assert ports == [port, port + 1]


def test_up_refuses_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = refused("--kubeconfig", str(tmp_path / "kubeconfig"), "--port", str(port))
    assert ran.returncode == 3
    assert ran.stderr.startswith(f"argosy: error: the sandbox cannot start: port {port} on 127.0.0.1: ")


def test_up_refuses_to_write_over_a_kubeconfig_of_somebody_else(tmp_path: Path) -> None:
    mine = tmp_path / "config"
    mine.write_text("mine")
    ran = refused("--kubeconfig", str(mine))
    assert ran.returncode == 3
    assert "left alone" in ran.stderr
    assert "--kubeconfig" in ran.stderr
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--ready-after", "soon"), "not a duration: 'soon' (write 90s, 1m30s or 500ms)"),
        (("--clusters", "dev,dev"), "name each cluster once"),
        (("--clusters", ","), "name each cluster once"),
        (("--port", "70000"), "70000 is not in the range"),
    ],
)
def test_up_refuses_options_that_make_no_sense(options: tuple[str, ...], message: str) -> None:
    ran = refused(*options)
    assert ran.returncode == 2
    assert message in ran.stderr
