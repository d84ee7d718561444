"""What a kind does beyond its schema, as a value: `KindRules`. The modules beside this one fill it in.

The functions get private copies and change them in place. They know one object (and its live form), never a
store: whatever comes from the cluster is in the `Allocation`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from argosy.sandbox.field_errors import Problems
from argosy.sandbox.fieldset import FieldSet
from argosy.sandbox.metadata import NameRule
from argosy.sandbox.schema import Object

__all__ = ["Allocation", "KindRules", "spec_changed"]


class Allocation(Protocol):
    """What kinds may ask of the cluster."""

    @property
    def allocate_cluster_ip(self) -> Callable[[], str]: ...

    @property
    def allocate_node_port(self) -> Callable[[], int]: ...


def _nothing_to_prepare(_: Object, __: Allocation) -> None:
    """Kinds without a rule."""


def _nothing_to_carry(_: Object, __: Object, ___: Allocation) -> None:
    """Kinds without a rule."""


def _valid(_: Object, __: Problems) -> None:
    """Kinds without a rule."""


def _valid_change(_: Object, __: Object, ___: Problems) -> None:
    """Kinds without a rule."""


def spec_changed(new: Object, old: Object) -> bool:
    """The usual reason to count a new generation."""
    return bool(new.get("spec") != old.get("spec"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRules:
    """One kind's strategy (`k8s.io/kubernetes/pkg/registry/<group>/<kind>/strategy.go`)."""

    name: NameRule = NameRule.SUBDOMAIN
    has_generation: bool = False
    generation_changes: Callable[[Object, Object], bool] = spec_changed
    """New and live object: does this update count a generation?"""
    prepare_create: Callable[[Object, Allocation], None] = _nothing_to_prepare
    prepare_update: Callable[[Object, Object, Allocation], None] = _nothing_to_carry
    """New and live object, before validation."""
    validate: Callable[[Object, Problems], None] = _valid
    validate_update: Callable[[Object, Object, Problems], None] = _valid_change
    """New and live object."""
    bare_finalizers: bool = False
    """Finalizers need no domain: the check of the core API is not made for these kinds."""
    needs_resource_version: bool = False
    """An update must name the version that it replaces (`AllowUnconditionalUpdate` is false)."""
    status_is_written: bool = False
    """Creating and updating the object itself may write its status too."""
    status_reset: FieldSet = field(default_factory=dict)
    """What the status endpoint never writes, beyond the spec."""
