"""Which resources a cluster serves at present: the built-in ones and those of CustomResourceDefinitions."""

from collections.abc import Iterable, Iterator

from argosy.sandbox.resource_types import ObjectType
from argosy.sandbox.schema_data import Catalog
from argosy.sandbox.store import ResourceKey

__all__ = ["ResourceRegistry", "storage_key"]

_ALIASES = {("events.k8s.io", "events"): ("", "events")}
"""Resources of two groups that share their objects."""


def storage_key(kind: ObjectType) -> ResourceKey:
    """Where the objects of a type are kept."""
    key = kind.resource.group, kind.resource.plural
    return _ALIASES.get(key, key)


class ResourceRegistry:
    """Types by group, version and plural. `generation` changes with every change of what is served."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.generation = 0
        self._types = dict(catalog.types)
        self._custom: dict[str, tuple[ObjectType, ...]] = {}
        self._by_storage: dict[ResourceKey, ObjectType] = {}
        for kind in self._types.values():
            self._by_storage.setdefault((kind.resource.group, kind.resource.plural), kind)

    def lookup(self, group: str, version: str, plural: str) -> ObjectType | None:
        return self._types.get((group, version, plural))

    def stored_as(self, key: ResourceKey) -> ObjectType | None:
        """A type through which the objects under a storage key can be read and written."""
        return self._by_storage.get(key)

    def versions(self, group: str, plural: str) -> Iterator[ObjectType]:
        """All served versions of a resource."""
        return (
            kind
            for kind in self._types.values()
            if (kind.resource.group, kind.resource.plural) == (group, plural)
        )

    def types(self) -> Iterable[ObjectType]:
        return tuple(self._types.values())

    def custom_types(self) -> Iterator[ObjectType]:
        """The types of CustomResourceDefinitions, in the order of their establishment."""
        for kinds in self._custom.values():
            yield from kinds

    def serve(self, definition: str, kinds: tuple[ObjectType, ...]) -> None:
        """Serves the types of a CustomResourceDefinition, in place of those it had before."""
        self.withdraw(definition)
        for kind in kinds:
            resource = kind.resource
            self._types[resource.group, resource.version, resource.plural] = kind
            self._by_storage.setdefault((resource.group, resource.plural), kind)
        if kinds:
            self._custom[definition] = kinds
        self.generation += 1

    def withdraw(self, definition: str) -> None:
        """Stops serving the types of a CustomResourceDefinition."""
        for kind in self._custom.pop(definition, ()):
            resource = kind.resource
            self._types.pop((resource.group, resource.version, resource.plural), None)
            self._by_storage.pop((resource.group, resource.plural), None)
        self.generation += 1
