"""The scenarios that are recorded from a real API server and replayed on the sandbox.

A step is a request; `NAMESPACE` stands for the scenario's own namespace. Adding a step means recording anew
(`record_transcripts.py`). Every kind that the sandbox claims to know gets the same treatment: minimal and
fuller objects, changes by several managers, every kind of patch, and the mistakes that people make.
"""

import copy
from dataclasses import dataclass
from typing import Any

NAMESPACE = "NAMESPACE"
Object = dict[str, Any]

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
JSON = "application/json"


@dataclass(frozen=True)
class Step:
    """One request; `pause` seconds are waited before it."""

    name: str
    method: str
    target: str
    content_type: str = ""
    body: Any = None
    pause: float = 0


class Resource:
    """Shorthand for requests to one resource."""

    def __init__(self, api_version: str, kind: str, plural: str, namespaced: bool = True) -> None:
        self.api_version, self.kind = api_version, kind
        root = "/api/" if "/" not in api_version else "/apis/"
        middle = f"/namespaces/{NAMESPACE}" if namespaced else ""
        self.path = f"{root}{api_version}{middle}/{plural}"

    def object(self, name: str, content: Object | None = None, **metadata: Any) -> Object:
        head = {"apiVersion": self.api_version, "kind": self.kind, "metadata": {"name": name, **metadata}}
        return {**head, **(content or {})}

    def apply(
        self,
        says: str,
        name: str,
        content: Object | None = None,
        *,
        by: str = "me",
        force: bool = False,
        at: str = "",
        query: str = "",
        **metadata: Any,
    ) -> Step:
        options = f"?fieldManager={by}" + ("&force=true" if force else "") + query
        target = f"{self.path}/{name}{at}{options}"
        return Step(says, "PATCH", target, APPLY, self.object(name, content, **metadata))

    def create(
        self, says: str, name: str, content: Object | None = None, *, query: str = "", **metadata: Any
    ) -> Step:
        target = f"{self.path}?fieldManager=creator{query}"
        return Step(says, "POST", target, JSON, self.object(name, content, **metadata))

    def put(
        self, says: str, name: str, content: Object | None = None, *, at: str = "", **metadata: Any
    ) -> Step:
        target = f"{self.path}/{name}{at}?fieldManager=updater"
        return Step(says, "PUT", target, JSON, self.object(name, content, **metadata))

    def patch(
        self,
        says: str,
        name: str,
        body: Any,
        kind: str = MERGE,
        *,
        at: str = "",
        by: str = "patcher",
        query: str = "",
    ) -> Step:
        return Step(says, "PATCH", f"{self.path}/{name}{at}?fieldManager={by}{query}", kind, body)

    def get(self, says: str, name: str) -> Step:
        return Step(says, "GET", f"{self.path}/{name}")

    def delete(self, says: str, name: str) -> Step:
        return Step(says, "DELETE", f"{self.path}/{name}")


def with_changes(value: Object, changes: Object) -> Object:
    """A deep copy with dotted paths set; None removes."""
    made = copy.deepcopy(value)
    for path, found in changes.items():
        holder: Any = made
        *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in parents:
            holder = holder[part]
        if found is None:
            holder.pop(last)
        else:
            holder[last] = found
    return made


# ---------------------------------------------------------------- pieces

deployments = Resource("apps/v1", "Deployment", "deployments")
stateful_sets = Resource("apps/v1", "StatefulSet", "statefulsets")
daemon_sets = Resource("apps/v1", "DaemonSet", "daemonsets")
replica_sets = Resource("apps/v1", "ReplicaSet", "replicasets")
pods = Resource("v1", "Pod", "pods")
jobs = Resource("batch/v1", "Job", "jobs")
cron_jobs = Resource("batch/v1", "CronJob", "cronjobs")
services = Resource("v1", "Service", "services")
config_maps = Resource("v1", "ConfigMap", "configmaps")
secrets = Resource("v1", "Secret", "secrets")
namespaces = Resource("v1", "Namespace", "namespaces", namespaced=False)
service_accounts = Resource("v1", "ServiceAccount", "serviceaccounts")
claims = Resource("v1", "PersistentVolumeClaim", "persistentvolumeclaims")
roles = Resource("rbac.authorization.k8s.io/v1", "Role", "roles")
cluster_roles = Resource("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", namespaced=False)
role_bindings = Resource("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings")
ingresses = Resource("networking.k8s.io/v1", "Ingress", "ingresses")
network_policies = Resource("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies")
autoscalers = Resource("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers")
budgets = Resource("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets")
leases = Resource("coordination.k8s.io/v1", "Lease", "leases")
events = Resource("v1", "Event", "events")
definitions = Resource(
    "apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False
)
widgets = Resource("sandbox.argosy.dev/v1", "Widget", "widgets")

CONTAINER = {
    "name": "web",
    "image": "nginx:1.27",
    "ports": [{"containerPort": 80, "name": "http"}],
    "env": [{"name": "COLOR", "value": "blue"}],
    "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}},
}


def workload(
    name: str, containers: list[Object] | None = None, pod: Object | None = None, **spec: Any
) -> Object:
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": copy.deepcopy(containers or [CONTAINER]), **(pod or {})},
    }
    return {"spec": {"selector": {"matchLabels": labels}, "template": template, **spec}}


