"""The cluster generator: one parameter set for each registered cluster."""

from collections.abc import Mapping, Sequence
from functools import partial

from argosy.generators.generator import Context, ask
from argosy.generators.go_values import Slice, StringMap
from argosy.generators.parameters import Parameters
from argosy.generators.selectors import compile_selector
from argosy.generators.slug import normalize
from argosy.generators.spec_fields import flag, items, mapping
from argosy.generators.values import Values
from argosy.generators.world import IN_CLUSTER_NAME, IN_CLUSTER_SERVER, ClusterSecret
from argosy.schemas.finding import Related
from argosy.schemas.model.origin import Origin, Written
from argosy.schemas.position import Path

__all__ = ["Clusters"]

# State of Argo CD and of kubectl on the Secret itself: copied to an Application it would trigger or leak.
_UNSEEN_ANNOTATIONS = frozenset(
    (
        "argocd.argoproj.io/refresh",
        "argocd.argoproj.io/refresh-timestamp",
        "argocd.argoproj.io/hydrate",
        "argocd.argoproj.io/hydrate-timestamp",
        "argocd.argoproj.io/tracking-id",
        "argocd.argoproj.io/installation-id",
        "kubectl.kubernetes.io/last-applied-configuration",
    )
)


class Clusters:
    """`clusters`: from Argo CD's cluster Secrets, and the implicit in-cluster.

    The implicit one is there only without a selector (it has no labels) and where no Secret stands for
    the same server.
    """

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        selector = mapping(spec, "selector")
        matches = compile_selector(selector, (*path, "selector"), context)
        secrets = [
            secret for secret in ask(context.world.clusters(), path, context) if matches(secret.labels)
        ]
        # Argo CD keeps them by the cluster's name: of two Secrets with one name the last stays.
        by_name = {secret.name: secret for secret in secrets}
        values = Values.of(spec, path, context)
        found = []
        for secret in by_name.values():
            source = partial(_origin, secret, path, context)
            found.append(values.added(_parameters(secret, context), source))
        selects = mapping(selector, "matchLabels") or items(selector, "matchExpressions")
        if not selects and all(secret.server != IN_CLUSTER_SERVER for secret in by_name.values()):
            local: dict[str, object] = {
                "name": IN_CLUSTER_NAME,
                "nameNormalized": IN_CLUSTER_NAME,
                "server": IN_CLUSTER_SERVER,
                "project": "",
            }
            found.append(values.added(local, partial(context.origin, path)))
        if flag(spec, "flatList"):
            every = Slice((each.values for each in found), "map[string]interface {}", is_nil=not found)
            return [Parameters({"clusters": every}, partial(_flat_origin, tuple(found), path, context))]
        return found


def _parameters(secret: ClusterSecret, context: Context) -> dict[str, object]:
    parameters: dict[str, object] = {
        "name": secret.name,
        "nameNormalized": normalize(secret.name),
        "server": secret.server,
        "project": secret.project,
    }
    annotations = {key: text for key, text in secret.annotations.items() if key not in _UNSEEN_ANNOTATIONS}
    if context.structured:
        # Absent rather than empty, as in Argo CD: `missingkey=error` shall see it.
        metadata: dict[str, object] = {}
        if secret.annotations:
            metadata["annotations"] = StringMap(annotations)
        if secret.labels:
            metadata["labels"] = StringMap(secret.labels)
        parameters["metadata"] = metadata
    else:
        parameters.update((f"metadata.annotations.{key}", text) for key, text in annotations.items())
        parameters.update((f"metadata.labels.{key}", text) for key, text in secret.labels.items())
    return parameters


def _origin(secret: ClusterSecret, path: Path, context: Context) -> Origin:
    what = f"Secret {secret.secret_name} of cluster {secret.name}"

    def trace(names: Path) -> tuple[Written, ...]:
        field = _field(secret, names)
        line = secret.locate(field) if field else None
        # Credentials may stand in any line of a Secret.
        return (Written(line, secret.position, confidential=True),) if line is not None else ()

    return Origin(context.locate(path), (Related(what, secret.position, confidential=True),), trace)


def _field(secret: ClusterSecret, names: Path) -> Path:
    """The field of a Secret that a parameter comes from; none for names of anything else."""
    match names:
        case ("name" | "nameNormalized",):
            return ("stringData", "name")
        case ("server" | "project" as field,):
            return ("stringData", field)
        case ("metadata", "labels" | "annotations" as field, *rest):
            # A key may hold dots, and so do fasttemplate's names.
            key = ".".join(map(str, rest))
            return ("metadata", field, key) if key in getattr(secret, field) else ("metadata", field)
    return ()


def _flat_origin(clusters: Sequence[Parameters], path: Path, context: Context) -> Origin:
    """The origin of the one list of all clusters, whose `values` have lines of their own."""

    def trace(names: Path) -> tuple[Written, ...]:
        if names[:1] != ("clusters",):
            return ()
        index = str(names[1]) if len(names) > 1 else ""
        if index.isdecimal() and int(index) < len(clusters):
            return clusters[int(index)].origin.trace(names[2:])
        return ()

    return Origin(context.locate(path), trace=trace)
