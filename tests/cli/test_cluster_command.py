"""`argosy cluster` against sandbox clusters over HTTPS, with the kubeconfig that they wrote."""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from served_sandbox import served

from argosy.cli.cluster_command import command
from argosy.schemas.finding import ArgosyError


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with served(tmp_path_factory.mktemp("sandbox"), "--clusters", "management,staging,production") as (
        file,
        _,
    ):
        yield file


@pytest.fixture
def cluster(kubeconfig: Path) -> Iterator["Runner"]:
    runner = Runner(kubeconfig)
    yield runner
    for item in runner.listed():
        runner.run("remove", str(item.get("name") or item["secret"]), "--force")


class Runner:
    """Runs `argosy cluster …` with the sandbox's kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig

    def run(self, *arguments: str, kubeconfig: Path | None = None) -> Result:
        file = str(kubeconfig or self.kubeconfig)
        return CliRunner().invoke(command, [*arguments, "--kubeconfig", file])

    def listed(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.run("list", "-o", "json").output)
        return found

    def kubectl(self, *arguments: str, text: str = "") -> str:
        call = [
            str(Path(sys.executable).parent / "kubectl"),
            "--kubeconfig",
            str(self.kubeconfig),
            *arguments,
        ]
        return subprocess.run(call, input=text, check=True, capture_output=True, text=True).stdout


def message_of(result: Result) -> str:
    """What the command line prints of an error that Argosy raised on purpose."""
    assert isinstance(result.exception, ArgosyError), result.output
    return f"{result.exception.message} | {result.exception.hint}"


def test_an_added_cluster_is_listed_with_its_labels_and_stored_as_argo_cd_stores_it(cluster: Runner) -> None:
    done = cluster.run("add", "prod", "--context", "production", "--label", "env=prod", "--label", "tier=1")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("cluster prod added: https://127.0.0.1:")
    (found,) = cluster.listed()
    assert (found["name"], found["labels"]) == ("prod", {"env": "prod", "tier": "1"})
    secret = json.loads(cluster.kubectl("get", "secret", str(found["secret"]), "-n", "argocd", "-o", "json"))
    assert secret["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "cluster"
    config = json.loads(base64.b64decode(secret["data"]["config"]))
    assert config["bearerToken"]
    assert base64.b64decode(config["tlsClientConfig"]["caData"]).startswith(b"-----BEGIN CERTIFICATE")
    table = cluster.run("list").output
    assert "env=prod,tier=1" in table
    assert config["bearerToken"] not in done.output + table


def test_adding_the_same_cluster_again_changes_its_name_and_labels(cluster: Runner) -> None:
    cluster.run("add", "old", "--context", "production", "--label", "env=old")
    assert cluster.run("add", "new", "--context", "production", "--project", "shop").exit_code == 0
    (found,) = cluster.listed()
    assert (found["name"], found["labels"], found["project"]) == ("new", {}, "shop")


def test_a_name_that_another_cluster_bears_is_refused(cluster: Runner) -> None:
    cluster.run("add", "prod", "--context", "production")
    refused = cluster.run("add", "prod", "--context", "staging")
    assert "there is a cluster prod already" in message_of(refused)
    assert len(cluster.listed()) == 1


def test_a_cluster_that_cannot_be_reached_is_not_added(cluster: Runner, tmp_path: Path) -> None:
    content = json.loads(cluster.kubectl("config", "view", "--raw", "-o", "json"))
    for item in content["clusters"]:
        if item["name"] == "staging":
            item["cluster"]["server"] = "https://127.0.0.1:1"
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(content))
    refused = cluster.run("add", "away", "--context", "staging", kubeconfig=file)
    assert "was not added, for it cannot be reached" in message_of(refused)
    assert cluster.listed() == []


def test_credentials_that_are_not_accepted_are_not_stored(cluster: Runner, tmp_path: Path) -> None:
    content = json.loads(cluster.kubectl("config", "view", "--raw", "-o", "json"))
    content["users"].append({"name": "stranger", "user": {"token": "hunter2"}})
    content["contexts"].append({"name": "wrong", "context": {"cluster": "staging", "user": "stranger"}})
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(content))
    told = message_of(cluster.run("add", "wrong", "--context", "wrong", kubeconfig=file))
    assert "cannot be reached" in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ({}, "has no credentials"),
        ({"auth-provider": {"name": "oidc", "config": {}}}, "auth-provider, which cannot be stored"),
    ],
)
def test_credentials_that_cannot_be_stored_are_refused_with_a_way_out(
    cluster: Runner, tmp_path: Path, user: dict[str, object], told: str
) -> None:
    content = json.loads(cluster.kubectl("config", "view", "--raw", "-o", "json"))
    content["users"].append({"name": "odd", "user": user})
    content["contexts"].append({"name": "odd", "context": {"cluster": "staging", "user": "odd"}})
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(content))
    message = message_of(cluster.run("add", "odd", "--context", "odd", kubeconfig=file))
    assert told in message
    assert "service account" in message


def test_a_cluster_that_applications_go_to_is_kept_unless_forced(cluster: Runner) -> None:
    cluster.run("add", "prod", "--context", "production")
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "applications.argoproj.io"},
        "spec": {
            "group": "argoproj.io",
            "scope": "Namespaced",
            "names": {
                "plural": "applications",
                "singular": "application",
                "kind": "Application",
                "listKind": "ApplicationList",
            },
            "versions": [
                {
                    "name": "v1alpha1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                    },
                }
            ],
        },
    }
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "web", "namespace": "argocd"},
        "spec": {"destination": {"name": "prod"}},
    }
    cluster.kubectl("apply", "--server-side", "-f", "-", text=json.dumps(definition))
    # `kubectl wait` gives up where a new definition has no conditions yet. The condition is there with the
    # status False, too.
    established = 'jsonpath={.status.conditions[?(@.type=="Established")].status}'
    deadline = time.monotonic() + 30
    while cluster.kubectl("get", "crd", "applications.argoproj.io", "-o", established) != "True":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    cluster.kubectl("apply", "--server-side", "-f", "-", text=json.dumps(application))
    assert "is the destination of the Application web" in message_of(cluster.run("remove", "prod"))
    assert len(cluster.listed()) == 1
    assert cluster.run("remove", "prod", "--force").exit_code == 0
    assert cluster.listed() == []


def test_removing_what_is_not_there_names_what_is(cluster: Runner) -> None:
    cluster.run("add", "prod", "--context", "production")
    assert "registered: prod" in message_of(cluster.run("remove", "prd"))


def test_a_broken_secret_is_listed_with_its_problem_and_hides_no_other(cluster: Runner) -> None:
    cluster.run("add", "prod", "--context", "production")
    broken = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "broken",
            "namespace": "argocd",
            "labels": {"argocd.argoproj.io/secret-type": "cluster"},
        },
        "stringData": {"name": "x", "server": "https://x", "config": "{hunter2"},
    }
    cluster.kubectl("apply", "--server-side", "-f", "-", text=json.dumps(broken))
    table = cluster.run("list").output
    assert "prod" in table
    assert "argocd/broken: config is not JSON" in table
    assert "hunter2" not in table
    cluster.kubectl("delete", "secret", "-n", "argocd", "broken")


def test_a_label_without_value_is_wrong_use(cluster: Runner) -> None:
    done = cluster.run("add", "prod", "--context", "production", "--label", "env")
    assert done.exit_code == 2
    assert "expected KEY=VALUE" in done.output