FULL_POD: Object = {
    "initContainers": [{"name": "init", "image": "busybox", "command": ["true"]}],
    "containers": [
        {
            "name": "main",
            "image": "registry.example.com:5000/team/app@sha256:" + "0" * 64,
            "args": ["--port", "8080"],
            "livenessProbe": {"httpGet": {"port": 8080}},
            "readinessProbe": {"tcpSocket": {"port": "http"}, "periodSeconds": 3},
            "startupProbe": {"grpc": {"port": 9000}},
            "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
            "ports": [{"containerPort": 8080, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}],
            "env": [
                {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": False}}},
                {"name": "EMPTY", "value": ""},
            ],
            "envFrom": [{"configMapRef": {"name": "config"}}],
            "volumeMounts": [
                {"name": "config", "mountPath": "/etc/app", "readOnly": True},
                {"name": "scratch", "mountPath": "/tmp", "readOnly": False},
            ],
            "resources": {
                "limits": {"cpu": "1.5", "memory": "1536Mi"},
                "requests": {"cpu": 1, "memory": "1e9"},
            },
            "securityContext": {"runAsNonRoot": True, "privileged": False, "capabilities": {"drop": ["ALL"]}},
        },
        {"name": "latest", "image": "busybox:latest", "tty": False, "stdin": True},
    ],
    "volumes": [
        {"name": "config", "configMap": {"name": "config", "items": [{"key": "a", "path": "b"}]}},
        {"name": "secret", "secret": {"secretName": "s", "optional": True}},
        {"name": "scratch"},
        {"name": "host", "hostPath": {"path": "/var/log"}},
        {
            "name": "all",
            "projected": {
                "sources": [
                    {"serviceAccountToken": {"path": "token"}},
                    {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}},
                ]
            },
        },
        {"name": "claim", "persistentVolumeClaim": {"claimName": "data"}},
    ],
    "serviceAccountName": "default",
    "nodeSelector": {"disk": "fast"},
    "tolerations": [{"key": "dedicated", "operator": "Equal", "value": "app", "effect": "NoSchedule"}],
    "affinity": {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {
                    "weight": 1,
                    "podAffinityTerm": {
                        "topologyKey": "zone",
                        "labelSelector": {"matchLabels": {"app": "x"}},
                    },
                }
            ]
        }
    },
    "topologySpreadConstraints": [
        {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
    ],
    "imagePullSecrets": [{"name": "pull"}],
    "hostAliases": [{"ip": "1.2.3.4", "hostnames": ["a.example"]}],
    "dnsConfig": {"options": [{"name": "ndots", "value": "2"}]},
    "automountServiceAccountToken": False,
    "hostNetwork": False,
    "terminationGracePeriodSeconds": 0,
}


def full_workload(name: str, **spec: Any) -> Object:
    labels = {"app": name}
    template = {"metadata": {"labels": labels, "annotations": {}}, "spec": copy.deepcopy(FULL_POD)}
    return {"spec": {"selector": {"matchLabels": labels}, "template": template, **spec}}


# ---------------------------------------------------------------- scenarios

WEB = workload("web", replicas=2)
_WEB_NO_ENV = with_changes(WEB, {"spec.template.spec.containers.0.env": None})
_NEXT = with_changes(_WEB_NO_ENV, {"spec.template.spec.containers.0.image": "nginx:1.28"})
_SIDECAR = {"spec": {"template": {"spec": {"containers": [{"name": "proxy", "image": "envoy:1"}]}}}}

DEPLOYMENTS = [
    deployments.apply("apply creates", "web", WEB),
    deployments.apply("the same again changes nothing", "web", WEB),
    deployments.apply("a new image, the environment dropped", "web", _NEXT),
    deployments.apply(
        "another manager adds a sidecar", "web", _SIDECAR, by="mesh", annotations={"side": "1"}
    ),
    deployments.apply("another manager wants the replicas", "web", {"spec": {"replicas": 5}}, by="scaler"),
    deployments.apply("it takes them", "web", {"spec": {"replicas": 5}}, by="scaler", force=True),
    deployments.apply("the first is in conflict", "web", _NEXT),
    deployments.apply("the first gives the replicas up", "web", with_changes(_NEXT, {"spec.replicas": None})),
    deployments.apply("the scaler drops them: default", "web", by="scaler"),
    deployments.patch("a merge patch scales", "web", {"spec": {"replicas": 7}}),
    deployments.apply("apply conflicts with an update", "web", with_changes(_NEXT, {"spec.replicas": 3})),
    deployments.apply("forced", "web", with_changes(_NEXT, {"spec.replicas": 3}), force=True),
    deployments.apply("the sidecar goes", "web", by="mesh"),
    deployments.patch(
        "strategic merge adds an environment variable",
        "web",
        {
            "spec": {
                "template": {"spec": {"containers": [{"name": "web", "env": [{"name": "Z", "value": "9"}]}]}}
            }
        },
        STRATEGIC,
    ),
    deployments.patch(
        "strategic merge deletes it with an order",
        "web",
        {
            "spec": {
                "template": {
                    "spec": {
                        "$setElementOrder/containers": [{"name": "web"}],
                        "containers": [{"name": "web", "env": [{"name": "Z", "$patch": "delete"}]}],
                    }
                }
            }
        },
        STRATEGIC,
    ),
    deployments.patch(
        "strategic merge retains keys of the strategy",
        "web",
        {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}},
        STRATEGIC,
    ),
    deployments.patch(
        "strategic merge replaces the containers",
        "web",
        {
            "spec": {
                "template": {
                    "spec": {"containers": [{"$patch": "replace"}, {"name": "only", "image": "a:1"}]}
                }
            }
        },
        STRATEGIC,
    ),
    deployments.patch(
        "strategic merge without the merge key",
        "web",
        {"spec": {"template": {"spec": {"containers": [{"image": "a:1"}]}}}},
        STRATEGIC,
    ),
    deployments.patch(
        "json patch",
        "web",
        [
            {"op": "test", "path": "/spec/replicas", "value": 3},
            {"op": "replace", "path": "/spec/replicas", "value": 4},
            {"op": "add", "path": "/metadata/annotations", "value": {"x/y": "z"}},
            {"op": "copy", "from": "/metadata/annotations/x~1y", "path": "/metadata/annotations/copy"},
            {"op": "move", "from": "/metadata/annotations/copy", "path": "/metadata/annotations/moved"},
        ],
        JSON_PATCH,
    ),
    deployments.patch(
        "a failing test", "web", [{"op": "test", "path": "/spec/replicas", "value": 1}], JSON_PATCH
    ),
    deployments.patch(
        "removing what is not there", "web", [{"op": "remove", "path": "/spec/nope"}], JSON_PATCH
    ),
    deployments.patch(
        "status by merge patch", "web", {"status": {"replicas": 4, "readyReplicas": 4}}, at="/status"
    ),
    deployments.patch("status is ignored on the object", "web", {"status": {"replicas": 9}}),
    deployments.patch("the spec is ignored on status", "web", {"spec": {"replicas": 9}}, at="/status"),
    deployments.patch(
        "labels are ignored on status", "web", {"metadata": {"labels": {"l": "1"}}}, at="/status"
    ),
    deployments.apply(
        "status by apply", "web", {"status": {"observedGeneration": 3}}, at="/status", by="controller"
    ),
    deployments.get("after all that", "web"),
    deployments.apply("the selector is immutable", "web", with_changes(workload("other"), {}), force=True),
    deployments.apply("dry run creates nothing", "dry", workload("dry"), query="&dryRun=All"),
    deployments.get("nothing was created", "dry"),
    deployments.create("post", "posted", workload("posted")),
    deployments.create("post again", "posted", workload("posted")),
    deployments.put("put replaces", "posted", workload("posted", replicas=3)),
    deployments.put("put of a missing one", "missing", workload("missing")),
    deployments.create("a full pod template", "full", full_workload("full")),
    deployments.apply("a full pod template applied", "full-applied", full_workload("full-applied")),
    deployments.apply("a full pod template applied again", "full-applied", full_workload("full-applied")),
    deployments.patch("annotations count a generation", "full", {"metadata": {"annotations": {"a": "1"}}}),
    deployments.patch("labels do not", "full", {"metadata": {"labels": {"a": "1"}}}),
    deployments.patch(
        "a null removes", "full", {"metadata": {"labels": {"a": None}}, "spec": {"paused": True}}
    ),
    deployments.patch("an explicit zero stays", "full", {"spec": {"replicas": 0, "paused": False}}),
    deployments.patch(
        "restart as kubectl does",
        "full",
        {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}},
        STRATEGIC,
    ),
    deployments.delete("delete", "posted"),
    deployments.get("gone", "posted"),
]

