"""What all objects of the API have in common: a thin view round a manifest, read when asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from argosy.schemas.model.fields import mapping, string_map, text, texts

__all__ = ["Resource"]


@dataclass(frozen=True)
class Resource:
    """An object as the API would store it. What the API server would refuse reads as a zero value."""

    manifest: Mapping[str, Any]

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """The object's metadata."""
        return mapping(self.manifest, "metadata")

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        """The specification as written."""
        return mapping(self.manifest, "spec")

    @property
    def name(self) -> str:
        """The object's name."""
        return text(self.metadata, "name")

    @property
    def namespace(self) -> str:
        """The object's own namespace (an Application deploys to another), empty where not written."""
        return text(self.metadata, "namespace")

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The object's labels."""
        return string_map(self.metadata, "labels")

    @cached_property
    def annotations(self) -> Mapping[str, str]:
        """The object's annotations."""
        return string_map(self.metadata, "annotations")

    @cached_property
    def finalizers(self) -> tuple[str, ...]:
        """The object's finalizers."""
        return texts(self.metadata, "finalizers")

    @property
    def is_being_deleted(self) -> bool:
        """Whether somebody has deleted it and finalizers hold it."""
        return bool(text(self.metadata, "deletionTimestamp"))
