"""Every command of ours in `examples/ci` runs as it stands there, in a repository with a change."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

EXAMPLES = Path(__file__).parents[2] / "examples" / "ci"
BIN = Path(sys.executable).parent
APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example.com/org/repo.git, targetRevision: main, path: apps/web}
  destination: {server: https://kubernetes.default.svc, namespace: web}
"""


def steps(document: Any) -> list[str]:
    """The shell lines of a workflow or pipeline that call argosy."""
    if isinstance(document, dict):
        lines = [document["run"]] if isinstance(document.get("run"), str) else []
        lines += [line for line in document.get("script", ()) if isinstance(line, str)]
        return lines + [line for value in document.values() for line in steps(value)]
    return [line for value in document for line in steps(value)] if isinstance(document, list) else []


def commands() -> list[str]:
    files = [file for file in EXAMPLES.rglob("*") if file.suffix in (".yml", ".yaml")]
    found = [line for file in files for line in steps(yaml.safe_load(file.read_text()))]
    return [line for line in found if line.startswith("argosy ")]


def test_the_examples_call_argosy() -> None:
    assert len(commands()) == 4


@pytest.mark.parametrize("command", commands())
def test_a_command_of_an_example_runs(command: str, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(clone), *identity, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(value: str) -> str:
        (clone / "apps" / "web").mkdir(parents=True, exist_ok=True)
        (clone / "web.yaml").write_text(APPLICATION)
        text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\ndata: {{value: '{value}'}}\n"
        (clone / "apps" / "web" / "config.yaml").write_text(text)
        git("add", "--all")
        git("commit", "--quiet", "--message", value)
        return git("rev-parse", "HEAD")

    git("init", "--quiet", "--initial-branch=main")
    git("remote", "add", "origin", "https://git.example.com/org/repo.git")
    first = commit("1")
    git("update-ref", "refs/remotes/origin/main", first)
    commit("2")
    summary = tmp_path / "summary.md"
    environment = {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "BASE": "origin/main",
        "GITHUB_STEP_SUMMARY": str(summary),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": first,
    }
    done = subprocess.run(
        ["sh", "-c", command], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if "argosy diff" in command:
        written = summary if "GITHUB" in command else clone / "difference.md"
        assert "| changed | `Application web`" in written.read_text()
