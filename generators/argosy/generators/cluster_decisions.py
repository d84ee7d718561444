"""The clusterDecisionResource generator: clusters that a custom resource's status names."""

from collections.abc import Mapping, Sequence
from functools import partial

from argosy.generators.generator import Context, GeneratorError, ask
from argosy.generators.parameters import Parameters, go_text
from argosy.generators.selectors import compile_selector
from argosy.generators.spec_fields import mapping, text
from argosy.generators.values import Values
from argosy.generators.world import IN_CLUSTER_NAME, IN_CLUSTER_SERVER
from argosy.schemas.position import Path

__all__ = ["ClusterDecisions"]


class ClusterDecisions:
    """`clusterDecisionResource`: a ConfigMap names the kind, `name` or `labelSelector` the objects."""

    def generate(self, spec: Mapping[str, object], path: Path, context: Context) -> Sequence[Parameters]:
        name = text(spec, "configMapRef")
        data = ask(context.world.config_map(name), (*path, "configMapRef"), context)
        if data is None:
            raise GeneratorError(f"ConfigMap `{name}` does not exist", position=context.locate(path))
        chosen = _chosen(spec, data, path, context)
        match_key = data.get("matchKey", "")
        decisions = _decisions(chosen, data, path, context) if match_key else []
        servers = {IN_CLUSTER_NAME: IN_CLUSTER_SERVER}
        for secret in ask(context.world.clusters(), path, context):
            servers[secret.name] = secret.server
        values = Values.of(spec, path, context)
        found = []
        for decision in decisions:
            matched = decision.get(match_key)
            cluster = "" if matched is None else go_text(matched)
            if not cluster or cluster not in servers:
                continue
            parameters: dict[str, object] = {"name": cluster, "server": servers[cluster]}
            parameters.update((key, go_text(value)) for key, value in decision.items())
            # Not templates here: Argo CD copies these values as they are.
            found.append(values.copied(parameters, values.templates, partial(context.origin, path)))
        return found


def _chosen(
    spec: Mapping[str, object], data: Mapping[str, str], path: Path, context: Context
) -> list[Mapping[str, object]]:
    api_version, kind = data.get("apiVersion", ""), data.get("kind", "")
    if not kind or api_version.find("/") < 1:
        raise GeneratorError(
            f"ConfigMap `{text(spec, 'configMapRef')}` needs `apiVersion` (with a group) and `kind`",
            position=context.locate(path),
        )
    objects = ask(context.world.resources(api_version, kind), path, context)
    chosen = [each for each in objects if _chooser(spec, path, context)(each)]
    if not chosen:
        raise GeneratorError(f"there is no {kind} to decide on clusters", position=context.locate(path))
    return chosen


def _decisions(
    chosen: Sequence[Mapping[str, object]], data: Mapping[str, str], path: Path, context: Context
) -> list[dict[str, object]]:
    kind = data.get("kind", "")
    status_key = data.get("statusListKey") or "clusters"
    decisions: list[dict[str, object]] = []
    for each in chosen:
        status = each.get("status")
        if not isinstance(status, Mapping) or not status:
            continue
        listed = status.get(status_key)
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise GeneratorError(
                f"`status.{status_key}` of {kind} must be a list of maps", position=context.locate(path)
            )
        decisions += listed
    return decisions


class _Choice:
    def __init__(self, spec: Mapping[str, object], path: Path, context: Context) -> None:
        self.name = text(spec, "name")
        selector = mapping(spec, "labelSelector")
        selects = any(selector.get(key) is not None for key in ("matchLabels", "matchExpressions"))
        if bool(self.name) == selects or (selects and not any(selector.values())):
            raise GeneratorError(
                "choose objects either by `name` or by `labelSelector`", position=context.locate(path)
            )
        self.matches = compile_selector(selector, (*path, "labelSelector"), context)

    def __call__(self, manifest: Mapping[str, object]) -> bool:
        metadata = manifest.get("metadata")
        if not isinstance(metadata, Mapping):
            return False
        if self.name:
            return metadata.get("name") == self.name
        return self.matches({key: str(value) for key, value in mapping(metadata, "labels").items()})


def _chooser(spec: Mapping[str, object], path: Path, context: Context) -> _Choice:
    return _Choice(spec, path, context)