INVALID_WORKLOADS = [
    deployments.apply(
        "no containers", "bad", with_changes(workload("bad"), {"spec.template.spec.containers": []})
    ),
    deployments.apply("no image", "bad", workload("bad", [{"name": "c"}])),
    deployments.apply("an unknown field", "bad", workload("bad", foo=1)),
    deployments.create(
        "an unknown field, strict", "bad", workload("bad", foo=1), query="&fieldValidation=Strict"
    ),
    deployments.create("no selector", "bad", with_changes(workload("bad"), {"spec.selector": None})),
    deployments.create(
        "labels do not match", "bad", with_changes(workload("bad"), {"spec.selector.matchLabels.app": "x"})
    ),
    deployments.apply("two containers of a name", "bad", workload("bad", [CONTAINER, CONTAINER])),
    deployments.create("two containers of a name, posted", "bad", workload("bad", [CONTAINER, CONTAINER])),
    deployments.create(
        "a request above its limit",
        "bad",
        workload(
            "bad",
            [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "500m"}}}],
        ),
    ),
    deployments.create(
        "recreate with rolling update",
        "bad",
        workload("bad", strategy={"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}),
    ),
    deployments.create("an unknown strategy", "bad", workload("bad", strategy={"type": "Never"})),
    deployments.create("negative replicas", "bad", workload("bad", replicas=-1)),
    deployments.create("a wrong type", "bad", workload("bad", replicas="two")),
    deployments.apply("a wrong type applied", "bad", workload("bad", replicas="two")),
    deployments.apply(
        "a map for a list", "bad", with_changes(workload("bad"), {"spec.template.spec.containers": {"a": 1}})
    ),
    deployments.create("a bad name", "Bad_Name", workload("bad")),
    deployments.create("a bad label", "bad", workload("bad"), labels={"a": "not good!"}),
    deployments.create("a bad label key", "bad", workload("bad"), labels={"a b": "c"}),
    deployments.create(
        "a mount without volume",
        "bad",
        workload("bad", [{**CONTAINER, "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]),
    ),
    deployments.create("restart policy of a job", "bad", workload("bad", pod={"restartPolicy": "Never"})),
    deployments.create(
        "a bad pull policy", "bad", workload("bad", [{**CONTAINER, "imagePullPolicy": "Sometimes"}])
    ),
    deployments.create(
        "a bad port", "bad", workload("bad", [{**CONTAINER, "ports": [{"containerPort": 70000}]}])
    ),
    deployments.create(
        "a bad quantity", "bad", workload("bad", [{**CONTAINER, "resources": {"requests": {"cpu": "many"}}}])
    ),
    deployments.create("a deadline below the ready time", "bad", workload("bad", minReadySeconds=700)),
    deployments.create(
        "no surge and no unavailability",
        "bad",
        workload("bad", strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
    ),
    deployments.apply("a name that is not the URL's", "bad", with_changes(workload("bad"), {}), query="&x=1"),
    Step("no manager", "PATCH", f"{deployments.path}/bad", APPLY, deployments.object("bad", workload("bad"))),
    Step(
        "another name",
        "PATCH",
        f"{deployments.path}/other?fieldManager=me",
        APPLY,
        deployments.object("bad2", workload("bad")),
    ),
    Step(
        "another kind",
        "PATCH",
        f"{deployments.path}/bad?fieldManager=me",
        APPLY,
        stateful_sets.object("bad", workload("bad")),
    ),
    Step(
        "managed fields given",
        "PATCH",
        f"{deployments.path}/bad?fieldManager=me",
        APPLY,
        deployments.object("bad", workload("bad"), managedFields=[{"manager": "x"}]),
    ),
    Step(
        "a namespace that does not exist",
        "PATCH",
        "/apis/apps/v1/namespaces/nowhere/deployments/bad?fieldManager=me",
        APPLY,
        deployments.object("bad", workload("bad")),
    ),
    Step(
        "another namespace",
        "POST",
        f"{deployments.path}",
        JSON,
        deployments.object("bad", workload("bad"), namespace="other"),
    ),
    Step(
        "an unknown patch type", "PATCH", f"{deployments.path}/bad?fieldManager=me", "application/x-patch", {}
    ),
]

_CLAIM_TEMPLATE = {
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}
OTHER_WORKLOADS = [
    stateful_sets.apply(
        "a stateful set", "db", workload("db", serviceName="db", volumeClaimTemplates=[_CLAIM_TEMPLATE])
    ),
    stateful_sets.apply(
        "the same again", "db", workload("db", serviceName="db", volumeClaimTemplates=[_CLAIM_TEMPLATE])
    ),
    stateful_sets.patch("scale", "db", {"spec": {"replicas": 3}}),
    stateful_sets.patch("the service name is immutable", "db", {"spec": {"serviceName": "x"}}),
    stateful_sets.patch(
        "on delete", "db", {"spec": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": None}}}
    ),
    stateful_sets.create(
        "posted", "db2", full_workload("db2", serviceName="db2", podManagementPolicy="Parallel")
    ),
    stateful_sets.create("a bad policy", "db3", workload("db3", podManagementPolicy="Whenever")),
    stateful_sets.patch("status", "db", {"status": {"replicas": 3, "readyReplicas": 1}}, at="/status"),
    daemon_sets.apply("a daemon set", "agent", workload("agent")),
    daemon_sets.apply("the same again", "agent", workload("agent")),
    daemon_sets.patch(
        "a new image",
        "agent",
        {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "b:2"}]}}}},
        STRATEGIC,
    ),
    daemon_sets.create(
        "posted, full", "agent2", full_workload("agent2", updateStrategy={"type": "OnDelete"})
    ),
    daemon_sets.patch(
        "the selector is immutable",
        "agent",
        {
            "spec": {
                "selector": {"matchLabels": {"app": "z"}},
                "template": {"metadata": {"labels": {"app": "z"}}},
            }
        },
    ),
    daemon_sets.create("no selector", "agent3", with_changes(workload("agent3"), {"spec.selector": None})),
    replica_sets.apply("a replica set", "rs", workload("rs")),
    replica_sets.patch("scale", "rs", {"spec": {"replicas": 2}}),
    replica_sets.create("posted", "rs2", workload("rs2", minReadySeconds=3)),
    pods.apply("a pod", "solo", {"spec": {"containers": [CONTAINER]}}),
    pods.apply("the same again", "solo", {"spec": {"containers": [CONTAINER]}}),
    pods.apply("a new image", "solo", {"spec": {"containers": [{**CONTAINER, "image": "nginx:2"}]}}),
    pods.apply(
        "a new port is not allowed",
        "solo",
        {"spec": {"containers": [{**CONTAINER, "ports": [{"containerPort": 81}]}]}},
    ),
    pods.create("a full pod", "full", {"spec": FULL_POD}),
    pods.create(
        "a guaranteed pod",
        "sure",
        {
            "spec": {
                "containers": [
                    {"name": "c", "image": "i:1", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}
                ]
            }
        },
    ),
    pods.create("a generated name is not a name", "", {"spec": {"containers": []}}),
    pods.create("host network", "host", {"spec": {"hostNetwork": True, "containers": [CONTAINER]}}),
    pods.patch("status", "solo", {"status": {"phase": "Running", "podIP": "10.1.2.3"}}, at="/status"),
    pods.patch("labels", "solo", {"metadata": {"labels": {"a": "b"}}}),
]

_JOB_POD = {"restartPolicy": "Never"}


def job(name: str, **spec: Any) -> Object:
    made = workload(name, pod=_JOB_POD, **spec)
    del made["spec"]["selector"]
    return made


def cron_job(schedule: str, **spec: Any) -> Object:
    inner = job("tick")["spec"]
    return {"spec": {"schedule": schedule, "jobTemplate": {"spec": inner}, **spec}}


BATCH = [
    jobs.apply("a job", "once", job("once")),
    jobs.apply("the same again", "once", job("once")),
    jobs.apply(
        "its template is immutable",
        "once",
        with_changes(job("once"), {"spec.template.spec.containers.0.image": "x:2"}),
        force=True,
    ),
    jobs.patch("suspend", "once", {"spec": {"suspend": True}}),
    jobs.patch("parallelism", "once", {"spec": {"parallelism": 2}}),
    jobs.patch("completions are immutable", "once", {"spec": {"completions": 5}}),
    jobs.create("posted", "twice", job("twice", completions=2, backoffLimit=0, ttlSecondsAfterFinished=60)),
    jobs.create(
        "without template labels",
        "plain",
        {"spec": {"template": {"spec": {**_JOB_POD, "containers": [CONTAINER]}}}},
    ),
    jobs.create("parallel, without completions", "queue", job("queue", parallelism=3)),
    jobs.create(
        "a pod that always restarts",
        "bad",
        with_changes(job("bad"), {"spec.template.spec.restartPolicy": None}),
    ),
    jobs.patch("status", "once", {"status": {"active": 1}}, at="/status"),
    cron_jobs.apply("a cron job", "tick", cron_job("*/5 * * * *")),
    cron_jobs.apply("the same again", "tick", cron_job("*/5 * * * *")),
    cron_jobs.patch("suspend", "tick", {"spec": {"suspend": True, "successfulJobsHistoryLimit": 0}}),
    cron_jobs.create("posted", "tock", cron_job("@hourly", concurrencyPolicy="Forbid")),
    cron_jobs.create("a bad schedule", "bad", cron_job("every day")),
    cron_jobs.create("a bad policy", "bad", cron_job("0 0 * * *", concurrencyPolicy="Perhaps")),
]


def service(ports: list[Object], **spec: Any) -> Object:
    return {"spec": {"selector": {"app": "web"}, "ports": ports, **spec}}


_HTTP = {"port": 80, "name": "http"}
_HTTPS = {"port": 443, "name": "https", "protocol": "TCP"}
SERVICES = [
    services.apply("a service", "svc", service([_HTTP])),
    services.apply("the same again", "svc", service([_HTTP])),
    services.apply(
        "a target port and a second port", "svc", service([{**_HTTP, "targetPort": 8080}, _HTTPS])
    ),
    services.apply("the first port dropped", "svc", service([_HTTPS])),
    services.apply("the selector is atomic", "svc", service([_HTTPS], selector={"tier": "x"})),
    services.patch("the address may not change", "svc", {"spec": {"clusterIP": "10.0.0.99"}}),
    services.patch("to node port", "svc", {"spec": {"type": "NodePort"}}),
    services.patch("back", "svc", {"spec": {"type": "ClusterIP"}}),
    services.patch("to load balancer", "svc", {"spec": {"type": "LoadBalancer"}}),
    services.patch(
        "its status", "svc", {"status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}}, at="/status"
    ),
    services.patch("back from load balancer", "svc", {"spec": {"type": "ClusterIP"}}),
    services.create("headless", "headless", service([_HTTP], clusterIP="None")),
    services.create("headless without selector", "bare", {"spec": {"clusterIP": "None"}}),
    services.create(
        "external name", "external", {"spec": {"type": "ExternalName", "externalName": "example.com"}}
    ),
    services.create("session affinity", "sticky", service([_HTTP], sessionAffinity="ClientIP")),
    services.create("a node port service", "node", service([_HTTP], type="NodePort")),
    services.create(
        "a load balancer", "lb", service([_HTTP], type="LoadBalancer", externalTrafficPolicy="Local")
    ),
    services.create("no ports", "bad", {"spec": {"selector": {"a": "b"}}}),
    services.create("two unnamed ports", "bad", service([{"port": 1}, {"port": 2}])),
    services.create("two ports of a name", "bad", service([_HTTP, {**_HTTP, "port": 81}])),
    services.create("a bad type", "bad", service([_HTTP], type="Cloud")),
    services.create("a bad port number", "bad", service([{"port": 0}])),
    services.create("a bad name", "9bad.name", service([_HTTP])),
    services.patch(
        "strategic merge of a port",
        "svc",
        {"spec": {"ports": [{"port": 443, "targetPort": 8443}]}},
        STRATEGIC,
    ),
    services.put("put", "node", service([{**_HTTP, "port": 81}], type="NodePort")),
    services.delete("delete", "node"),
]


def data(**values: Any) -> Object:
    return {"data": values}


CONFIGURATION = [
    config_maps.apply("apply", "cm", data(a="1", b="2")),
    config_maps.apply("a key dropped", "cm", data(a="1")),
    config_maps.apply("another manager shares a key", "cm", data(a="1", c="3"), by="two"),
    config_maps.apply("the first drops the shared key", "cm", data(d="4")),
    config_maps.apply("the first drops all", "cm"),
    config_maps.apply("a null value", "cm", data(n=None)),
    config_maps.apply("an empty value", "cm", data(n="")),
    config_maps.apply("a number", "cm", data(n=1)),
    config_maps.create("posted", "posted", data(p="1")),
    config_maps.apply("apply over posted, same value", "posted", data(p="1")),
    config_maps.apply("apply over posted, another value", "posted", data(p="2")),
    config_maps.put("put", "posted", data(p="5", q="1")),
    config_maps.put("put with an old resource version", "posted", data(p="6"), resourceVersion="1"),
    config_maps.put(
        "put with another uid", "posted", data(p="6"), uid="00000000-0000-0000-0000-000000000000"
    ),
    config_maps.patch("managed fields reset", "posted", {"metadata": {"managedFields": [{}]}}),
    config_maps.apply("apply after the reset", "posted", data(p="5")),
    config_maps.apply(
        "apply with a uid that is not there", "ghost", data(p="5"), uid="00000000-0000-0000-0000-000000000000"
    ),
    config_maps.patch(
        "finalizers and owners",
        "posted",
        {
            "metadata": {
                "finalizers": ["example.com/hold"],
                "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u"}],
            }
        },
    ),
    config_maps.delete("delete waits for the finalizer", "posted"),
    config_maps.patch(
        "no new finalizers now",
        "posted",
        {"metadata": {"finalizers": ["example.com/hold", "example.com/more"]}},
    ),
    config_maps.patch("the finalizer goes", "posted", {"metadata": {"finalizers": None}}),
    config_maps.get("gone", "posted"),
    config_maps.create("binary", "binary", {"binaryData": {"b": "AAEC"}, "immutable": True}),
    config_maps.patch("immutable", "binary", {"binaryData": {"b": "AAED"}}),
    config_maps.patch("labels of an immutable one", "binary", {"metadata": {"labels": {"x": "y"}}}),
    config_maps.create("a bad key", "bad", data(**{"a b": "c"})),
    config_maps.create("a bad annotation key", "bad", data(a="1"), annotations={"a/b/c": "d"}),
    config_maps.create("no name", "", data(a="1")),
    config_maps.create("a bad finalizer", "bad", data(a="1"), finalizers=["not valid"]),
    config_maps.create("a bad owner", "bad", data(a="1"), ownerReferences=[{"kind": "Pod", "name": "p"}]),
    secrets.apply("a secret from strings", "sec", {"stringData": {"k": "v"}}),
    secrets.apply("the same again", "sec", {"stringData": {"k": "v"}}),
    secrets.apply("from data", "sec2", {"data": {"k": "dg=="}}),
    secrets.apply("a key dropped", "sec2", {"data": {"j": "dg=="}}),
    secrets.patch("its type is immutable", "sec2", {"type": "example.com/other"}),
    secrets.create("posted with both", "sec3", {"data": {"a": "YQ=="}, "stringData": {"a": "b"}}),
    secrets.create(
        "a certificate without key", "bad", {"type": "kubernetes.io/tls", "data": {"tls.crt": "YQ=="}}
    ),
    secrets.create("not base64", "bad", {"data": {"a": "%%"}}),
    service_accounts.apply("a service account", "robot"),
    service_accounts.apply("the same again", "robot"),
    service_accounts.patch(
        "pull secrets",
        "robot",
        {"imagePullSecrets": [{"name": "p"}], "automountServiceAccountToken": False},
        STRATEGIC,
    ),
    leases.create("a lease", "leader", {"spec": {"holderIdentity": "a", "leaseDurationSeconds": 15}}),
    leases.patch("a new holder", "leader", {"spec": {"holderIdentity": "b"}}),
    events.create(
        "an event",
        "ev",
        {
            "involvedObject": {"kind": "Pod", "name": "p", "namespace": NAMESPACE},
            "reason": "Test",
            "message": "m",
            "type": "Normal",
        },
    ),
    namespaces.apply("labels of the namespace", NAMESPACE, labels={"team": "a"}),
    namespaces.patch("its finalizers stay", NAMESPACE, {"spec": {"finalizers": []}}),
    namespaces.create("a bad namespace name", "a.b"),
]

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def client_side(value: str) -> str:
    return (
        '{"apiVersion":"v1","data":{"a":"' + value + '","b":"2"},"kind":"ConfigMap",'
        '"metadata":{"annotations":{},"name":"legacy","namespace":"' + NAMESPACE + '"}}\n'
    )


