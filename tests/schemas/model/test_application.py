"""An Application's typed view."""

from typing import Any

import pytest

from argosy.schemas.model.application import Application, Automated, Backoff, Destination, RetryStrategy
from argosy.schemas.model.source import HelmParameter, JsonnetVariable, Source, SourceType


def application(spec: dict[str, Any] | None = None, **metadata: Any) -> Application:
    return Application({"metadata": {"name": "web", **metadata}, "spec": spec or {}})


def annotated(**annotations: str) -> Application:
    names = {
        "wave": "argocd.argoproj.io/sync-wave",
        "after": "argosy.dev/depends-on",
        "timeout": "argosy.dev/timeout",
    }
    return application(annotations={names[name]: value for name, value in annotations.items()})


def test_what_is_not_written_reads_as_nothing() -> None:
    empty = Application({})
    assert (empty.name, empty.namespace, empty.project) == ("", "", "default")
    assert (empty.sources, empty.finalizers, empty.depends_on, empty.wave) == ((), (), (), 0)
    assert empty.destination == Destination()
    assert empty.sync_policy.automated is None
    assert empty.timeout is None
    assert empty.revision_history_limit == 10


@pytest.mark.parametrize(
    ("text", "wave"), [("5", 5), ("-3", -3), ("+2", 2), ("", 0), ("1.5", 0), ("a", 0), (" 1", 0)]
)
def test_the_wave_is_a_whole_number_and_anything_else_is_none(text: str, wave: int) -> None:
    assert annotated(wave=text).wave == wave


def test_dependencies_are_parted_by_commas_and_white_space() -> None:
    assert annotated(after="db, cache\n queue,db").depends_on == ("db", "cache", "queue")


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1h30m", 5400), ("1.5m", 90), ("250ms", 0.25)])
def test_the_timeout_is_a_duration(text: str, seconds: float) -> None:
    assert annotated(timeout=text).timeout == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["10", "0s", "-5s", "", "ten minutes", "1d", "s", ".s", "9999999h"])
def test_a_timeout_that_is_no_positive_duration_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        _ = annotated(timeout=text).timeout


def test_several_sources_win_over_the_single_one() -> None:
    spec = {"source": {"repoURL": "a"}, "sources": [{"repoURL": "b"}, {"repoURL": "c", "ref": "values"}]}
    found = application(spec)
    assert [one.repo_url for one in found.sources] == ["b", "c"]
    assert found.has_several_sources
    assert found.sources[1].is_reference_only
    assert [one.repo_url for one in application({**spec, "sources": []}).sources] == ["a"]


def test_a_hydrator_is_synced_from_its_branch() -> None:
    hydrator = {
        "drySource": {"repoURL": "dry", "path": "p", "targetRevision": "main"},
        "syncSource": {"targetBranch": "env/prod", "path": "out"},
    }
    (source,) = application({"source": {"repoURL": "a"}, "sourceHydrator": hydrator}).sources
    assert (source.repo_url, source.path, source.revision) == ("dry", "out", "env/prod")


@pytest.mark.parametrize(
    ("fields", "automated", "active"),
    [
        ({}, None, False),
        ({"automated": {}}, Automated(), True),
        ({"automated": {"enabled": False, "prune": True}}, Automated(enabled=False, prune=True), False),
        (
            {"automated": {"selfHeal": True, "allowEmpty": True}},
            Automated(self_heal=True, allow_empty=True),
            True,
        ),
    ],
)
def test_automated_is_on_where_it_is_written(fields: Any, automated: Automated | None, active: bool) -> None:
    policy = application({"syncPolicy": fields}).sync_policy
    assert (policy.automated, policy.is_automated) == (automated, active)


def test_retries_wait_longer_each_time_up_to_a_maximum() -> None:
    backoff = {"duration": "10", "factor": 3, "maxDuration": "2m"}
    retry = application({"syncPolicy": {"retry": {"limit": 3, "backoff": backoff}}}).sync_policy.retry
    assert retry == RetryStrategy(3, Backoff(10, 3, 120))
    assert [retry.delay(attempt) for attempt in range(4)] == [10, 30, 90, 120]
    assert [retry.allows(attempt) for attempt in (0, 2, 3)] == [True, True, False]
    assert retry.delay(10_000) == 120


