"""Which resources exist and what is needed to write their objects. Plain data, from discovery or a CRD."""

from dataclasses import dataclass

from argosy.sandbox.schema import Object, Schema

__all__ = ["CustomResource", "ObjectType", "ResourceType", "Subresource"]


@dataclass(frozen=True, slots=True)
class Subresource:
    """A subresource as discovery tells it."""

    name: str
    verbs: tuple[str, ...]
    group: str
    version: str
    kind: str


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A resource as discovery tells it."""

    group: str
    version: str
    kind: str
    plural: str
    singular: str
    namespaced: bool
    verbs: tuple[str, ...]
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[Subresource, ...] = ()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_resource(self) -> str:
        """`deployments.apps`, the form of error messages."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def has_subresource(self, name: str) -> bool:
        return any(subresource.name == name for subresource in self.subresources)


@dataclass(frozen=True, slots=True, eq=False)
class CustomResource:
    """One version of a CustomResourceDefinition. `schema` is its `openAPIV3Schema` as written."""

    schema: Object
    has_status: bool
    scale: Object | None
    """`subresources.scale` as written, None where the version has none."""
    printer_columns: tuple[Object, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ObjectType:
    """A resource with what is needed to write its objects. `custom` is set for
    CustomResourceDefinitions' kinds."""

    resource: ResourceType
    schema: Schema
    custom: CustomResource | None = None