OWNERSHIP = [
    Step(
        "client-side apply",
        "POST",
        f"{config_maps.path}?fieldManager=kubectl-client-side-apply",
        JSON,
        config_maps.object("legacy", data(a="1", b="2"), annotations={_LAST_APPLIED: client_side("1")}),
    ),
    config_maps.apply("kubectl takes over what it applied", "legacy", data(a="9", b="2"), by="kubectl"),
    config_maps.patch("somebody else changes a", "legacy", {"data": {"a": "x"}}),
    config_maps.apply("kubectl is in conflict there", "legacy", data(a="10", b="2"), by="kubectl"),
    config_maps.apply("another manager always was", "legacy", data(b="3"), by="other"),
    *(
        config_maps.patch(
            f"updater {number}", "legacy", {"data": {f"k{number}": "v"}}, by=f"updater-{number:02}"
        )
        for number in range(12)
    ),
    config_maps.apply("applies own one key", "shared", data(k="v"), by="a"),
    config_maps.apply("and so does b", "shared", data(k="v"), by="b"),
    config_maps.apply("c conflicts with both", "shared", data(k="w"), by="c"),
    config_maps.apply("c forces", "shared", data(k="w"), by="c", force=True),
    config_maps.apply("a lets go of nothing", "shared", by="a"),
    config_maps.apply("labels and annotations", "shared", labels={"x": "1"}, annotations={"y": "2"}, by="d"),
    config_maps.apply("labels dropped", "shared", annotations={"y": "3"}, by="d"),
    config_maps.apply("a finalizer", "shared", finalizers=["example.com/f"], by="e"),
    config_maps.apply("another finalizer", "shared", finalizers=["example.com/g"], by="f"),
    config_maps.apply("the first finalizer goes", "shared", by="e"),
    config_maps.apply("the second finalizer goes", "shared", by="f"),
]

