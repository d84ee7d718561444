"""What a set makes of an Application that exists, on plain values."""

import pytest

from argosy.compiler.ignored_fields import IgnoredFields
from argosy.reconciler.application_update import plan_update, surplus
from argosy.reconciler.set_settings import SetSettings
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.sources.jq_filter import JqFilter

OWNER = [{"kind": "ApplicationSet", "name": "all", "uid": "1", "controller": True}]


def application(spec=None, **metadata):
    spec = {
        "project": "default",
        "source": {"repoURL": "https://x", "path": "a", "targetRevision": "main"},
        "destination": {"name": "in-cluster", "namespace": "apps"},
        **(spec or {}),
    }
    head = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}
    metadata = {"name": "web", "namespace": "argocd", "labels": {"team": "a"}, **metadata}
    return {**head, "metadata": metadata, "spec": spec}


def plan(wanted, live, *, rules=(), jq=None, **spec):
    preserved = SetSettings().preserved_of(ApplicationSet({"spec": spec}))
    ignore = IgnoredFields(tuple(rules), jq.delete if jq else None)
    return plan_update(wanted, live, preserved, ignore)


def pointer(*paths):
    return {"jsonPointers": list(paths)}


def source(**more):
    return {"source": {"repoURL": "https://x", "path": "a", "targetRevision": "main", **more}}


def test_what_is_as_it_should_be_does_not_change():
    live = application(resourceVersion="4", uid="2", ownerReferences=OWNER)
    assert not plan(application(ownerReferences=OWNER), live).changes


def test_what_argo_cd_normalizes_away_is_no_change():
    assert not plan(application(), application({"syncPolicy": {}, "ignoreDifferences": []})).changes


def test_fields_that_somebody_added_or_changed_are_taken_back():
    live = application(
        source(targetRevision="mine") | {"revisionHistoryLimit": 3},
        labels={"team": "b", "mine": "1"},
        annotations={"mine": "1"},
        finalizers=["mine.example.com/x"],
    )
    update = plan(application(finalizers=["resources-finalizer.argocd.argoproj.io"]), live)
    assert update.changes
    assert update.result["spec"] == application()["spec"]
    assert update.result["metadata"]["labels"] == {"team": "a"}
    assert surplus(live, update.result) == {
        "metadata": {
            "labels": {"mine": None},
            "annotations": None,
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {"revisionHistoryLimit": None},
    }


def test_preserved_annotations_and_labels_are_other_peoples():
    live = application(
        labels={"team": "b", "mine": "1"}, annotations={"mine": "1", "set": "theirs", "no": "1"}
    )
    wanted = application(annotations={"set": "ours"})
    preserved = {"annotations": ["mine", "set"], "labels": ["team"]}
    update = plan(wanted, live, preservedFields=preserved)
    assert update.result["metadata"]["annotations"] == {"mine": "1", "set": "theirs"}
    assert update.result["metadata"]["labels"] == {"team": "b"}
    assert surplus(live, update.result) == {
        "metadata": {"annotations": {"no": None}, "labels": {"mine": None}}
    }


def test_marks_of_argo_cd_and_a_persons_confirmation_are_always_preserved():
    marks = {
        "notified.notifications.argoproj.io": "{}",
        "argocd.argoproj.io/refresh": "normal",
        "argocd.argoproj.io/hydrate": "normal",
        "argosy.dev/confirm-deletion": "abc",
    }
    hook = "post-delete-finalizer.argocd.argoproj.io/cleanup"
    live = application(annotations=marks, finalizers=[hook])
    update = plan(application(), live)
    assert not update.changes and surplus(live, update.result) == {}


def test_an_ignored_field_keeps_its_live_value_and_is_applied_with_it():
    live = application(source(targetRevision="mine", path="b"))
    update = plan(application(), live, rules=[pointer("/spec/source/targetRevision")])
    assert update.result["spec"]["source"] == {"repoURL": "https://x", "path": "a", "targetRevision": "mine"}
    assert update.apply["spec"]["source"]["targetRevision"] == "mine"


def test_an_ignored_field_alone_is_no_change():
    live = application(source(targetRevision="mine"))
    assert not plan(application(), live, rules=[pointer("/spec/source/targetRevision")]).changes


def test_an_ignored_field_may_be_taken_away_or_added():
    automated = {"syncPolicy": {"automated": {"prune": True}}}
    rules = [pointer("/spec/syncPolicy")]
    for wanted, live in ((application(automated), application()), (application(), application(automated))):
        update = plan(wanted, live, rules=rules)
        assert not update.changes
        assert surplus(live, update.result) == {}
        assert "syncPolicy" not in update.apply["spec"]


def test_a_map_that_only_held_an_ignored_field_is_no_difference():
    live = application({"syncPolicy": {"automated": {}}})
    assert not plan(application(), live, rules=[pointer("/spec/syncPolicy/automated")]).changes


SELECT = '.spec.sources[] | select(.repoURL == "one").targetRevision'


def sources(one, two):
    listed = [{"repoURL": "one", "targetRevision": one}, {"repoURL": "two", "targetRevision": two}]
    return application({"source": None, "sources": listed})


@pytest.fixture
def jq():
    found = JqFilter()
    yield found
    found.close()


def test_an_ignored_field_of_a_list_item_is_kept_while_the_list_is_the_same(jq):
    rules = [{"jqPathExpressions": [SELECT]}]
    assert not plan(sources("main", "main"), sources("mine", "main"), rules=rules, jq=jq).changes
    # As Argo CD's documentation says: any other change of the list brings the set's own value back.
    update = plan(sources("main", "main"), sources("mine", "theirs"), rules=rules, jq=jq)
    assert update.result["spec"]["sources"] == sources("main", "main")["spec"]["sources"]


def test_a_change_of_the_set_goes_through_beside_ignored_fields():
    live = application({"syncPolicy": {"automated": {"prune": False}, "syncOptions": ["A=true"]}})
    wanted = application({"syncPolicy": {"automated": {"prune": True}, "syncOptions": ["B=true"]}})
    update = plan(wanted, live, rules=[pointer("/spec/syncPolicy/automated")])
    assert update.result["spec"]["syncPolicy"] == {"automated": {"prune": False}, "syncOptions": ["B=true"]}
