"""Namespaces that are used before anything in the tree creates them.

Only a tree that is known as a whole, and that creates namespaces in a cluster at all, is judged: elsewhere
somebody else may have made them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from argosy.compiler.app_of_apps import key_of
from argosy.compiler.checks.faults import Fault, application_findings
from argosy.compiler.checks.kind_scopes import is_namespaced
from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Deployed, Subject
from argosy.compiler.checks.sync_order import is_applied_before, shown_place
from argosy.compiler.rollout import NodeKey
from argosy.schemas.finding import Finding, Related, Severity

__all__ = ["check"]

_ALWAYS = frozenset(("default", "kube-node-lease", "kube-public", "kube-system"))
_Place = tuple[str, str]
"""A cluster and a namespace."""


@dataclass(slots=True)
class _Created:
    objects: dict[_Place, list[Deployed]] = field(default_factory=lambda: defaultdict(list))
    by_option: dict[_Place, list[NodeKey]] = field(default_factory=lambda: defaultdict(list))

    @property
    def clusters(self) -> frozenset[str]:
        """The clusters in which the tree creates namespaces."""
        return frozenset(cluster for made in (self.objects, self.by_option) for cluster, _ in made)


def check(subject: Subject) -> Iterator[Finding]:
    """Each namespace and Application, as far as they do not share a finding."""
    created = _created(subject)
    late: list[ObjectFault] = []
    missing: dict[NodeKey, list[Fault]] = defaultdict(list)
    for (key, place), users in _users(subject).items():
        found = _too_late(subject, place, users, created)
        if found is not None:
            late.append(found)
        elif not subject.hierarchy.unknown and _is_missing(place, created, subject.settings.namespace):
            missing[key].append(_missing(place, users[0]))
    yield from object_findings(late)
    yield from application_findings(subject, lambda application: missing.get(key_of(application), ()))


def _users(subject: Subject) -> Mapping[tuple[NodeKey, _Place], Sequence[Deployed]]:
    users: dict[tuple[NodeKey, _Place], list[Deployed]] = defaultdict(list)
    for each in subject.deployed:
        namespace = str(each.metadata.get("namespace") or each.application.destination.namespace)
        if namespace and namespace not in _ALWAYS and is_namespaced(each.value):
            users[each.member.key, (each.cluster, namespace)].append(each)
    return users


def _created(subject: Subject) -> _Created:
    created = _Created()
    for each in subject.deployed:
        if each.kind == "Namespace" and not each.group:
            created.objects[each.cluster, each.name].append(each)
    for member, application in subject.applications:
        if application.sync_policy.options.enabled("CreateNamespace"):
            cluster = application.destination.cluster
            created.by_option[cluster, application.destination.namespace].append(member.key)
    return created


def _too_late(
    subject: Subject, place: _Place, users: Sequence[Deployed], created: _Created
) -> ObjectFault | None:
    objects, options = created.objects.get(place, ()), created.by_option.get(place, ())
    if not objects or not all(_comes_after(subject, users[0], key) for key in options):
        return None
    for each in users:
        if all(is_applied_before(subject, each, namespace) for namespace in objects):
            return ObjectFault(
                each,
                "namespace-too-late",
                Severity.ERROR,
                f" is applied {shown_place(each)}, before its namespace `{place[1]}` "
                f"({shown_place(objects[0])})",
                each.position(("metadata", "name")),
                hint="give the Namespace the lower wave, or add CreateNamespace=true to the sync options",
                related=(Related("created here", objects[0].position(("metadata", "name"))),),
            )
    return None


def _comes_after(subject: Subject, user: Deployed, creator: NodeKey) -> bool:
    return creator != user.member.key and user.member.key in subject.rollout.predecessors(creator)


def _is_missing(place: _Place, created: _Created, own: str) -> bool:
    made: Sequence[Mapping[_Place, object]] = (created.objects, created.by_option)
    if any(place in each for each in made) or place == ("in-cluster", own):
        return False
    return place[0] in created.clusters


def _missing(place: _Place, each: Deployed) -> Fault:
    return Fault(
        "unknown-namespace",
        Severity.WARNING,
        ("metadata", "name"),
        f"objects go to namespace `{place[1]}`, which nothing here creates: unless it is there already, "
        "the sync fails",
        hint="add CreateNamespace=true to its sync options, or deploy the Namespace in a lower wave",
        related=(Related(f"such as {each}", each.position(("metadata", "name"))),),
    )