def test_retries_without_numbers_have_those_of_argo_cd() -> None:
    retry = application({"syncPolicy": {"retry": {"limit": -1}}}).sync_policy.retry
    assert retry is not None
    assert retry.backoff == Backoff(5, 2, 180)
    assert retry.allows(1000)


def test_sync_options_are_parsed() -> None:
    spec = {
        "syncPolicy": {
            "syncOptions": ["CreateNamespace=true", "Prune=false", "PrunePropagationPolicy=background"]
        }
    }
    options = application(spec).sync_policy.options
    assert options.enabled("CreateNamespace")
    assert options.disabled("Prune")
    assert not options.disabled("Validate")
    assert options.value("PrunePropagationPolicy") == "background"


def test_namespace_metadata_is_known_to_be_written() -> None:
    written = application({"syncPolicy": {"managedNamespaceMetadata": {"labels": {"a": "b"}}}}).sync_policy
    assert (written.namespace_labels, written.namespace_annotations) == ({"a": "b"}, {})
    assert application().sync_policy.namespace_labels is None


@pytest.mark.parametrize(
    ("finalizers", "deletes"),
    [
        ([], False),
        (["resources-finalizer.argocd.argoproj.io"], True),
        (["resources-finalizer.argocd.argoproj.io/background"], True),
        (["example.com/other"], False),
    ],
)
def test_only_the_resources_finalizer_deletes_resources(finalizers: list[str], deletes: bool) -> None:
    assert application(finalizers=finalizers).deletes_its_resources is deletes


def test_the_management_cluster_has_two_names() -> None:
    assert Destination(server="https://kubernetes.default.svc").is_in_cluster
    assert Destination(name="in-cluster").is_in_cluster
    assert not Destination(server="https://kubernetes.default.svc.example.com").is_in_cluster


def test_sources_have_typed_options() -> None:
    source = Source(
        {
            "repoURL": "r",
            "helm": {
                "valueFiles": ["a.yaml", "$ref/b.yaml"],
                "parameters": [{"name": "n", "value": "v", "forceString": True}],
                "fileParameters": [{"name": "f", "path": "p"}],
                "valuesObject": {},
                "skipCrds": True,
            },
        }
    )
    assert source.explicit_types == (SourceType.HELM,)
    assert source.revision == "HEAD"
    assert source.helm is not None
    assert source.helm.value_files == ("a.yaml", "$ref/b.yaml")
    assert source.helm.parameters == (HelmParameter("n", "v", True),)
    assert source.helm.file_parameters == (("f", "p"),)
    assert source.helm.values_object == {}
    assert source.helm.skip_crds
    assert not source.helm.skip_tests
    assert source.kustomize is None


def test_kustomize_directories_and_plugins_have_typed_options() -> None:
    kustomize = Source(
        {"kustomize": {"images": ["a=b"], "replicas": [{"name": "x", "count": "2"}]}}
    ).kustomize
    assert kustomize is not None
    assert (kustomize.images, kustomize.replicas, kustomize.name_prefix) == (("a=b",), (("x", "2"),), "")
    directory = Source(
        {"directory": {"jsonnet": {"tlas": [{"name": "a", "value": "1", "code": True}]}}}
    ).directory
    assert directory is not None
    assert directory.jsonnet.top_level_arguments == (JsonnetVariable("a", "1", True),)
    assert not directory.recurse
    plugin = Source({"plugin": {"name": "p", "env": [{"name": "A", "value": "B"}]}}).plugin
    assert plugin is not None
    assert (plugin.name, plugin.env) == ("p", (("A", "B"),))


def test_ignored_differences_are_read() -> None:
    (found,) = application(
        {"ignoreDifferences": [{"kind": "Deployment", "jsonPointers": ["/a"]}]}
    ).ignore_differences
    assert (found.group, found.kind, found.json_pointers) == ("", "Deployment", ("/a",))


def test_applications_are_equal_by_their_manifest_and_cannot_be_changed() -> None:
    assert application({"project": "a"}) == application({"project": "a"})
    with pytest.raises(AttributeError):
        application().manifest = {}  # type: ignore[misc]
