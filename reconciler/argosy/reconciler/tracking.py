"""Whose an object is: Argo CD's tracking id and our installation label. Pure; no cluster is asked.

The id holds the address of the object that it was written on. Operators copy annotations to what they
create, so an id that names another object says nothing about this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from argosy.clusters.objects import ObjectRef
from argosy.schemas.model.annotations import INSTALLATION, TRACKING_ID

__all__ = ["TrackingId", "installation_of", "owner_of", "with_tracking"]


@dataclass(frozen=True, slots=True)
class TrackingId:
    """`<app>:<group>/<kind>:<namespace>/<name>`. `app` is an `instance_name`.

    An object that has no namespace bears that of its Application's destination here, as Argo CD writes it.
    """

    app: str
    group: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The parts, or `None` where the text is no tracking id. Names may contain colons (`system:node`)."""
        app, _, rest = text.partition(":")
        kind, colon, place = rest.partition(":")
        group, slash, kind = kind.partition("/")
        namespace, place_slash, name = place.partition("/")
        if not (app and colon and slash and kind and place_slash and name):
            return None
        return cls(app, group, kind, namespace, name)

    @classmethod
    def of(cls, app: str, ref: ObjectRef, destination_namespace: str) -> Self:
        """The id for an object that the instance `app` applies."""
        return cls(app, ref.group, ref.kind, ref.namespace or destination_namespace, ref.name)

    def names(self, ref: ObjectRef) -> bool:
        """Whether this id was written for that object: for one without namespace, any namespace will do."""
        same_place = ref.namespace in ("", self.namespace)
        return same_place and (self.group, self.kind, self.name) == (ref.group, ref.kind, ref.name)

    def __str__(self) -> str:
        return f"{self.app}:{self.group}/{self.kind}:{self.namespace}/{self.name}"


def owner_of(value: Mapping[str, Any]) -> TrackingId | None:
    """The tracking id that the object bears for itself; `None` where it has none, or a copied one."""
    text = _metadata(value, "annotations").get(TRACKING_ID)
    found = TrackingId.parse(text) if isinstance(text, str) else None
    return found if found is not None and found.names(ObjectRef.of(value)) else None


def installation_of(value: Mapping[str, Any]) -> str:
    """The installation that the object's label names; empty where there is none."""
    return str(_metadata(value, "labels").get(INSTALLATION) or "")


def with_tracking(
    value: Mapping[str, Any], app: str, installation: str, destination_namespace: str
) -> dict[str, Any]:
    """The manifest with our label and id on its own metadata; pod templates and selectors stay as they
    are.
    """
    metadata = dict(value.get("metadata") or {})
    text = str(TrackingId.of(app, ObjectRef.of(value), destination_namespace))
    metadata["labels"] = {**(metadata.get("labels") or {}), INSTALLATION: installation}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), TRACKING_ID: text}
    return {**value, "metadata": metadata}


def _metadata(value: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = (value.get("metadata") or {}).get(field)
    return found if isinstance(found, Mapping) else {}
