"""Sync options (`CreateNamespace=true`), from an Application's policy or from an object's annotation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["KNOWN_SYNC_OPTIONS", "SyncOptions"]

KNOWN_SYNC_OPTIONS = frozenset(
    (
        "ApplyOutOfSyncOnly",
        "ClientSideApplyMigration",
        "CreateNamespace",
        "Delete",
        "FailOnSharedResource",
        "Force",
        "Prune",
        "PruneLast",
        "PrunePropagationPolicy",
        "Replace",
        "RespectIgnoreDifferences",
        "ServerSideApply",
        "SkipDryRunOnMissingResource",
        "Validate",
    )
)
"""The options that Argo CD knows; it ignores any other without a word."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """Options by name. Names and values are compared exactly, as Argo CD does."""

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, options: Iterable[str]) -> "SyncOptions":
        """From a list of `Name=value`; the last of a name wins."""
        values: dict[str, str] = {}
        for option in options:
            name, _, value = option.strip().partition("=")
            if name:
                values[name] = value
        return cls(values)

    @classmethod
    def parse_annotation(cls, text: str) -> "SyncOptions":
        """From an annotation, where commas part the options."""
        return cls.parse(text.split(","))

    def value(self, name: str) -> str:
        """The value of an option, empty where it is not given."""
        return self.values.get(name, "")

    def enabled(self, name: str) -> bool:
        """Whether the option is set to `true`."""
        return self.values.get(name) == "true"

    def disabled(self, name: str) -> bool:
        """Whether the option is set to `false`: not the same as not set."""
        return self.values.get(name) == "false"

    def merged(self, other: "SyncOptions") -> "SyncOptions":
        """These with those of `other` on top: an object's own options over its Application's."""
        return SyncOptions({**self.values, **other.values})
