"""Objects that stories speak of."""

from typing import Any

from argosy.clusters.errors import NotFound
from argosy.compiler.rollout import NodeKey

Object = dict[str, Any]
PRODUCTION = "https://production.example.com"


def application(
    name: str, repository: str, path: str, *, server: str = "https://kubernetes.default.svc", **more: Any
) -> Object:
    """An Application that syncs by itself; `wave`, `policy`, `annotations`, `namespace`, `finalizer`,
    `revision`."""
    annotations = dict(more.get("annotations") or {})
    if "wave" in more:
        annotations["argocd.argoproj.io/sync-wave"] = str(more["wave"])
    metadata: Object = {"name": name, "namespace": "argocd", "annotations": annotations}
    if more.get("finalizer"):
        metadata["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    policy = more.get(
        "policy", {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["CreateNamespace=true"]}
    )
    spec: Object = {
        "project": more.get("project", "default"),
        "source": {"repoURL": repository, "targetRevision": more.get("revision", "main"), "path": path},
        "destination": {"server": server, "namespace": more.get("namespace", "apps")},
    }
    if policy is not None:
        spec["syncPolicy"] = policy
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}


def config_map(name: str, value: str = "1", **annotations: str) -> str:
    marks = "".join(
        f'\n    argocd.argoproj.io/{key.replace("_", "-")}: "{text}"' for key, text in annotations.items()
    )
    marks = f"\n  annotations:{marks}" if marks else ""
    return f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}{marks}\ndata:\n  value: "{value}"\n'


def deployment(name: str, image: str = "shop:1", **annotations: str) -> str:
    marks = "".join(
        f'\n    argocd.argoproj.io/{key.replace("_", "-")}: "{text}"' for key, text in annotations.items()
    )
    marks = f"\n  annotations:{marks}" if marks else ""
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}{marks}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
        - name: main
          image: {image}
          ports:
            - name: http
              containerPort: 80
            - name: metrics
              containerPort: 90
        - name: side
          image: side:1
"""


class Make:
    """The makers of objects, for tests that cannot import this module."""

    application = staticmethod(application)
    config_map = staticmethod(config_map)
    deployment = staticmethod(deployment)
    PRODUCTION = PRODUCTION
    NodeKey = NodeKey
    NotFound = NotFound
