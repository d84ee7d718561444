import json
import threading
import time

from kubectl_runner import Kubectl

MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: "nginx:1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web}}
data: {color: blue}
"""


def test_version_names_the_sandbox(kubectl: Kubectl) -> None:
    found = json.loads(kubectl("version", "--output=json").out)
    assert found["serverVersion"]["gitVersion"].endswith("+sandbox")


def test_api_resources_lists_built_in_kinds_with_their_short_names(kubectl: Kubectl) -> None:
    rows = {line.split()[0]: line.split() for line in kubectl("api-resources").lines}
    assert rows["deployments"] == ["deployments", "deploy", "apps/v1", "true", "Deployment"]
    assert rows["configmaps"][1] == "cm"
    assert rows["namespaces"][3] == "false"


def test_api_versions_lists_groups(kubectl: Kubectl) -> None:
    assert {"v1", "apps/v1", "batch/v1", "rbac.authorization.k8s.io/v1"} <= set(kubectl("api-versions").lines)


def test_get_prints_the_columns_of_each_kind(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("wait", "deploy/web", "--for=condition=Available", "--timeout=20s")
    kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    header, row = kubectl("get", "deploy").lines
    assert header.split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert row.split()[:4] == ["web", "2/2", "2", "2"]
    header, row = kubectl("get", "svc").lines
    assert header.split() == ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]
    assert row.split()[1] == "ClusterIP"
    header, row = kubectl("get", "configmap", "settings").lines
    assert header.split() == ["NAME", "DATA", "AGE"]
    assert row.split()[:2] == ["settings", "1"]
    pods = kubectl("get", "pods").lines
    assert pods[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert [line.split()[1:3] for line in pods[1:]] == [["1/1", "Running"]] * 2


def test_get_wide_adds_columns(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    header, row = kubectl("get", "deploy", "--output=wide").lines
    assert header.split()[-3:] == ["CONTAINERS", "IMAGES", "SELECTOR"]
    assert row.split()[-3:] == ["main", "nginx:1", "app=web"]


def test_get_as_json_yaml_jsonpath_and_name(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    assert json.loads(kubectl("get", "cm", "settings", "-o", "json").out)["data"] == {"color": "blue"}
    text = kubectl("get", "deploy", "web", "-o", "yaml", "--show-managed-fields").out
    assert "manager: kubectl-client-side-apply" in text
    assert kubectl("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}").out == "2"
    assert kubectl("get", "deploy,svc", "-o", "name").lines == ["deployment.apps/web", "service/web"]


def test_get_selects_by_label_and_field(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    assert kubectl("get", "cm", "-l", "app=web", "-o", "name").lines == ["configmap/settings"]
    assert kubectl("get", "cm", "-l", "app notin (web),app", "-o", "name").lines == []
    found = kubectl("get", "ns", "--field-selector", f"metadata.name={kubectl.namespace}", "-o", "name")
    assert found.lines == [f"namespace/{kubectl.namespace}"]


def test_get_in_chunks_finds_all(kubectl: Kubectl) -> None:
    whole = kubectl("get", "namespaces", "-o", "name").lines
    assert len(whole) > 4
    assert kubectl("get", "namespaces", "-o", "name", "--chunk-size=2").lines == whole


def test_get_of_what_is_not_there_says_so(kubectl: Kubectl) -> None:
    ran = kubectl.attempt("get", "cm", "missing")
    assert ran.code == 1
    assert ran.err.strip() == 'Error from server (NotFound): configmaps "missing" not found'
    ran = kubectl.attempt("get", "nonsense")
    assert 'doesn\'t have a resource type "nonsense"' in ran.err


def test_get_watch_prints_what_changes(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    arrived: list[str] = []
    with kubectl.start("get", "cm", "settings", "--watch", "-o", "jsonpath={.data.color} ") as watching:
        assert watching.stdout is not None
        reader = threading.Thread(target=lambda: arrived.extend(iter(lambda: watching.stdout.read(1), "")))
        reader.start()
        for color in ("red", "green"):
            _until(lambda: bool(arrived))
            kubectl("patch", "cm", "settings", "--type=merge", "-p", f'{{"data":{{"color":"{color}"}}}}')
        _until(lambda: "".join(arrived).split() == ["blue", "red", "green"])
        watching.terminate()
        reader.join(10)


def _until(condition: object, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def test_describe_shows_an_object_and_what_belongs_to_it(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    text = kubectl("describe", "deployment", "web").out
    assert "2 desired | 2 updated | 2 total | 2 available | 0 unavailable" in text
    assert "NewReplicaSet:   web-" in text


def test_explain_reads_schemas(kubectl: Kubectl) -> None:
    text = kubectl("explain", "deployment.spec.strategy").out
    assert "FIELD: strategy <DeploymentStrategy>" in text
    assert "rollingUpdate" in text
    assert len(kubectl("explain", "service", "--recursive").lines) > 50


def test_one_may_do_everything(kubectl: Kubectl) -> None:
    assert kubectl("auth", "can-i", "delete", "namespaces").out.strip() == "yes"
    assert kubectl("auth", "can-i", "--list").lines[1].split()[0] == "*.*"
    assert "sandbox-admin" in kubectl("auth", "whoami").out


def test_raw_paths_answer(kubectl: Kubectl) -> None:
    assert kubectl("get", "--raw", "/readyz").out == "ok"
    assert 'apiserver_storage_objects{resource="namespaces"}' in kubectl("get", "--raw", "/metrics").out


def test_logs_and_exec_are_refused_with_the_reason(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    ran = kubectl.attempt("logs", "deploy/web")
    assert ran.code == 1
    assert "the sandbox runs no containers" in ran.err
    ran = kubectl.attempt("exec", "deploy/web", "--", "true")
    assert ran.code == 1


def test_the_log_holds_every_request(kubectl: Kubectl) -> None:
    kubectl("get", "cm", "--selector", "only=here")
    lines = [line for line in kubectl.log.read_text().splitlines() if "only%3Dhere" in line]
    assert len(lines) == 1
    assert f"dev 200 GET /api/v1/namespaces/{kubectl.namespace}/configmaps?" in lines[0]
    assert "kubectl/" in lines[0]


def test_without_the_token_nothing_answers(kubectl: Kubectl) -> None:
    ran = kubectl.attempt("get", "ns", "--token=wrong")
    assert ran.code == 1
    assert "Unauthorized" in ran.err
