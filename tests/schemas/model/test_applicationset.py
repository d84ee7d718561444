"""An ApplicationSet's typed view."""

from typing import Any

import pytest

from argosy.schemas.model.applicationset import ApplicationSet, ApplicationsSync, RolloutStep
from argosy.schemas.model.origin import Origin
from argosy.schemas.position import Position
from argosy.schemas.yaml_reader import read_documents


def applicationset(spec: dict[str, Any], **annotations: str) -> ApplicationSet:
    names = {"engine": "argosy.dev/template-engine", "wave": "argocd.argoproj.io/sync-wave"}
    metadata = {"name": "teams", "annotations": {names[name]: value for name, value in annotations.items()}}
    return ApplicationSet({"metadata": metadata, "spec": spec})


def test_generators_template_and_options_are_read() -> None:
    found = applicationset(
        {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"list": {}}, {"clusters": {}}],
            "template": {"metadata": {"name": "x"}},
            "preservedFields": {"labels": ["a"]},
        },
        engine="jinja2",
        wave="-1",
    )
    assert [list(one) for one in found.generators] == [["list"], ["clusters"]]
    assert found.template == {"metadata": {"name": "x"}}
    assert found.go_template
    assert found.go_template_options == ("missingkey=error",)
    assert (found.template_engine, found.wave) == ("jinja2", -1)
    assert (found.preserved_labels, found.preserved_annotations) == (("a",), ())


@pytest.mark.parametrize(
    ("policy", "update", "delete"),
    [
        ("create-only", False, False),
        ("create-update", True, False),
        ("create-delete", False, True),
        ("sync", True, True),
    ],
)
def test_the_policy_says_what_may_be_done(policy: str, update: bool, delete: bool) -> None:
    found = applicationset({"syncPolicy": {"applicationsSync": policy}}).applications_sync
    assert found is ApplicationsSync(policy)
    assert (found.allows_update, found.allows_delete) == (update, delete)


def test_a_set_without_policy_says_nothing() -> None:
    assert applicationset({}).applications_sync is None
    assert not applicationset({}).preserve_resources_on_deletion


def test_steps_match_labels() -> None:
    dev = {"key": "env", "operator": "In", "values": ["dev", "test"]}
    others = {"key": "env", "operator": "NotIn", "values": ["dev", "test"]}
    steps = [{"matchExpressions": [dev]}, {"matchExpressions": [others], "maxUpdate": "50%"}, {}]
    strategy = {"type": "RollingSync", "rollingSync": {"steps": steps}}
    first, second, third = applicationset({"strategy": strategy}).steps
    assert first.matches({"env": "dev"})
    assert not first.matches({})
    assert second.matches({})
    assert second.max_update == "50%"
    assert third.matches({"env": "dev"}) and third.matches({})


def test_steps_count_only_where_the_strategy_uses_them() -> None:
    assert applicationset({"strategy": {"rollingSync": {"steps": [{}]}}}).steps == ()


def test_an_operator_that_is_unknown_refuses_only_who_has_the_label() -> None:
    expression = {"key": "env", "operator": "Exists"}
    strategy = {"type": "RollingSync", "rollingSync": {"steps": [{"matchExpressions": [expression]}]}}
    step = applicationset({"strategy": strategy}).steps[0]
    assert not step.matches({"env": "x"})
    assert step.matches({})


@pytest.mark.parametrize(
    ("limit", "of_seven"),
    [(None, 7), (3, 3), (0, 0), (-1, 0), ("50%", 3), ("1%", 1), ("0%", 0), ("100%", 7), ("many", 1)],
)
def test_a_step_limits_how_many_are_updated_at_a_time(limit: int | str | None, of_seven: int) -> None:
    step = RolloutStep(max_update=limit)
    assert step.limit(7) == of_seven
    assert step.is_manual == (of_seven == 0)
    assert step.max_update_is_valid == (limit not in (-1, "many"))


@pytest.mark.parametrize(
    ("kind", "order", "reverse"),
    [
        ("RollingSync", "Reverse", True),
        ("RollingSync", "reverse", True),
        ("RollingSync", "AllAtOnce", False),
        ("AllAtOnce", "Reverse", False),
    ],
)
def test_only_steps_can_be_deleted_in_reverse(kind: str, order: str, reverse: bool) -> None:
    strategy = {"type": kind, "deletionOrder": order, "rollingSync": {"steps": [{}]}}
    assert applicationset({"strategy": strategy}).deletes_in_reverse is reverse


def test_places_come_from_the_document() -> None:
    (document,) = read_documents("metadata: {name: x}\nspec:\n  generators: []\n", "set.yaml")
    assert isinstance(document.value, dict)
    found = ApplicationSet(document.value, document)
    assert str(found.position(("spec", "generators"))) == "set.yaml:3:15"
    rendered = ApplicationSet({}, origin=Origin(Position("chart/templates/set.yaml", 1, 1)))
    assert str(rendered.position(("spec",))) == "chart/templates/set.yaml:1:1"


def test_places_of_an_object_without_a_file_are_its_fields() -> None:
    found = ApplicationSet({}).position(("spec", "generators", 0, "list"))
    assert str(found) == "spec.generators[0].list"
