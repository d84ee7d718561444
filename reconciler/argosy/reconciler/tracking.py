"""Whose an object is: Argo CD's tracking id in an annotation, and the label by which a whole installation
is watched.

The spelling of tracking ids is Argo CD's (`util/argo/resource_tracking.go`), so that its clients read ours.
Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from argosy.reconciler.resource import ResourceKey, annotations_of, key_of, labels_of

__all__ = [
    "INSTALLATION_LABEL",
    "TRACKING_ANNOTATION",
    "TrackingId",
    "application_name",
    "installation_of",
    "owner_of",
]

INSTALLATION_LABEL = "argosy.dev/installation"
TRACKING_ANNOTATION = "argocd.argoproj.io/tracking-id"


@dataclass(frozen=True, slots=True)
class TrackingId:
    """`<application>:<group>/<kind>:<namespace>/<name>`."""

    application: str
    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.application}:{self.group}/{self.kind}:{self.namespace}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The parts of an annotation's value, `None` where it is not a tracking id."""
        parts = text.split(":", 2)
        if len(parts) != 3 or "/" not in parts[1] or "/" not in parts[2]:
            return None
        group, kind = parts[1].split("/", 1)
        namespace, name = parts[2].split("/", 1)
        return cls(parts[0], group, kind, namespace, name)

    @property
    def key(self) -> ResourceKey:
        """The object that the id names."""
        return ResourceKey(self.group, self.kind, self.namespace, self.name)


def application_name(namespace: str, name: str, control_plane: str) -> str:
    """An Application as tracking ids spell it: `<namespace>_<name>` outside the control plane's namespace."""
    return name if namespace in ("", control_plane) else f"{namespace}_{name}"


def owner_of(obj: Mapping[str, Any]) -> TrackingId | None:
    """The tracking id of an object, if it names the object itself.

    Operators copy labels and annotations to what they make; such a copy names another object and is nobody's.
    A namespace is not compared where the object has none: Argo CD writes the Application's there.
    """
    text = annotations_of(obj).get(TRACKING_ANNOTATION)
    tracking = TrackingId.parse(text) if text else None
    if tracking is None:
        return None
    key = key_of(obj)
    same = (tracking.group, tracking.kind, tracking.name) == (key.group, key.kind, key.name)
    return tracking if same and (not key.namespace or tracking.namespace == key.namespace) else None


def installation_of(obj: Mapping[str, Any]) -> str:
    """The installation that an object says it belongs to, empty without one."""
    return str(labels_of(obj).get(INSTALLATION_LABEL, ""))
