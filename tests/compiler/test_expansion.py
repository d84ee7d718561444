"""Expansion beyond the recorded answers: origins, inputs, unknown answers, Jinja2, large sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argosy.compiler.expansion import Expansion, Phase, UnknownExpansion, expand
from argosy.compiler.inputs import Input
from argosy.compiler.loading import load
from argosy.generators.generator import Settings
from argosy.generators.world import ClusterSecret, PluginCall, ProviderQuery, Tree
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.yaml_reader import read_documents

NOTHING = Unknown("nobody was asked")


@dataclass(frozen=True)
class Clusters:
    """A world that knows clusters at most."""

    secrets: Answer[tuple[ClusterSecret, ...]] = NOTHING

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        return self.secrets

    def tree(self, repo_url: str, revision: str) -> Answer[Tree]:
        return NOTHING

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        return NOTHING

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        return NOTHING

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        return NOTHING

    def plugin(self, call: PluginCall) -> Answer[object]:
        return NOTHING

    def repositories(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        return NOTHING

    def pull_requests(self, query: ProviderQuery) -> Answer[tuple[Mapping[str, object], ...]]:
        return NOTHING


SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: apps
  annotations: {}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - list:
      elements:
      - {env: dev}
      - {env: prod}
  template:
    metadata:
      name: '{{.env}}-web'
    spec:
      project: default
      source: {repoURL: https://git.example.com/org/repo.git, path: apps/web}
      destination: {server: https://kubernetes.default.svc, namespace: web}
"""


def a_set(text: str = SET) -> ApplicationSet:
    (document,) = read_documents(text, "set.yaml")
    loaded = load(document, "argocd")
    assert isinstance(loaded.resource, ApplicationSet), loaded.findings
    return loaded.resource


def expanded(text: str = SET, world: Clusters | None = None, settings: Settings | None = None) -> Expansion:
    found = expand(a_set(text), world or Clusters(), settings)
    assert isinstance(found, Expansion), found
    return found


def test_an_application_leads_to_its_template_and_its_element() -> None:
    dev, prod = expanded().applications
    assert (prod.name, prod.namespace) == ("prod-web", "argocd")
    assert str(prod.origin.position) == "set.yaml:16:13"
    assert str(prod.origin.chain[0].position) == "set.yaml:13:9"
    assert dev.origin != prod.origin


def test_one_failing_element_means_that_nothing_is_created_and_every_other_is_still_looked_at() -> None:
    text = SET.replace("- {env: dev}", "- {envi: dev}").replace(
        "- {env: prod}", "- {e: prod}\n      - {env: x}"
    )
    found = expanded(text)
    assert found.applications == ()
    assert found.failed is Phase.GENERATE
    assert [each.name for each in found.generated] == ["x-web"]
    assert {str(finding.related[0].position) for finding in found.findings if finding.related} == {
        "set.yaml:12:9"
    }


def test_a_broken_generator_does_not_hide_the_mistakes_of_the_next() -> None:
    text = SET.replace("      - {env: dev}\n", "").replace(
        "  - list:\n",
        "  - matrix: {generators: []}\n  - merge: {mergeKeys: [a], generators: []}\n  - list:\n",
    )
    found = expanded(text)
    assert [finding.message.split(",")[0] for finding in found.findings] == [
        "a matrix takes exactly two generators",
        "a merge takes at least two generators",
    ]


def test_an_unknown_answer_makes_the_whole_expansion_unknown() -> None:
    found = expand(a_set(SET.replace("  - list:\n", "  - clusters: {}\n  - list:\n")), Clusters())
    assert isinstance(found, UnknownExpansion)
    assert found.reason == "nobody was asked"
    assert str(found.missing[0].position) == "set.yaml:10:15"
    assert Input("clusters") in found.inputs


def test_strict_destinations_need_to_know_the_clusters() -> None:
    assert isinstance(expand(a_set(), Clusters(), Settings(strict_destinations=True)), UnknownExpansion)
    found = expanded(SET, Clusters(Known((), "test")), Settings(strict_destinations=True))
    assert len(found.applications) == 2


def test_inputs_hold_what_was_asked_and_nothing_else() -> None:
    assert expanded().inputs == (Input("projects"),)


def test_jinja_keeps_the_types_of_whole_expressions() -> None:
    text = (
        SET.replace("annotations: {}", "annotations: {argosy.dev/template-engine: jinja2}")
        .replace("  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n", "")
        .replace("{{.env}}-web", "{{ env }}-web")
        .replace("- {env: dev}", "- {env: dev, on: true, limit: 3}")
        .replace("      - {env: prod}\n", "")
    )
    text += "      revisionHistoryLimit: 5\n      info: [{name: limit, value: 'at {{ limit }}'}]\n"
    (application,) = expanded(text).applications
    assert application.name == "dev-web"
    assert application.spec["info"] == [{"name": "limit", "value": "at 3"}]


def test_the_same_failure_of_many_elements_is_told_once_with_their_number() -> None:
    elements = "\n".join(f"      - {{e: x{number}}}" for number in range(500))
    found = expanded(SET.replace("      - {env: dev}\n      - {env: prod}", elements))
    assert [finding.code for finding in found.findings] == ["template-error", "more-failures"]
    assert "499 more" in found.findings[1].message


def test_an_application_with_an_empty_result_of_a_template_is_normalized() -> None:
    text = SET.replace("path: apps/web}", "path: '{{.path}}', helm: {releaseName: '{{.path}}'}}")
    text = text.replace("{env: dev}", "{env: dev, path: ''}").replace("{env: prod}", "{env: prod, path: p}")
    dev, prod = (dict(each.manifest["spec"]["source"]) for each in expanded(text).applications)
    assert dev == {"repoURL": "https://git.example.com/org/repo.git"}
    assert prod["helm"] == {"releaseName": "p"}


def test_manifests_share_nothing_that_could_be_changed() -> None:
    first, second = expanded().applications
    manifest: Any = first.manifest
    manifest["metadata"]["finalizers"].append("x")
    manifest["spec"]["destination"]["namespace"] = "other"
    assert second.manifest["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]
    assert second.destination.namespace == "web"
