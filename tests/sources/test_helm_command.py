"""Programs that do what helm never should. (tests/e2e compares the real ones with the library.)"""

import os
from pathlib import Path

import pytest

from argosy.sources.errors import RENDER_FAILED, TOOL_MISSING
from argosy.sources.rendering import Renderer

from .conftest import Checkout, Origin, config_map, failure

_CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n",
    "chart/templates/a.yaml": config_map("a"),
}


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder.mkdir()
    (folder / "helm").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "helm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("script", "code", "told"),
    [
        ("echo 'Client: v2.17.0+ga690bad'", TOOL_MISSING, "neither version 3 nor 4"),
        ("[ $1 = version ] && echo v4.0.0 || echo 'kind: A'", RENDER_FAILED, "which files"),
        ("[ $1 = version ] && echo v4.0.0 || kill -9 $$", RENDER_FAILED, "status -9"),
    ],
    ids=["Helm 2", "nothing says where from", "killed"],
)
def test_a_program_that_does_not_do_as_helm_does_is_no_empty_answer(
    script: str,
    code: str,
    told: str,
    origin: Origin,
    checkout: Checkout,
    renderer: Renderer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    origin.commit(_CHART)
    renderer._helm._library = ""
    stand_in(tmp_path / "bin", monkeypatch, script)
    error = failure(renderer, checkout.request("chart"))
    assert error.code == code and told in error.message
