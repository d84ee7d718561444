import json
from pathlib import Path

from kubectl_runner import Kubectl
from test_kubectl_reading import MANIFEST

CHANGED = MANIFEST.replace("replicas: 2", "replicas: 3").replace("blue", "red")


def test_apply_creates_then_finds_nothing_to_change_then_changes(kubectl: Kubectl) -> None:
    verbs = [line.split()[1] for line in kubectl("apply", "-f", "-", stdin=MANIFEST).lines]
    assert verbs == ["created"] * 3
    verbs = [line.split()[1] for line in kubectl("apply", "-f", "-", stdin=MANIFEST).lines]
    assert verbs == ["unchanged"] * 3
    verbs = [line.split()[1] for line in kubectl("apply", "-f", "-", stdin=CHANGED).lines]
    assert verbs == ["configured", "unchanged", "configured"]
    assert kubectl("get", "cm", "settings", "-o", "jsonpath={.data.color}").out == "red"


def test_apply_client_side_removes_what_left_the_manifest(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    less = MANIFEST.replace("data: {color: blue}", "data: {shape: round}")
    kubectl("apply", "-f", "-", stdin=less)
    assert kubectl("get", "cm", "settings", "-o", "jsonpath={.data}").out == '{"shape":"round"}'


def test_apply_server_side_owns_fields_and_reports_conflicts(kubectl: Kubectl) -> None:
    lines = kubectl("apply", "--server-side", "-f", "-", stdin=MANIFEST).lines
    assert lines[0] == "deployment.apps/web serverside-applied"
    other = ("apply", "--server-side", "--field-manager=other", "-f", "-")
    ran = kubectl.attempt(*other, stdin=CHANGED)
    assert ran.code == 1
    assert 'conflict with "kubectl"' in ran.err
    assert ".spec.replicas" in ran.err
    kubectl(*other, "--force-conflicts", stdin=CHANGED)
    assert kubectl("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}").out == "3"


def test_apply_server_side_takes_over_from_client_side(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("apply", "--server-side", "-f", "-", stdin=CHANGED)
    less = CHANGED.replace("data: {color: red}", "data: {}")
    kubectl("apply", "--server-side", "-f", "-", stdin=less)
    assert kubectl("get", "cm", "settings", "-o", "jsonpath={.data}").out == ""


def test_diff_shows_what_apply_would_do_and_changes_nothing(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    assert kubectl("diff", "-f", "-", stdin=MANIFEST).out == ""
    ran = kubectl.attempt("diff", "-f", "-", stdin=CHANGED)
    assert ran.code == 1
    assert "-  replicas: 2" in ran.out
    assert "+  replicas: 3" in ran.out
    assert kubectl("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}").out == "2"


def test_diff_server_side_shows_fields_that_the_server_would_change(kubectl: Kubectl) -> None:
    kubectl("apply", "--server-side", "-f", "-", stdin=MANIFEST)
    assert kubectl("diff", "--server-side", "-f", "-", stdin=MANIFEST).out == ""
    ran = kubectl.attempt("diff", "--server-side", "-f", "-", stdin=CHANGED)
    assert ran.code == 1
    assert "+  color: red" in ran.out


def test_dry_run_leaves_nothing(kubectl: Kubectl) -> None:
    ran = kubectl("apply", "--dry-run=server", "-f", "-", stdin=MANIFEST)
    assert ran.lines[0] == "deployment.apps/web created (server dry run)"
    assert kubectl("get", "deploy,cm", "-o", "name", "-l", "app=web").lines == []


def test_an_unknown_field_is_refused(kubectl: Kubectl) -> None:
    ran = kubectl.attempt("apply", "-f", "-", stdin=MANIFEST.replace("replicas:", "replicaz:"))
    assert ran.code == 1
    assert 'unknown field "spec.replicaz"' in ran.err


def test_an_invalid_object_is_refused_with_its_field(kubectl: Kubectl) -> None:
    ran = kubectl.attempt(
        "apply", "-f", "-", stdin=MANIFEST.replace("labels: {app: web}}\nspec:", "x: 1}\nspec:")
    )
    assert ran.code == 1
    ran = kubectl.attempt(
        "create", "-f", "-", stdin=MANIFEST.replace("matchLabels: {app: web}", "matchLabels: {a: b}")
    )
    assert ran.code == 1
    assert "`selector` does not match template `labels`" in ran.err


def test_nothing_is_created_in_a_missing_namespace(kubectl: Kubectl) -> None:
    ran = kubectl.attempt("apply", "-n", "nowhere", "-f", "-", stdin=MANIFEST)
    assert ran.code == 1
    assert 'namespaces "nowhere" not found' in ran.err


def test_create_sends_protobuf_and_is_understood(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "literal", "--from-literal=a=b", "--from-literal=c=d")
    assert kubectl("get", "cm", "literal", "-o", "jsonpath={.data}").out == '{"a":"b","c":"d"}'
    kubectl("create", "secret", "generic", "password", "--from-literal=p=x")
    assert kubectl("get", "secret", "password", "-o", "jsonpath={.data.p}").out == "eA=="
    kubectl("create", "deployment", "quick", "--image=nginx", "--replicas=2", "--port=80")
    found = json.loads(kubectl("get", "deploy", "quick", "-o", "json").out)
    assert found["spec"]["template"]["spec"]["containers"][0]["ports"] == [
        {"containerPort": 80, "protocol": "TCP"}
    ]
    kubectl("create", "job", "once", "--image=busybox", "--", "echo", "hello")
    kubectl("create", "serviceaccount", "robot")
    kubectl("create", "role", "reader", "--verb=get,list", "--resource=pods")
    kubectl("create", "rolebinding", "reads", "--role=reader", f"--serviceaccount={kubectl.namespace}:robot")
    subject = json.loads(kubectl("get", "rolebinding", "reads", "-o", "json").out)["subjects"]
    assert subject == [{"kind": "ServiceAccount", "name": "robot", "namespace": kubectl.namespace}]


def test_create_with_a_generated_name(kubectl: Kubectl) -> None:
    text = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"made-"}}'
    names = {kubectl("create", "-f", "-", "-o", "name", stdin=text).out.strip() for _ in range(2)}
    assert len(names) == 2
    assert all(
        name.startswith("configmap/made-") and len(name) == len("configmap/made-") + 5 for name in names
    )


def test_create_twice_is_a_conflict(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "twice")
    ran = kubectl.attempt("create", "configmap", "twice")
    assert ran.err.strip() == ('error: failed to create configmap: configmaps "twice" already exists')


def test_label_and_annotate(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "marked")
    kubectl("label", "configmap", "marked", "a=b")
    kubectl("annotate", "configmap", "marked", "c=d")
    assert kubectl.attempt("label", "configmap", "marked", "a=x").code == 1
    kubectl("label", "configmap", "marked", "a=x", "--overwrite")
    metadata = json.loads(kubectl("get", "cm", "marked", "-o", "json").out)["metadata"]
    assert (metadata["labels"], metadata["annotations"]) == ({"a": "x"}, {"c": "d"})
    kubectl("label", "configmap", "marked", "a-")
    assert "labels" not in json.loads(kubectl("get", "cm", "marked", "-o", "json").out)["metadata"]


def test_the_three_kinds_of_patches(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    strategic = '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"sidecar:1"}]}}}}'
    kubectl("patch", "deploy", "web", "-p", strategic)
    names = "jsonpath={.spec.template.spec.containers[*].name}"
    assert set(kubectl("get", "deploy", "web", "-o", names).out.split()) == {"main", "side"}
    merge = '{"spec":{"template":{"spec":{"containers":[{"name":"only","image":"app:1"}]}}}}'
    kubectl("patch", "deploy", "web", "--type=merge", "-p", merge)
    assert kubectl("get", "deploy", "web", "-o", names).out == "only"
    kubectl(
        "patch", "deploy", "web", "--type=json", "-p", '[{"op":"replace","path":"/spec/replicas","value":5}]'
    )
    assert kubectl("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}").out == "5"
    missing = '[{"op":"test","path":"/spec/replicas","value":4}]'
    assert kubectl.attempt("patch", "deploy", "web", "--type=json", "-p", missing).code == 1


def test_edit_writes_what_the_editor_left(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    ran = kubectl("edit", "cm", "settings", EDITOR="sed -i s/blue/green/")
    assert ran.out.strip() == "configmap/settings edited"
    assert kubectl("get", "cm", "settings", "-o", "jsonpath={.data.color}").out == "green"


def test_replace_needs_the_present_version(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    text = kubectl("get", "cm", "settings", "-o", "yaml").out
    kubectl("replace", "-f", "-", stdin=text.replace("blue", "pink"))
    ran = kubectl.attempt("replace", "-f", "-", stdin=text.replace("blue", "grey"))
    assert ran.code == 1
    assert "the object has been modified; please apply your changes to the latest version" in ran.err


def test_apply_of_a_kustomization(kubectl: Kubectl, tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(MANIFEST)
    (tmp_path / "kustomization.yaml").write_text("resources: [all.yaml]\nnamePrefix: eu-\n")
    assert "configmap/eu-settings created" in kubectl("apply", "-k", str(tmp_path)).lines


def test_prune_removes_what_left_the_set(kubectl: Kubectl) -> None:
    options = ("apply", "--prune", "--applyset=configmaps/members", "-f", "-")
    kubectl(*options, stdin=MANIFEST, KUBECTL_APPLYSET="true")
    kubectl(*options, stdin=MANIFEST.rpartition("---")[0], KUBECTL_APPLYSET="true")
    names = kubectl("get", "deploy,svc,cm", "-o", "name").lines
    assert set(names) == {"deployment.apps/web", "service/web", "configmap/members"}


def test_delete_by_name_file_and_selector(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("delete", "service", "web")
    kubectl("delete", "cm", "-l", "app=web")
    assert kubectl("get", "svc,cm", "-o", "name").lines == []
    kubectl("delete", "--ignore-not-found", "-f", "-", stdin=MANIFEST)
    assert kubectl("get", "deploy", "-o", "name").lines == []
    ran = kubectl.attempt("delete", "cm", "settings")
    assert ran.code == 1
    assert "NotFound" in ran.err


def test_delete_namespace_takes_its_content(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("delete", "namespace", kubectl.namespace, "--timeout=20s")
    assert kubectl.attempt("get", "namespace", kubectl.namespace).code == 1
    left = json.loads(kubectl("get", "deploy,rs,pods,svc,cm", "-A", "-o", "json").out)["items"]
    assert not [item for item in left if item["metadata"]["namespace"] == kubectl.namespace]


def test_a_finalizer_holds_until_it_is_taken_away(kubectl: Kubectl) -> None:
    text = (
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"held","finalizers":["example.com/hold"]}}'
    )
    kubectl("apply", "-f", "-", stdin=text)
    kubectl("delete", "cm", "held", "--wait=false")
    assert kubectl("get", "cm", "held", "-o", "jsonpath={.metadata.deletionTimestamp}").out
    kubectl("patch", "cm", "held", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    assert kubectl.attempt("get", "cm", "held").code == 1
