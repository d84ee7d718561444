"""The hook `argosy-validate` with the real pre-commit, in repositories that the tests make."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
BIN = Path(sys.executable).parent

APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: NAME}
spec:
  project: default
  source: {repoURL: https://git.example.com/org/repo.git, targetRevision: main, path: apps/NAME}
  destination: {server: https://kubernetes.default.svc, namespace: NAME}
"""

DIRECTORIES = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - git:
      repoURL: https://git.example.com/org/repo.git
      revision: main
      files: [{path: apps/*/config.yaml}]
  template:
    metadata: {name: '{{.name}}'}
    spec:
      project: default
      source:
        repoURL: https://git.example.com/org/repo.git
        targetRevision: main
        path: '{{.path.path}}'
      destination: {server: https://kubernetes.default.svc, namespace: '{{.name}}'}
"""


@pytest.fixture
def repository(tmp_path: Path, repositories: Any) -> Path:
    """A repository that is in order, with the hook installed."""
    content = tmp_path / "content"
    write(content, "apps/web/config.yaml", "name: web\n")
    write(content, "set.yaml", DIRECTORIES)
    made: Path = repositories.make(tmp_path / "repo", content, "https://git.example.com/org/repo.git")
    # The hook as it is offered, but `language: system`, since nothing may be installed from the network here.
    local = {**yaml.safe_load(HOOKS.read_text())[0], "language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    write(made, ".pre-commit-config.yaml", yaml.safe_dump(config))
    repositories.git(made, "add", ".pre-commit-config.yaml")
    repositories.git(made, "commit", "-q", "-m", "hook")
    run(made, str(BIN / "pre-commit"), "install")
    return made


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run(repository: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command with our `argosy` on PATH and nothing of an outer git or pre-commit."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {
        **inherited,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(repository.parent / "pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "case",
        "GIT_AUTHOR_EMAIL": "case@example.com",
        "GIT_COMMITTER_NAME": "case",
        "GIT_COMMITTER_EMAIL": "case@example.com",
    }
    return subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False
    )


def commit(repository: Path, *paths: str) -> subprocess.CompletedProcess[str]:
    """Stages paths and commits them through the hook."""
    run(repository, "git", "add", *paths)
    return run(repository, "git", "commit", "-m", "change")


def test_the_hook_lets_a_good_commit_pass(repository: Path) -> None:
    write(repository, "web.yaml", APPLICATION.replace("NAME", "web"))
    write(repository, "apps/web/config.yaml", "name: shop\n")
    done = commit(repository, "web.yaml", "apps")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_refuses_a_commit_with_a_finding_at_its_line(repository: Path) -> None:
    write(repository, "api.yaml", APPLICATION.replace("NAME", "api"))
    done = commit(repository, "api.yaml")
    assert done.returncode != 0
    assert "api.yaml:6:" in done.stderr + done.stdout
    assert "has no folder `apps/api`" in done.stderr + done.stdout


def test_the_hook_reads_the_index_and_not_the_work_tree(repository: Path) -> None:
    write(repository, "apps/api/config.yaml", "name: other\n")
    write(repository, "api.yaml", APPLICATION.replace("NAME", "api"))
    assert commit(repository, "api.yaml").returncode != 0, "apps/api is not staged"
    assert commit(repository, "api.yaml", "apps").returncode == 0


def test_lines_are_shown_as_they_are_staged_from_every_folder(repository: Path) -> None:
    write(repository, "api.yaml", APPLICATION.replace("NAME", "api"))
    run(repository, "git", "add", "api.yaml")
    write(repository, "api.yaml", "# not staged\n" * 20)
    done = run(repository / "apps", "argosy", "validate", "--staged")
    place, line, mark, *_ = done.stdout.splitlines()
    assert place.startswith("api.yaml:6:")
    assert line.endswith("targetRevision: main, path: apps/api}")
    assert mark.strip("| ") == "^~~~~~~~"


def test_the_hook_checks_sets_that_a_data_file_affects(repository: Path) -> None:
    write(repository, "apps/api/config.yaml", "nmae: api\n")
    done = commit(repository, "apps/api/config.yaml")
    assert done.returncode != 0
    assert "did you mean `nmae`?" in done.stdout + done.stderr


def test_the_hook_checks_applications_that_read_a_changed_file_elsewhere(repository: Path) -> None:
    old = APPLICATION.replace("spec:", "spec:\n  proyect: default").replace("NAME", "old")
    write(repository, "old.yaml", old)
    write(repository, "apps/old/kustomization.yaml", "resources: [../base]\n")
    write(repository, "real/kustomization.yaml", "resources: []\n")
    (repository / "apps/base").symlink_to("../real")
    run(repository, "git", "add", ".")
    assert run(repository, "git", "commit", "--no-verify", "-m", "old mistake").returncode == 0
    write(repository, "README.md", "read me\n")
    assert commit(repository, "README.md").returncode == 0
    write(repository, "real/kustomization.yaml", "resources: []\nnamePrefix: a-\n")
    done = commit(repository, "real")
    assert done.returncode != 0
    assert "old.yaml:5:3: error: unknown field `proyect`" in done.stdout + done.stderr


def test_the_hook_refuses_a_commit_that_only_deletes_what_is_needed(repository: Path) -> None:
    page = APPLICATION.replace("path: apps/NAME", "path: apps/web").replace("NAME", "page")
    write(repository, "page.yaml", page)
    assert commit(repository, "page.yaml").returncode == 0
    run(repository, "git", "rm", "-r", "-q", "apps/web")
    done = run(repository, "git", "commit", "-m", "no files that pre-commit would hand over")
    assert done.returncode != 0
    assert "page.yaml:6:" in done.stdout + done.stderr


def test_the_hook_refuses_to_delete_a_folder_that_a_data_file_names(repository: Path) -> None:
    write(repository, "apps/web/config.yaml", "name: web\nfolder: real\n")
    write(repository, "set.yaml", DIRECTORIES.replace(".path.path", ".folder"))
    write(repository, "real/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n")
    assert commit(repository, ".").returncode == 0
    run(repository, "git", "rm", "-r", "-q", "real")
    done = run(repository, "git", "commit", "-m", "no data file is changed")
    assert done.returncode != 0
    assert "apps/web/config.yaml:2:1: error: Application `web`" in done.stdout + done.stderr


def test_the_hook_looks_at_files_that_are_no_yaml(repository: Path) -> None:
    page = APPLICATION.replace("path: apps/NAME", "path: apps/web").replace("NAME", "page")
    write(repository, "page.yaml", page.replace("spec:", "spec:\n  proyect: default"))
    run(repository, "git", "add", ".")
    assert run(repository, "git", "commit", "--no-verify", "-m", "old mistake").returncode == 0
    write(repository, "apps/web/notes.txt", "text\n")
    done = commit(repository, "apps")
    assert done.returncode != 0
    assert "page.yaml:5:3: error: unknown field `proyect`" in done.stdout + done.stderr


def test_the_hook_passes_over_old_mistakes_that_the_change_cannot_affect(repository: Path) -> None:
    write(repository, "old.yaml", APPLICATION.replace("NAME", "gone"))
    run(repository, "git", "add", "old.yaml")
    assert run(repository, "git", "commit", "--no-verify", "-m", "old mistake").returncode == 0
    write(repository, "README.md", "read me\n")
    page = APPLICATION.replace("path: apps/NAME", "path: apps/web").replace("NAME", "page")
    write(repository, "page.yaml", page)
    done = commit(repository, "page.yaml", "README.md")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hooks_file_offers_what_pre_commit_wants() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text())}
    hook = hooks["argosy-validate"]
    assert (hook["id"], hook["entry"], hook["language"]) == (
        "argosy-validate",
        "argosy validate --staged",
        "python",
    )
    assert hook["pass_filenames"] is False
    done = subprocess.run(
        [BIN / "pre-commit", "validate-manifest", HOOKS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
