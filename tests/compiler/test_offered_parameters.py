"""The names that generators offer are those that they give."""

from collections.abc import Mapping, Sequence

import pytest

from argosy.cli.manifest_world import ManifestWorld
from argosy.cli.offline_world import OfflineWorld
from argosy.compiler.checks.offered_parameters import OFFERED
from argosy.compiler.expansion import Expansion, expand
from argosy.compiler.loading import load
from argosy.generators.generator import Settings
from argosy.generators.parameters import flatten
from argosy.schemas.knowledge import Known, Unknown
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.yaml_reader import read_documents

SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  goTemplate: true
  generators:
  - ENTRY
  template:
    metadata: {name: web}
    spec:
      project: default
      source: {repoURL: https://git.example.com/org/web.git, path: web}
      destination: {server: https://kubernetes.default.svc, namespace: web}
"""
CLUSTER = """apiVersion: v1
kind: Secret
metadata:
  name: one
  labels: {argocd.argoproj.io/secret-type: cluster}
  annotations: {zone: a}
stringData: {name: one, server: https://one.example.com, project: shop}
"""
PULL = {
    "number": 1,
    "title": "a title",
    "branch": "change",
    "targetBranch": "main",
    "headSHA": "0123456789",
    "labels": ["preview"],
    "author": "me",
}
REPOSITORY = {
    "organization": "org",
    "repository": "web",
    "repositoryId": 1,
    "url": "https://git.example.com/org/web.git",
    "branch": "main",
    "sha": "0123456789",
    "labels": ["a"],
}


@pytest.mark.parametrize(
    ("generator", "entry", "answers"),
    [
        ("clusters", "clusters: {}", {}),
        ("pullRequest", "pullRequest: {github: {owner: org, repo: web}}", {"pulls": [PULL]}),
        ("scmProvider", "scmProvider: {github: {organization: org}}", {"scm": [REPOSITORY]}),
    ],
)
def test_a_generator_gives_what_it_is_said_to_offer(
    generator: str, entry: str, answers: Mapping[str, Sequence[object]]
) -> None:
    known = {kind: Known(answer, "a test") for kind, answer in answers.items()}
    manifests = ManifestWorld(read_documents(CLUSTER, "clusters.yaml"), "argocd", "a test")
    world = OfflineWorld(manifests, lambda url, revision: Unknown("not here"), known)
    loaded = load(read_documents(SET.replace("ENTRY", entry), "set.yaml")[0], "argocd").resource
    assert isinstance(loaded, ApplicationSet)
    expansion = expand(loaded, world, Settings())
    assert isinstance(expansion, Expansion)
    given = {name for each in expansion.parameters for name in flatten(each.values)}
    any_key = {"metadata.labels.argocd.argoproj.io/secret-type": "metadata.labels.*"}
    any_key["metadata.annotations.zone"] = "metadata.annotations.*"
    assert {any_key.get(name, name).partition(".0")[0] for name in given} == OFFERED[generator]
