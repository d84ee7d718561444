"""Which kinds have rules of their own. Kinds that are not listed follow their schema only (`has_rules`
tells)."""

from collections.abc import Mapping

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.kinds import (
    access,
    batch,
    configuration,
    definitions,
    namespaces,
    networking,
    pods,
    scaling,
    services,
    storage,
    workloads,
)
from argosy.sandbox.kinds.rules import KindRules

__all__ = ["TYPE_DEFAULTS", "has_rules", "rules_of"]

TYPE_DEFAULTS: Mapping[str, TypeDefault] = {
    **access.DEFAULTS,
    **batch.DEFAULTS,
    **configuration.DEFAULTS,
    **definitions.DEFAULTS,
    **namespaces.DEFAULTS,
    **networking.DEFAULTS,
    **pods.DEFAULTS,
    **scaling.DEFAULTS,
    **services.DEFAULTS,
    **storage.DEFAULTS,
    **workloads.DEFAULTS,
}
"""Defaults of Go types, by schema name."""

_SCHEMA_ONLY = KindRules()

# Kinds whose schema says all there is to know, apart from the names and generations below.
_SIMPLE: dict[tuple[str, str], KindRules] = {
    ("coordination.k8s.io", "Lease"): KindRules(needs_resource_version=True),
    ("", "Event"): KindRules(),
    ("events.k8s.io", "Event"): KindRules(),
    ("", "Node"): KindRules(status_is_written=True),
    ("scheduling.k8s.io", "PriorityClass"): KindRules(has_generation=True),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): KindRules(has_generation=True),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): KindRules(has_generation=True),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): KindRules(has_generation=True),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): KindRules(has_generation=True),
}

_RULES: Mapping[tuple[str, str], KindRules] = {
    **_SIMPLE,
    **access.RULES,
    **batch.RULES,
    **configuration.RULES,
    **definitions.RULES,
    **namespaces.RULES,
    **networking.RULES,
    ("", "Pod"): pods.RULES,
    **scaling.RULES,
    **services.RULES,
    **storage.RULES,
    **workloads.RULES,
}


def has_rules(group: str, kind: str) -> bool:
    """Are this kind's defaults and validation checked against a real server, or only its schema?"""
    return (group, kind) in _RULES


def rules_of(group: str, kind: str) -> KindRules:
    """The rules of a built-in kind."""
    return _RULES.get((group, kind), _SCHEMA_ONLY)