_RULE = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
_REFERENCE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"}
ACCESS = [
    roles.apply("a role", "reader", {"rules": [_RULE]}),
    roles.apply("the same again", "reader", {"rules": [_RULE]}),
    roles.apply("rules are atomic", "reader", {"rules": [{**_RULE, "verbs": ["get", "list"]}]}),
    roles.apply("no rules", "empty"),
    roles.create("no verbs", "bad", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": []}]}),
    roles.create("no groups", "bad", {"rules": [{"resources": ["pods"], "verbs": ["get"]}]}),
    cluster_roles.apply(
        "a cluster role",
        "transcript:reader",
        {"rules": [_RULE, {"nonResourceURLs": ["/healthz"], "verbs": ["get"]}]},
    ),
    cluster_roles.delete("away again", "transcript:reader"),
    role_bindings.apply(
        "a binding",
        "readers",
        {
            "roleRef": {"kind": "Role", "name": "reader"},
            "subjects": [{"kind": "User", "name": "jo"}, {"kind": "ServiceAccount", "name": "robot"}],
        },
    ),
    role_bindings.apply(
        "a full binding", "readers2", {"roleRef": _REFERENCE, "subjects": [{"kind": "Group", "name": "g"}]}
    ),
    role_bindings.patch("roleRef is immutable", "readers2", {"roleRef": {"name": "other"}}),
    role_bindings.create(
        "a bad subject", "bad", {"roleRef": _REFERENCE, "subjects": [{"kind": "Robot", "name": "x"}]}
    ),
    role_bindings.create("no name", "bad", {"roleRef": {**_REFERENCE, "name": ""}}),
]


def backend(name: str = "svc", port: Object | None = None) -> Object:
    return {"service": {"name": name, "port": port or {"number": 80}}}


def ingress(**path: Any) -> Object:
    route = {"path": "/", "pathType": "Prefix", "backend": backend(), **path}
    return {"spec": {"rules": [{"host": "a.example.com", "http": {"paths": [route]}}]}}


NETWORKING = [
    ingresses.apply("an ingress", "web", ingress()),
    ingresses.apply("the same again", "web", ingress()),
    ingresses.apply("another path", "web", ingress(path="/x")),
    ingresses.patch(
        "status", "web", {"status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}}, at="/status"
    ),
    ingresses.create(
        "with everything",
        "full",
        with_changes(
            ingress(),
            {
                "spec.ingressClassName": "nginx",
                "spec.tls": [{"hosts": ["a.example.com"], "secretName": "tls"}],
                "spec.defaultBackend": backend(),
            },
        ),
    ),
    ingresses.create("nothing to route", "bad", {"spec": {}}),
    ingresses.create("a bad path type", "bad", ingress(pathType="Fuzzy")),
    ingresses.create(
        "no path type", "bad", with_changes(ingress(), {"spec.rules.0.http.paths.0.pathType": None})
    ),
    ingresses.create("a relative path", "bad", ingress(path="x")),
    ingresses.create("no port", "bad", ingress(backend={"service": {"name": "svc"}})),
    ingresses.create("a bad host", "bad", with_changes(ingress(), {"spec.rules.0.host": "A_b"})),
    network_policies.apply("a policy", "deny", {"spec": {"podSelector": {}}}),
    network_policies.apply("the same again", "deny", {"spec": {"podSelector": {}}}),
    network_policies.apply(
        "with egress",
        "egress",
        {
            "spec": {
                "podSelector": {"matchLabels": {"a": "b"}},
                "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 443}]}],
            }
        },
    ),
    network_policies.create("a bad type", "bad", {"spec": {"podSelector": {}, "policyTypes": ["Up"]}}),
]

_TARGET = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}
_CLAIM = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
SCALING_AND_STORAGE = [
    autoscalers.apply("an autoscaler", "web", {"spec": {**_TARGET, "maxReplicas": 5}}),
    autoscalers.apply("the same again", "web", {"spec": {**_TARGET, "maxReplicas": 5}}),
    autoscalers.apply(
        "with metrics and behavior",
        "web",
        {
            "spec": {
                **_TARGET,
                "maxReplicas": 6,
                "minReplicas": 2,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "memory",
                            "target": {"type": "AverageValue", "averageValue": "1024Mi"},
                        },
                    }
                ],
                "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}},
            }
        },
    ),
    autoscalers.create("too few", "bad", {"spec": {**_TARGET, "maxReplicas": 1, "minReplicas": 2}}),
    autoscalers.create("no maximum", "bad", {"spec": _TARGET}),
    autoscalers.patch("status", "web", {"status": {"currentReplicas": 2}}, at="/status"),
    budgets.apply(
        "a budget", "web", {"spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}}
    ),
    budgets.apply(
        "the same again", "web", {"spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}}
    ),
    budgets.apply(
        "a percentage",
        "web",
        {"spec": {"maxUnavailable": "50%", "selector": {"matchLabels": {"app": "web"}}}},
    ),
    budgets.create("both", "bad", {"spec": {"minAvailable": 1, "maxUnavailable": 1}}),
    claims.apply("a claim", "data", _CLAIM),
    claims.apply("the same again (claim)", "data", _CLAIM),
    claims.apply(
        "its mode is immutable", "data", with_changes(_CLAIM, {"spec.accessModes": ["ReadOnlyMany"]})
    ),
    claims.create(
        "a named class",
        "fast",
        with_changes(_CLAIM, {"spec.storageClassName": "fast", "spec.resources.requests.storage": "1024Mi"}),
    ),
    claims.create("no size", "bad", with_changes(_CLAIM, {"spec.resources": None})),
    claims.create("no mode", "bad", with_changes(_CLAIM, {"spec.accessModes": None})),
]

_WIDGET_SCHEMA = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["size"],
            "properties": {
                "size": {"type": "integer", "minimum": 0, "maximum": 10},
                "mode": {"type": "string", "enum": ["fast", "slow"], "default": "fast"},
                "code": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 4},
                "ratio": {"type": "number"},
                "on": {"type": "boolean", "nullable": True},
                "when": {"type": "string", "format": "date-time"},
                "port": {"x-kubernetes-int-or-string": True},
                "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
                "hosts": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name", "port"],
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {
                            "name": {"type": "string"},
                            "port": {"type": "integer", "default": 80},
                            "weight": {"type": "integer"},
                        },
                    },
                },
                "plain": {
                    "type": "array",
                    "maxItems": 2,
                    "items": {"type": "object", "properties": {"x": {"type": "integer"}}},
                },
                "selector": {
                    "type": "object",
                    "x-kubernetes-map-type": "atomic",
                    "additionalProperties": {"type": "string"},
                },
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "template": {
                    "type": "object",
                    "x-kubernetes-embedded-resource": True,
                    "x-kubernetes-preserve-unknown-fields": True,
                },
                "nested": {
                    "type": "object",
                    "default": {},
                    "properties": {"depth": {"type": "integer", "default": 3}},
                },
            },
        },
        "status": {
            "type": "object",
            "properties": {"size": {"type": "integer"}, "phase": {"type": "string"}},
        },
    },
}
WIDGETS = {
    "spec": {
        "group": "sandbox.argosy.dev",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {
                    "status": {},
                    "scale": {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"},
                },
                "schema": {"openAPIV3Schema": _WIDGET_SCHEMA},
            }
        ],
    }
}


