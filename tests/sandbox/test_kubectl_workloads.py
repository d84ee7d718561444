import json

from kubectl_runner import Kubectl
from test_kubectl_reading import MANIFEST


def test_scale_and_wait_for_the_count(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("scale", "deploy/web", "--replicas=4")
    kubectl("wait", "deploy/web", "--for=jsonpath={.status.readyReplicas}=4", "--timeout=20s")
    assert len(kubectl("get", "pods", "-l", "app=web", "-o", "name").lines) == 4
    kubectl("scale", "deploy/web", "--current-replicas=4", "--replicas=1")
    kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    assert kubectl.attempt("scale", "deploy/web", "--current-replicas=4", "--replicas=9").code == 1


def test_rollout_status_restart_history_and_undo(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    ran = kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    assert ran.lines[-1] == 'deployment "web" successfully rolled out'
    before = set(kubectl("get", "pods", "-o", "name").lines)
    kubectl("rollout", "restart", "deploy/web")
    ran = kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    assert ran.lines[0].startswith("Waiting for deployment")
    assert not before & set(kubectl("get", "pods", "-o", "name").lines)
    kubectl("set", "image", "deploy/web", "main=nginx:2")
    kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    revisions = [line.split()[0] for line in kubectl("rollout", "history", "deploy/web").lines[2:] if line]
    assert revisions == ["1", "2", "3"]
    kubectl("rollout", "undo", "deploy/web", "--to-revision=1")
    kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    image = kubectl("get", "deploy", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}").out
    assert image == "nginx:1"


def test_a_broken_image_never_rolls_out(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    kubectl("set", "image", "deploy/web", "main=nginx:broken")
    ran = kubectl.attempt("rollout", "status", "deploy/web", "--timeout=2s")
    assert ran.code == 1
    states = {line.split()[2] for line in kubectl("get", "pods", "--no-headers").lines}
    assert states == {"Running", "CrashLoopBackOff"}
    available = kubectl("get", "deploy", "web", "-o", "jsonpath={.status.availableReplicas}").out
    assert available == "2", "the old pods go on serving"


def test_a_missing_image_shows_at_the_pod(kubectl: Kubectl) -> None:
    kubectl("run", "lonely", "--image=nginx:missing")
    kubectl(
        "wait",
        "pod/lonely",
        "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff",
        "--timeout=20s",
    )
    assert kubectl("get", "pod", "lonely", "--no-headers").out.split()[2] == "ImagePullBackOff"


def test_jobs_complete_and_fail(kubectl: Kubectl) -> None:
    kubectl("create", "job", "good", "--image=app:1")
    kubectl("create", "job", "bad", "--image=app:broken")
    kubectl("wait", "job/good", "--for=condition=Complete", "--timeout=20s")
    kubectl("wait", "job/bad", "--for=condition=Failed", "--timeout=20s")
    rows = {line.split()[0]: line.split()[1:3] for line in kubectl("get", "jobs", "--no-headers").lines}
    assert rows == {"good": ["Complete", "1/1"], "bad": ["Failed", "0/1"]}


def test_a_stateful_set_rolls_out_with_claims(kubectl: Kubectl) -> None:
    body = json.loads(kubectl("create", "deploy", "db", "--image=db:1", "--dry-run=client", "-o", "json").out)
    spec = body["spec"]
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {
            "replicas": 2,
            "serviceName": "db",
            "selector": spec["selector"],
            "template": spec["template"],
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
        },
    }
    kubectl("apply", "-f", "-", stdin=json.dumps(manifest))
    kubectl("rollout", "status", "statefulset/db", "--timeout=20s")
    assert kubectl("get", "pods", "-o", "name").lines == ["pod/db-0", "pod/db-1"]
    claims = [line.split()[:2] for line in kubectl("get", "pvc", "--no-headers").lines]
    assert claims == [["data-db-0", "Bound"], ["data-db-1", "Bound"]]


def test_a_load_balancer_gets_an_address(kubectl: Kubectl) -> None:
    kubectl("create", "service", "loadbalancer", "front", "--tcp=80:80")
    kubectl("wait", "svc/front", "--for=jsonpath={.status.loadBalancer.ingress[0].ip}", "--timeout=20s")
    assert kubectl("get", "svc", "front", "--no-headers").out.split()[3].startswith("198.51.100.")


def test_deletion_of_a_deployment_takes_its_pods_or_leaves_them(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    kubectl("delete", "deploy", "web", "--cascade=orphan")
    assert len(kubectl("get", "rs,pods", "-o", "name").lines) == 3
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("rollout", "status", "deploy/web", "--timeout=20s")
    kubectl("delete", "deploy", "web", "--cascade=foreground", "--timeout=20s")
    kubectl("delete", "rs", "-l", "app=web", "--timeout=20s")
    kubectl("wait", "pods", "-l", "app=web", "--for=delete", "--timeout=20s")
    assert kubectl("get", "deploy,rs,pods", "-o", "name").lines == []
