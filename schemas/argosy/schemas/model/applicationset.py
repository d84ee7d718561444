"""An ApplicationSet: a thin view round its manifest, and round its document where it came from a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from argosy.schemas.model import annotations as names
from argosy.schemas.model.fields import flag, mapping, mappings, text, texts
from argosy.schemas.model.origin import Origin
from argosy.schemas.model.resource import Resource
from argosy.schemas.position import Path, Position
from argosy.schemas.wording import dotted
from argosy.schemas.yaml_reader import Document

__all__ = ["ApplicationSet", "ApplicationsSync", "MatchExpression", "RolloutStep"]

_PERCENT = re.compile(r"[0-9]{1,6}%", re.ASCII)


class ApplicationsSync(StrEnum):
    """What may happen to Applications that exist already."""

    CREATE_ONLY = "create-only"
    CREATE_UPDATE = "create-update"
    CREATE_DELETE = "create-delete"
    SYNC = "sync"

    @property
    def allows_update(self) -> bool:
        """Whether they may be changed."""
        return self in (ApplicationsSync.CREATE_UPDATE, ApplicationsSync.SYNC)

    @property
    def allows_delete(self) -> bool:
        """Whether they may be deleted."""
        return self in (ApplicationsSync.CREATE_DELETE, ApplicationsSync.SYNC)


@dataclass(frozen=True, slots=True)
class MatchExpression:
    """A condition on an Application's labels; the operator is `In` or `NotIn`."""

    key: str
    operator: str
    values: tuple[str, ...]

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil it, as Argo CD's progressive sync decides.

        There an unknown operator is only looked at where the label exists; without it the condition holds.
        """
        value = labels.get(self.key)
        if value is None:
            return self.operator != "In"
        if self.operator == "In":
            return value in self.values
        return self.operator == "NotIn" and value not in self.values


@dataclass(frozen=True, slots=True)
class RolloutStep:
    """One step of a RollingSync strategy; `max_update` is a number, a percentage as text, or None for all."""

    expressions: tuple[MatchExpression, ...] = ()
    max_update: int | str | None = None

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an Application with these labels belongs to the step; no expressions match everything."""
        return all(expression.matches(labels) for expression in self.expressions)

    @property
    def is_manual(self) -> bool:
        """Whether it waits for a person: none of its Applications may be updated by the controller."""
        limit = self.max_update
        return limit == "0%" or (isinstance(limit, int) and limit <= 0)

    @property
    def max_update_is_valid(self) -> bool:
        """Whether the limit is absent, a number that is not negative, or such a number of percent."""
        limit = self.max_update
        if isinstance(limit, str):
            return _PERCENT.fullmatch(limit) is not None
        return limit is None or limit >= 0

    def limit(self, members: int) -> int:
        """How many of so many Applications may be updated at a time.

        Percentages are rounded down, but to no less than one. What cannot be read counts as one, as in
        Argo CD.
        """
        if self.is_manual:
            return 0
        if self.max_update is None:
            return members
        if isinstance(self.max_update, int):
            return self.max_update
        percent = int(self.max_update[:-1]) if self.max_update_is_valid else 0
        return max(1, percent * members // 100)


@dataclass(frozen=True)
class ApplicationSet(Resource):
    """An ApplicationSet as the API would store it.

    `document` is None where it was not read from a file; then `origin` may say what rendered it.
    """

    document: Document | None = field(default=None, compare=False)
    origin: Origin = field(default=Origin(), compare=False)

    @cached_property
    def generators(self) -> tuple[Mapping[str, Any], ...]:
        """The generators as written, in order."""
        return mappings(self.spec, "generators")

    @property
    def template(self) -> Mapping[str, Any]:
        """The template of an Application (metadata and spec)."""
        return mapping(self.spec, "template")

    @property
    def template_patch(self) -> str:
        """A template of a patch for each Application, empty where there is none."""
        return text(self.spec, "templatePatch")

    @property
    def go_template(self) -> bool:
        """Whether templates are Go's."""
        return flag(self.spec, "goTemplate")

    @cached_property
    def go_template_options(self) -> tuple[str, ...]:
        """Options such as `missingkey=error`."""
        return texts(self.spec, "goTemplateOptions")

    @property
    def template_engine(self) -> str:
        """The dialect that the annotation asks for, empty where it asks for none."""
        return self.annotations.get(names.TEMPLATE_ENGINE, "")

    @property
    def apply_nested_selectors(self) -> bool:
        """Written for older versions; selectors of nested generators always count now."""
        return flag(self.spec, "applyNestedSelectors")

    @cached_property
    def applications_sync(self) -> ApplicationsSync | None:
        """What may happen to existing Applications; None where the set does not say."""
        value = text(mapping(self.spec, "syncPolicy"), "applicationsSync")
        return ApplicationsSync(value) if value in tuple(ApplicationsSync) else None

    @property
    def preserve_resources_on_deletion(self) -> bool:
        """Whether Applications that leave the set leave their resources."""
        return flag(mapping(self.spec, "syncPolicy"), "preserveResourcesOnDeletion")

    @cached_property
    def preserved_annotations(self) -> tuple[str, ...]:
        """Annotations of generated Applications that others may set."""
        return texts(mapping(self.spec, "preservedFields"), "annotations")

    @cached_property
    def preserved_labels(self) -> tuple[str, ...]:
        """Labels of generated Applications that others may set."""
        return texts(mapping(self.spec, "preservedFields"), "labels")

    @property
    def ignore_application_differences(self) -> tuple[Mapping[str, Any], ...]:
        """Fields of generated Applications that others may change."""
        return mappings(self.spec, "ignoreApplicationDifferences")

    @property
    def strategy_type(self) -> str:
        """`AllAtOnce`, `RollingSync`, or empty, which means the former."""
        return text(mapping(self.spec, "strategy"), "type")

    @property
    def deletes_in_reverse(self) -> bool:
        """Whether its Applications are deleted in the reverse order of the steps, of which there are some."""
        order = text(mapping(self.spec, "strategy"), "deletionOrder")
        return bool(self.steps) and order.casefold() == "reverse"

    @cached_property
    def steps(self) -> tuple[RolloutStep, ...]:
        """The steps of a RollingSync strategy, empty for any other."""
        if self.strategy_type != "RollingSync":
            return ()
        rolling = mapping(mapping(self.spec, "strategy"), "rollingSync")
        return tuple(
            RolloutStep(
                tuple(
                    MatchExpression(text(one, "key"), text(one, "operator"), texts(one, "values"))
                    for one in mappings(step, "matchExpressions")
                ),
                _number_or_text(step.get("maxUpdate")),
            )
            for step in mappings(rolling, "steps")
        )

    @cached_property
    def wave(self) -> int:
        """Its place in the order of its parent's objects."""
        return names.wave_of(self.annotations)

    @cached_property
    def depends_on(self) -> tuple[str, ...]:
        """Names of Applications and sets that must have rolled out before it."""
        return names.parse_names(self.annotations.get(names.DEPENDS_ON, ""))

    @cached_property
    def timeout(self) -> float | None:
        """Seconds to wait for it, None for the default. Raises ValueError where it cannot be read."""
        return names.timeout_of(self.annotations)

    def position(self, path: Path = (), key: bool = False) -> Position:
        """Where a node of the manifest stands: in its file, else what rendered the set, else the node's name
        in the object."""
        if self.document is not None:
            return self.document.position(path, key)
        return self.origin.position_of(path, key) or Position(dotted(path), 0, 0)

    def position_in_text(self, path: Path, line: int, column: int, length: int = 0) -> Position:
        """Where some characters of a text of the manifest stand, as far as that can be told; line 0 is all
        of the text."""
        if self.document is not None:
            return self.document.position_in_text(path, line, column, length)
        return self.position(path)


def _number_or_text(value: object) -> int | str | None:
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None
