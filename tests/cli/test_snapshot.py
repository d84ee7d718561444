"""`argosy snapshot`: what clusters and services answer now compiles to the same Applications offline."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from provider_services import TOKEN, Answer, GitHubService, GitLabService, PluginService, Pull, Repo, serving
from served_sandbox import served

from argosy.cli import compile_command, diff_command, snapshot_command, validate_command

URL = "https://git.example.com/org/repo.git"
REFERENCE = {"secretName": "token", "key": "key"}


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with served(tmp_path_factory.mktemp("sandbox"), "--clusters", "management") as (file, _):
        yield file


def kubectl(kubeconfig: Path, *arguments: str, text: str = "") -> str:
    program = str(Path(sys.executable).parent / "kubectl")
    call = [program, "--kubeconfig", str(kubeconfig), *arguments]
    done = subprocess.run(call, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def manifest(kind: str, name: str, api_version: str = "v1", **fields: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "argocd", **fields.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def applicationset(name: str, app: str, *generators: dict[str, Any]) -> dict[str, Any]:
    template = {
        "metadata": {"name": app},
        "spec": {
            "project": "web",
            "source": {"repoURL": URL, "targetRevision": "main", "path": "apps/one"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "apps"},
        },
    }
    spec = {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": list(generators),
        "template": template,
    }
    return manifest("ApplicationSet", name, "argoproj.io/v1alpha1", spec=spec)


class Surroundings:
    """The services that sets ask, another repository, and the manifests of the management cluster."""

    def __init__(self, other: Path, services: dict[str, Any]) -> None:
        self.other = other
        self.services = services

    @property
    def other_url(self) -> str:
        return f"file://{self.other}"

    def sets(self) -> list[dict[str, Any]]:
        github, gitlab = self.services["github"].url, self.services["gitlab"].url
        scm = {"github": {"api": github, "organization": "acme", "tokenRef": REFERENCE}}
        pulls = {"gitlab": {"api": gitlab, "project": "acme/shop", "tokenRef": REFERENCE}}
        files = {"repoURL": self.other_url, "revision": "main", "files": [{"path": "teams/*/config.json"}]}
        own = {"repoURL": URL, "revision": "main", "directories": [{"path": "apps/*"}]}
        clusters = {"clusters": {"selector": {"matchLabels": {"env": "prod"}}}}
        decisions = {"configMapRef": "duck", "name": "near"}
        filters = [{"pathsExist": ["deploy"]}]
        both = {"generators": [{"git": files}, clusters]}
        return [
            applicationset("scm", "{{ .repository }}", {"scmProvider": {**scm, "filters": filters}}),
            applicationset("pulls", "pr-{{ .number }}", {"pullRequest": pulls}),
            applicationset("plugin", "plugin-{{ .name }}", {"plugin": {"configMapRef": {"name": "plugin"}}}),
            applicationset("decisions", "on-{{ .name }}", {"clusterDecisionResource": decisions}),
            applicationset("matrix", "{{ .team }}-{{ .name }}", {"matrix": both}),
            applicationset("own", "own-{{ .path.basename }}", {"git": own}),
        ]

    def objects(self) -> list[dict[str, Any]]:
        cluster = {"argocd.argoproj.io/secret-type": "cluster", "env": "prod"}
        config = json.dumps({"bearerToken": f"{TOKEN}-cluster"})
        plugin = {"baseUrl": self.services["plugin"].url, "token": "$token:key"}
        duck = {"apiVersion": "example.com/v1", "kind": "placements"}
        duck |= {"matchKey": "cluster", "statusListKey": "chosen"}
        project = {"sourceRepos": ["*"], "destinations": []}
        status = {"chosen": [{"cluster": "production"}]}
        return [
            manifest("Secret", "token", stringData={"key": TOKEN}),
            manifest(
                "Secret",
                "production",
                metadata={"labels": cluster},
                stringData={"name": "production", "server": "https://production.example", "config": config},
            ),
            manifest("ConfigMap", "plugin", data=plugin),
            manifest("ConfigMap", "duck", data=duck),
            manifest("Placement", "near", "example.com/v1", status=status),
            manifest("AppProject", "web", "argoproj.io/v1alpha1", spec=project),
        ]


DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "placements.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"kind": "Placement", "plural": "placements", "singular": "placement"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                },
            }
        ],
    },
}


@pytest.fixture(scope="module")
def surroundings(
    tmp_path_factory: pytest.TempPathFactory, repositories: Any, kubeconfig: Path
) -> Iterator[Surroundings]:
    folder = tmp_path_factory.mktemp("other")
    files = folder / "files"
    (files / "teams" / "blue").mkdir(parents=True)
    (files / "teams" / "blue" / "config.json").write_text('{"team": "blue"}')
    (files / "README.md").write_text("not read by anybody")
    other = repositories.make(folder / "repo", files)
    found = [Repo("acme", name, {"main": [path]}) for name, path in (("one", "deploy/x"), ("two", "x"))]
    found.append(Repo("acme", "three", {"main": ["deploy/y"]}))
    shop = Repo("acme", "shop", pulls=[Pull(4, "A change", "feature")])
    with ExitStack() as stack:
        services = {
            "github": stack.enter_context(serving(GitHubService(found, page=2))),
            "gitlab": stack.enter_context(serving(GitLabService([shop]))),
            "plugin": stack.enter_context(serving(PluginService([{"name": "a"}, {"name": "b"}]))),
        }
        made = Surroundings(other, services)
        prepare(kubeconfig, made)
        yield made


class Place:
    """The repository that one stands in, and what it asks."""

    def __init__(self, folder: Path, surroundings: Surroundings, repositories: Any) -> None:
        self.root = folder / "repo"
        self.services = surroundings.services
        self.other, self.other_url = surroundings.other, surroundings.other_url
        content = folder / "content"
        (content / "apps" / "one").mkdir(parents=True)
        (content / "apps" / "one" / "all.yaml").write_text("")
        (content / "sets.yaml").write_text(yaml.safe_dump_all(surroundings.sets()))
        repositories.make(self.root, content, URL)
        self.manifests = folder / "manifests.yaml"
        self.manifests.write_text(yaml.safe_dump_all(surroundings.objects()))


@pytest.fixture
def place(
    tmp_path: Path, surroundings: Surroundings, repositories: Any, monkeypatch: pytest.MonkeyPatch
) -> Place:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Place(tmp_path, surroundings, repositories)
    monkeypatch.chdir(made.root)
    for service in made.services.values():
        service.trouble = lambda *_: None
    return made


def prepare(kubeconfig: Path, surroundings: Surroundings) -> None:
    from argosy.schemas.crds import custom_resource_definitions

    definitions = yaml.safe_dump_all([DEFINITION, *custom_resource_definitions()])
    kubectl(kubeconfig, "apply", "--server-side", "-f", "-", text=definitions)
    kubectl(kubeconfig, "wait", "--for=condition=Established", "crd", "--all")
    kubectl(kubeconfig, "create", "namespace", "argocd")
    # Without --server-side kubectl keeps whole objects in an annotation: of a Secret that is the secret.
    objects = yaml.safe_dump_all([*surroundings.objects(), *surroundings.sets()])
    kubectl(kubeconfig, "apply", "-f", "-", text=objects)


def run(command: Any, *arguments: str) -> Any:
    result = CliRunner().invoke(command.command, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def snapshot(kubeconfig: Path, *arguments: str) -> Any:
    more = ("--kubeconfig", str(kubeconfig), "--allow-file-repositories")
    return run(snapshot_command, *arguments, *more)


def names(result: Any) -> list[str]:
    return sorted(each["metadata"]["name"] for each in json.loads(result.stdout))


def test_a_live_world_compiles_offline_to_the_same_applications(place: Place, kubeconfig: Path) -> None:
    given = ("--clusters", str(place.manifests), "--repo", f"{place.other_url}={place.other}")
    live = run(compile_command, "sets.yaml", "-o", "json", "--fetch", *given)
    assert live.exit_code == 0, live.stderr
    assert names(live) == [
        "blue-production", "on-production", "one", "own-one", "plugin-a", "plugin-b", "pr-4", "three",
    ]  # fmt: skip
    taken = snapshot(kubeconfig, "sets.yaml")
    assert taken.exit_code == 0, taken.stderr
    for service in place.services.values():
        service.trouble = lambda *_: Answer(500)
    before = [len(service.requests) for service in place.services.values()]
    offline = run(compile_command, "sets.yaml", "-o", "json", "--world", ".argosy/world.yaml")
    assert offline.exit_code == 0, offline.stderr
    assert json.loads(offline.stdout) == json.loads(live.stdout)
    assert "less than a minute old" in offline.stderr
    assert [len(service.requests) for service in place.services.values()] == before
    text = Path(".argosy/world.yaml").read_text()
    for marker in (TOKEN, base64.b64encode(TOKEN.encode()).decode(), "bearerToken", "last-applied"):
        assert marker not in text
    assert "not read by anybody" not in text
    assert URL not in text.replace(place.other_url, "")


def test_the_sets_of_the_cluster_are_taken_where_no_path_is_named(place: Place, kubeconfig: Path) -> None:
    assert snapshot(kubeconfig, "-o", "by-path.yaml", "sets.yaml").exit_code == 0
    assert snapshot(kubeconfig, "-o", "by-cluster.yaml").exit_code == 0

    def answers(file: str) -> list[Any]:
        found = yaml.safe_load(Path(file).read_text())["answers"]
        return [{key: each[key] for key in each if key != "asOf"} for each in found]

    assert answers("by-path.yaml") == answers("by-cluster.yaml")


def test_how_the_installation_is_set_up_is_kept_where_it_is_not_the_usual(
    place: Place, kubeconfig: Path
) -> None:
    globbing = "applicationsetcontroller.enable.new.git.file.globbing"
    assert globbing not in snapshot(kubeconfig, "sets.yaml", "-o", "-").stdout
    data = {globbing: "true", "application.namespaces": "team-*"}
    settings = manifest("ConfigMap", "argocd-cmd-params-cm", data=data)
    kubectl(kubeconfig, "apply", "-f", "-", text=yaml.safe_dump(settings))
    try:
        answers = yaml.safe_load(snapshot(kubeconfig, "sets.yaml", "-o", "-").stdout)["answers"]
    finally:
        kubectl(kubeconfig, "-n", "argocd", "delete", "configmap", "argocd-cmd-params-cm")
    kept = [each["value"] for each in answers if each.get("asked") == {"name": "argocd-cmd-params-cm"}]
    assert kept == [{globbing: "true"}]


def test_what_is_not_answered_is_written_with_its_reason(place: Place, kubeconfig: Path) -> None:
    place.services["github"].trouble = lambda *_: Answer(401, {"message": f"no {TOKEN}"})
    taken = snapshot(kubeconfig, "sets.yaml")
    assert taken.exit_code == 3
    assert "401" in taken.stderr
    text = Path(".argosy/world.yaml").read_text()
    assert TOKEN not in text + taken.stderr
    offline = run(compile_command, "sets.yaml", "-o", "json", "--world", ".argosy/world.yaml")
    assert offline.exit_code == 3
    assert "answered 401" in offline.stderr
    assert "sets.yaml:" in offline.stderr
    assert "plugin-a" in names(offline)


def test_validate_and_diff_use_the_world_that_the_repository_keeps(
    place: Place, kubeconfig: Path, repositories: Any
) -> None:
    before = run(validate_command, "sets.yaml")
    assert "not checked" in before.stdout
    assert snapshot(kubeconfig, "sets.yaml").exit_code == 0
    found = run(validate_command, "sets.yaml")
    assert "8 Applications" in found.stdout, found.stdout
    assert "recorded-world" in found.stdout
    assert "note: not checked: the SCM provider" not in found.stdout
    Path("argosy.yaml").write_text("worldMaxAge: 0s\n")
    assert "old-world" in run(validate_command, "sets.yaml").stdout
    assert "old-world" not in run(validate_command, "sets.yaml", "--max-world-age", "1d").stdout
    Path("argosy.yaml").unlink()
    repositories.git(place.root, "add", "-A")
    repositories.git(place.root, "commit", "-q", "-m", "a recorded world")
    world = Path(".argosy/world.yaml")
    world.write_text(world.read_text().replace("name: b", "name: c"))
    difference = run(diff_command, "-o", "json")
    shown = json.dumps(json.loads(difference.stdout))
    assert "plugin-b" in shown
    assert "plugin-c" in shown
    assert "pr-4" not in shown


def test_compile_uses_the_world_that_the_repository_keeps(place: Place) -> None:
    (place.root / "clusters.yaml").write_text(
        yaml.safe_dump(applicationset("all", "app-{{.name}}", {"clusters": {}}))
    )
    alone = run(compile_command, "clusters.yaml", "-o", "json")
    assert names(alone) == ["app-in-cluster"]
    assert "no cluster was given, so that only Argo CD's own one counts" in alone.stderr
    record = {
        "kind": "clusters",
        "asOf": "2026-01-01T00:00:00Z",
        "value": [{"name": "far", "server": "https://f"}],
    }
    world = {"apiVersion": "argosy.dev/v1alpha1", "kind": "RecordedWorld", "answers": [record]}
    (place.root / ".argosy").mkdir()
    (place.root / ".argosy" / "world.yaml").write_text(yaml.safe_dump(world))
    recorded = run(compile_command, "clusters.yaml", "-o", "json")
    assert names(recorded) == ["app-far", "app-in-cluster"]
    assert "[recorded-world]" in recorded.stderr


def test_a_question_that_was_not_recorded_is_unknown(place: Place, kubeconfig: Path) -> None:
    assert snapshot(kubeconfig, "sets.yaml").exit_code == 0
    sets = Path("sets.yaml")
    sets.write_text(sets.read_text().replace("- deploy", "- elsewhere"))
    offline = run(compile_command, "sets.yaml", "-o", "json", "--world", ".argosy/world.yaml")
    assert offline.exit_code == 3
    assert "[not-recorded]" in offline.stderr
    assert "argosy snapshot" in offline.stderr


def test_a_world_that_makes_no_sense_is_an_error_with_its_line(place: Place) -> None:
    Path("world.yaml").write_text("apiVersion: argosy.dev/v1alpha1\nkind: RecordedWorld\nanswers: 7\n")
    call = ["compile", "sets.yaml", "--world", "world.yaml"]
    done = subprocess.run(
        [sys.executable, "-m", "argosy", *call], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "world.yaml:3:10" in done.stderr
    assert "Traceback" not in done.stderr
