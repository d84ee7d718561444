"""`argosy compile` against what Argo CD 3.6 itself answered: one folder a case in `fixtures/applicationsets`.

    appset.yaml      the ApplicationSet
    clusters.yaml    Secrets and other objects
    repo/            the tip of main of https://git.example.com/org/repo.git
    refs/NN-tag-X/   earlier commits, in order, tagged or branched
    plugin.json, scm.json, pulls.json   what the outside service answers
    options.json     switches of the controller
    expected.json    the Applications; for an error also `error` and `phase`

An absent field equals an empty string, false, 0, null or an empty list (Go's omitempty); `{}` is kept apart.
A case with an error wants an exit status other than zero; the error's text is ours.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from argosy.cli.compile_command import command

CASES = Path(__file__).parent.parent / "fixtures" / "applicationsets"
REPOSITORY = "https://git.example.com/org/repo.git"

DIFFERENCES = {
    "matrix-list-values-and-cluster-values-go": "Argo CD panics where both children set `values`; ours merge",
}
"""Cases in which we differ on purpose, each with its reason."""


def arguments(case: Path, folder: Path, repositories: Any) -> list[str]:
    """The command line of a case."""
    options = json.loads((case / "options.json").read_text()) if (case / "options.json").exists() else {}
    found = [str(case / "appset.yaml"), "-o", "json", "--namespace", options.get("namespace", "argocd")]
    if (case / "clusters.yaml").exists():
        found += ["--clusters", str(case / "clusters.yaml")]
    if (case / "repo").is_dir():
        found += ["--repo", f"{REPOSITORY}={make_repository(case, folder / 'repo', repositories)}"]
    for kind in ("plugin", "scm", "pulls"):
        if (case / f"{kind}.json").exists():
            found += ["--answers", f"{kind}={case / f'{kind}.json'}"]
    for option in ("new_git_file_globbing", "include_hidden_directories", "strict_destinations"):
        if options.get(option):
            found.append(f"--{option.replace('_', '-')}=true")
    return found


def make_repository(case: Path, folder: Path, repositories: Any) -> Path:
    """The case's repository: its earlier commits with their tags and branches, then the tip of main."""
    folder.mkdir()
    repositories.git(folder, "init", "-q", "-b", "main")
    refs = sorted((case / "refs").iterdir()) if (case / "refs").is_dir() else []
    for ref in refs:
        _, kind, name = ref.name.split("-", 2)
        repositories.commit(folder, ref, ref.name)
        repositories.git(folder, kind, name)
    repositories.commit(folder, case / "repo", "tip")
    return folder


def tidy(value: object) -> object:
    """The value without what Go leaves out."""
    if isinstance(value, dict):
        tidied = {key: tidy(item) for key, item in value.items()}
        return {key: item for key, item in tidied.items() if isinstance(item, dict) or item}
    if isinstance(value, list):
        return [tidy(item) for item in value]
    return value


def canonical(applications: Sequence[dict[str, object]]) -> list[str]:
    """The Applications, tidied, in an order of their own."""
    for application in applications:
        metadata = application["metadata"]
        assert isinstance(metadata, dict)
        for field in ("labels", "annotations"):
            if not metadata.get(field):
                metadata.pop(field, None)
    return sorted(json.dumps(tidy(each), sort_keys=True) for each in applications)


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: str(case.name))
def test_compile_answers_as_argo_cd(case: Path, tmp_path: Path, repositories: Any) -> None:
    expected = json.loads((case / "expected.json").read_text())
    if expected.get("nondeterministic"):
        pytest.skip("Argo CD's own answer varies here")
    result = CliRunner().invoke(command, arguments(case, tmp_path, repositories))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    if case.name in DIFFERENCES:
        assert result.exit_code == 0, result.output
        return
    if "error" in expected:
        assert result.exit_code != 0
        assert result.stderr
        return
    assert result.exit_code == 0, result.stderr
    found = canonical(json.loads(result.stdout))
    wanted = [
        canonical(expected[key]) for key in ("applications", "generated") if expected.get(key) is not None
    ]
    assert found in wanted