def widget(**spec: Any) -> Object:
    return {"spec": {"size": 1, **spec}}


CUSTOM_RESOURCES = [
    definitions.apply("the definition", "widgets.sandbox.argosy.dev", WIDGETS, force=True),
    Step("wait for it", "GET", widgets.path, pause=3),
    widgets.apply("apply creates", "w", widget(tags=["a", "b"], hosts=[{"name": "h"}])),
    widgets.apply("the same again", "w", widget(tags=["a", "b"], hosts=[{"name": "h"}])),
    widgets.apply("a set element by another manager", "w", {"spec": {"tags": ["c", "a"]}}, by="two"),
    widgets.apply(
        "a map element by another manager",
        "w",
        {"spec": {"hosts": [{"name": "h", "port": 90, "weight": 1}, {"name": "h", "weight": 2}]}},
        by="two",
    ),
    widgets.apply("the first drops its host", "w", widget(tags=["b"])),
    widgets.apply("the second drops everything", "w", by="two"),
    widgets.apply("free-form fields", "w", widget(free={"a": {"b": 1}, "l": [1, 2]})),
    widgets.apply("free-form fields change type", "w", widget(free={"a": [1], "l": "x"})),
    widgets.apply("free-form by another", "w", {"spec": {"free": {"z": {"y": 1}}}}, by="two"),
    widgets.apply("an atomic map", "w", widget(selector={"a": "1"})),
    widgets.apply("an atomic map by another", "w", {"spec": {"selector": {"b": "2"}}}, by="two"),
    widgets.apply("an atomic map taken", "w", {"spec": {"selector": {"b": "2"}}}, by="two", force=True),
    widgets.apply(
        "an embedded object",
        "w",
        widget(
            template={
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "p", "labels": {"a": "b"}},
                "spec": {"x": 1},
            },
            labels={"k": "v"},
            port="http",
            ratio=1.5,
            on=None,
        ),
    ),
    widgets.patch("merge patch", "w", {"spec": {"size": 2, "mode": "slow"}}),
    widgets.patch("json patch", "w", [{"op": "add", "path": "/spec/tags", "value": ["z"]}], JSON_PATCH),
    widgets.patch("no strategic merge", "w", {"spec": {"size": 3}}, STRATEGIC),
    widgets.patch(
        "status",
        "w",
        {"status": {"phase": "ok", "size": 2}, "spec": {"size": 9}},
        at="/status",
        by="controller",
    ),
    widgets.patch("status is ignored on the object", "w", {"status": {"phase": "no"}}),
    widgets.apply("status by apply", "w", {"status": {"phase": "fine"}}, at="/status", by="other"),
    widgets.apply(
        "status by apply, forced", "w", {"status": {"phase": "fine"}}, at="/status", by="other", force=True
    ),
    widgets.create("posted", "posted", widget(mode="slow", nested={})),
    widgets.create("unknown fields are pruned", "pruned", widget(nope=1, plain=[{"x": 1, "y": 2}])),
    widgets.create("unknown fields, strict", "strict", widget(nope=1), query="&fieldValidation=Strict"),
    widgets.create("too large", "bad", widget(size=11)),
    widgets.create("missing", "bad", {"spec": {}}),
    widgets.create("a wrong type", "bad", widget(size="x")),
    widgets.create("a bad choice", "bad", widget(mode="other")),
    widgets.create("a bad pattern", "bad", widget(code="A1")),
    widgets.create("too short", "bad", widget(code="a")),
    widgets.create("too long", "bad", widget(code="abcdef")),
    widgets.create("too many", "bad", widget(plain=[{}, {}, {}])),
    widgets.create("a bad date", "bad", widget(when="yesterday")),
    widgets.create("duplicates in a set", "bad", widget(tags=["a", "a"])),
    widgets.create("duplicates in a map", "bad", widget(hosts=[{"name": "a"}, {"name": "a"}])),
    widgets.apply("duplicates applied", "bad", widget(tags=["a", "a"])),
    widgets.apply("a key left out", "bad", widget(hosts=[{"weight": 1}])),
    widgets.apply("a wrong type applied", "bad", widget(size="x")),
    widgets.apply("an unknown field applied", "bad", widget(nope=1)),
    widgets.create("a null where none may be", "bad", widget(size=None)),
    widgets.put("put without resource version", "posted", widget()),
    Step(
        "put of nothing",
        "PUT",
        f"{widgets.path}/missing",
        JSON,
        widgets.object("missing", widget(), resourceVersion="1"),
    ),
    widgets.patch("annotations count no generation", "posted", {"metadata": {"annotations": {"a": "b"}}}),
    widgets.delete("delete", "posted"),
    definitions.create("a name that does not fit", "wrong.sandbox.argosy.dev", WIDGETS),
    definitions.patch(
        "new short names", "widgets.sandbox.argosy.dev", {"spec": {"names": {"shortNames": ["wx"]}}}
    ),
    definitions.patch("the scope is immutable", "widgets.sandbox.argosy.dev", {"spec": {"scope": "Cluster"}}),
    definitions.delete("the definition goes", "widgets.sandbox.argosy.dev"),
]

SCENARIOS: dict[str, list[Step]] = {
    "deployments": DEPLOYMENTS,
    "invalid-workloads": INVALID_WORKLOADS,
    "other-workloads": OTHER_WORKLOADS,
    "batch": BATCH,
    "services": SERVICES,
    "configuration": CONFIGURATION,
    "ownership": OWNERSHIP,
    "access": ACCESS,
    "networking": NETWORKING,
    "scaling-and-storage": SCALING_AND_STORAGE,
    "custom-resources": CUSTOM_RESOURCES,
}
