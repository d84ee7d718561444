"""Automated pruning that would delete data for good, with nothing that asks first.

A guard is `Prune=confirm` or `Prune=false`, on the object or for the whole Application, or Helm's
`helm.sh/resource-policy: keep`.
"""

from collections.abc import Iterator

from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Deployed, Subject
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.annotations import SYNC_OPTIONS
from argosy.schemas.model.sync_options import SyncOptions

__all__ = ["check"]

_LOSS = {
    ("", "Namespace"): "everything in the namespace",
    ("", "PersistentVolumeClaim"): "the volume",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "all objects of the kind",
}
_GUARDS = ("confirm", "false")
_KEEP = "helm.sh/resource-policy"


def check(subject: Subject) -> Iterator[Finding]:
    """One finding for each such object, however many Applications deploy it."""
    return object_findings(_faults(subject))


def _faults(subject: Subject) -> Iterator[ObjectFault]:
    for each in subject.deployed:
        loss = _LOSS.get((each.group, each.kind))
        if loss is None or not _is_pruned(each):
            continue
        policy = subject.locate(each.member)(("spec", "syncPolicy", "automated", "prune"))
        yield ObjectFault(
            each,
            "unguarded-prune",
            Severity.WARNING,
            f": automated pruning deletes {loss} as soon as this manifest is gone, and asks nobody",
            each.position(("metadata", "name")),
            hint=f"add the annotation {SYNC_OPTIONS}: Prune=confirm (or Prune=false)",
            related=(Related(f"Application `{each.application.name}` prunes", policy),),
        )


def _is_pruned(each: Deployed) -> bool:
    policy = each.application.sync_policy
    if policy.automated is None or not policy.is_automated or not policy.automated.prune:
        return False
    own = each.annotations.get(SYNC_OPTIONS)
    options = policy.options.merged(SyncOptions.parse_annotation(own if isinstance(own, str) else ""))
    return options.value("Prune") not in _GUARDS and each.annotations.get(_KEEP) != "keep"
