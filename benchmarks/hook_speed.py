"""How much longer a commit takes with the hook `argosy-validate` than with an empty one.

`python benchmarks/hook_speed.py`: the real `pre-commit` in a repository of 200 sets and 1,000 files, once
with a hook that does nothing and once with ours; the two commit the same changes in turn. Exit status 1 where
ours takes a second more, or does not refuse a commit with a finding.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from repositories import teams

BAR = 1.0
ROUNDS = 5
TEAMS = 200
BIN = Path(sys.executable).parent
# As on a user's machine, compiled modules are kept.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)
for _role in ("AUTHOR", "COMMITTER"):
    ENVIRONMENT |= {f"GIT_{_role}_NAME": "bench", f"GIT_{_role}_EMAIL": "bench@example.com"}


def main() -> None:
    """Prints the median and the worst of what our hook adds, for each kind of change."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**ENVIRONMENT, "PRE_COMMIT_HOME": f"{folder}/pre-commit"}
        repositories = {
            name: _with_hook(teams(Path(folder) / name, TEAMS), entry, environment)
            for name, entry in (("empty", "true"), ("argosy", "argosy validate --staged"))
        }
        kept = [
            _measured(what, file, text, repositories, environment)
            for what, file, text in (
                ("a set changes", "sets/team-007.yaml", "# round {round}\n"),
                ("a data file changes", "teams/team-007/team-007-api/config.yaml", "# round {round}\n"),
                ("a new manifest", "teams/team-007/team-007-api/manifests/{round}.yaml", SERVICE),
            )
        ]
        data = "teams/team-009/team-009-api/config.yaml"
        refused = not _commit(repositories["argosy"], data, "name: api\n", environment, replace=True)
    print(f"a data file without a value that its set needs is {'refused' if refused else 'NOT refused'}")
    sys.exit(not (all(kept) and refused))


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {{name: s{round}}}\nspec: {{ports: [{{port: 80}}]}}\n"


def _with_hook(repository: Path, entry: str, environment: Mapping[str, str]) -> Path:
    # As the file of the hooks says, but for `language`: nothing is to be installed here.
    (repository / ".pre-commit-config.yaml").write_text(
        "repos: [{repo: local, hooks: [{id: hook, name: hook, language: system, types_or: [yaml, json], "
        f"pass_filenames: false, entry: '{entry}'}}]}}]\n"
    )
    for command in (
        ["git", "add", ".pre-commit-config.yaml"],
        ["git", "commit", "--quiet", "--message=hook"],
        [str(BIN / "pre-commit"), "install"],
    ):
        subprocess.run(command, cwd=repository, env=environment, check=True, capture_output=True)
    return repository


def _measured(
    what: str, file: str, text: str, repositories: Mapping[str, Path], environment: Mapping[str, str]
) -> bool:
    times: dict[str, list[float]] = {name: [] for name in repositories}
    for number in range(ROUNDS + 1):
        for name, repository in repositories.items():
            start = time.perf_counter()
            where = file.format(round=number)
            if not _commit(repository, where, text.format(round=number), environment):
                sys.exit(f"{name} refused a commit that is in order ({what})")
            times[name].append(time.perf_counter() - start)
    # The first commit wrote the bytecode.
    empty, ours = (median(times[name][1:]) for name in ("empty", "argosy"))
    print(
        f"{what:<20} {ours:.2f} s, {ours - empty:.2f} s more (bar {BAR:g}) than the {empty:.2f} s "
        f"of an empty hook; {ours / empty:.1f} times"
    )
    return ours - empty <= BAR


def _commit(
    repository: Path, file: str, text: str, environment: Mapping[str, str], *, replace: bool = False
) -> bool:
    place = repository / file
    before = "" if replace or not place.exists() else place.read_text()
    place.write_text(before + text)
    subprocess.run(["git", "add", file], cwd=repository, env=environment, check=True)
    command = ["git", "commit", "--quiet", "--message=change"]
    done = subprocess.run(command, cwd=repository, env=environment, check=False, capture_output=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
