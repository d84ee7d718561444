"""Generators on worlds of plain values: what recorded answers leave open, origins, unknown answers."""

from collections.abc import Callable
from typing import Any

import pytest

from argosy.compiler.templating.errors import TemplateError
from argosy.generators.generator import AnswerMissingError, Context, GeneratorError, Settings
from argosy.generators.go_values import StringMap
from argosy.generators.slug import slugify
from argosy.generators.transform import transform
from argosy.generators.world import IN_CLUSTER_SERVER, ClusterSecret
from argosy.schemas.model.origin import Origin

DEV = ClusterSecret("c-dev", "dev", "https://dev", "shop", {"env": "dev"}, {"owner": "a"})
PROD = ClusterSecret("c-prod", "Prod_1", "https://prod", "", {"env": "prod"})


def origins(entry: dict[str, Any], context: Context) -> list[Origin]:
    return [parameters.origin for each in transform(entry, ("g",), context) for parameters in each.parameters]


def test_list_elements_keep_their_places(make_context: Callable[..., Context], make_world: Any) -> None:
    entry = {"list": {"elements": [{"a": "1"}, {"a": "2"}]}}
    found = origins(entry, make_context(make_world()))
    assert [str(origin.position) for origin in found] == ["g.list.elements.0:1:1", "g.list.elements.1:1:1"]


def test_a_list_element_that_is_no_string_is_refused_where_it_stands(generate: Any) -> None:
    with pytest.raises(GeneratorError, match="`replicas` must be a string") as caught:
        generate({"list": {"elements": [{"name": "a"}, {"replicas": 3}]}}, dialect="fasttemplate")
    assert str(caught.value.position) == "generators.0.list.elements.1.replicas:1:1"


@pytest.mark.parametrize("dialect", ["go", "fasttemplate"])
def test_a_list_element_without_a_value_is_refused(generate: Any, dialect: str) -> None:
    with pytest.raises(GeneratorError, match="must be a map"):
        generate({"list": {"elements": [{"name": "a"}, None]}}, dialect=dialect)


@pytest.mark.parametrize("dialect", ["go", "fasttemplate"])
def test_a_list_element_without_a_value_is_empty_where_a_matrix_fills_it(generate: Any, dialect: str) -> None:
    child = {"list": {"elements": [{"name": "a"}, None]}}
    found = generate(second_of_matrix(child, {"q": "1"}), dialect=dialect)
    assert found == [{"q": "1", "name": "a"}, {"q": "1"}]
    with pytest.raises(GeneratorError, match="must be a map"):
        generate(second_of_matrix(child, {}), dialect=dialect)


def test_elements_and_elements_yaml_are_concatenated(generate: Any) -> None:
    found = generate({"list": {"elements": [{"k": 1}], "elementsYaml": "- {k: 2}\n- {k: 3}"}})
    assert found == [{"k": 1.0}, {"k": 2.0}, {"k": 3.0}]


def test_clusters_are_those_with_secrets_and_then_the_implicit_one(generate: Any, make_world: Any) -> None:
    found = generate({"clusters": {}}, make_world(secrets=(DEV, PROD)))
    assert [each["name"] for each in found] == ["dev", "Prod_1", "in-cluster"]
    assert found[0]["metadata"] == {"labels": {"env": "dev"}, "annotations": {"owner": "a"}}
    assert isinstance(found[0]["metadata"]["labels"], StringMap)
    assert found[1]["nameNormalized"] == "prod-1"
    assert "annotations" not in found[1]["metadata"]


@pytest.mark.parametrize("dialect", ["go", "fasttemplate"])
def test_state_that_argo_cd_keeps_on_a_secret_is_no_parameter(
    generate: Any, make_world: Any, dialect: str
) -> None:
    noted = {"owner": "a", "argocd.argoproj.io/refresh": "hard"}
    secret = ClusterSecret("c-dev", "dev", "https://dev.example", annotations=noted)
    found = generate({"clusters": {}}, make_world(secrets=(secret,)), dialect=dialect)
    assert "owner" in str(found[0])
    assert "refresh" not in str(found[0])


def test_a_secret_for_the_internal_address_replaces_the_implicit_cluster(
    generate: Any, make_world: Any
) -> None:
    own = ClusterSecret("c-own", "management", IN_CLUSTER_SERVER)
    found = generate({"clusters": {}}, make_world(secrets=(own,)))
    assert [each["name"] for each in found] == ["management"]


def test_any_selector_drops_the_implicit_cluster(generate: Any, make_world: Any) -> None:
    selector = {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["dev"]}]}
    found = generate({"clusters": {"selector": selector}}, make_world(secrets=(DEV, PROD)))
    assert [each["name"] for each in found] == ["Prod_1"]


def test_values_are_filled_from_parameters_and_not_from_each_other(generate: Any, make_world: Any) -> None:
    spec = {"values": {"a": "{{.name}}-x", "b": "{{.values}}"}}
    found = generate({"clusters": spec}, make_world(secrets=()))
    assert found[0]["values"] == {"a": "in-cluster-x", "b": "<no value>"}


def test_unknown_clusters_are_not_no_clusters(generate: Any) -> None:
    with pytest.raises(AnswerMissingError) as caught:
        generate({"clusters": {}})
    assert caught.value.unknown.reason == "no clusters"
    assert str(caught.value.position) == "generators.0.clusters:1:1"


def test_directories_skip_hidden_ones_and_exclusion_wins(generate: Any, make_world: Any) -> None:
    world = make_world(contents={"apps/web/x": "", "apps/.git/x": "", "apps/api/a/x": "", "apps/old/x": ""})
    directories = [{"path": "apps/old", "exclude": True}, {"path": "apps/*"}]
    entry = {"git": {"repoURL": "r", "revision": "main", "directories": directories}}
    assert [each["path"]["path"] for each in generate(entry, world)] == ["apps/api", "apps/web"]
    shown = generate(entry, world, settings=Settings(include_hidden_directories=True))
    assert [each["path"]["basename"] for each in shown] == [".git", "api", "web"]


def test_an_unreadable_data_file_is_reported_at_its_own_line(generate: Any, make_world: Any) -> None:
    world = make_world(contents={"envs/dev.yaml": "a: 1\nb: [\n"})
    entry = {"git": {"repoURL": "r", "revision": "main", "files": [{"path": "envs/*.yaml"}]}}
    with pytest.raises(GeneratorError) as caught:
        generate(entry, world)
    assert caught.value.position is not None
    assert caught.value.position.file == "envs/dev.yaml"
    assert caught.value.position.line >= 2


def test_the_project_must_exist_before_git_is_asked(generate: Any, make_world: Any) -> None:
    entry = {"git": {"repoURL": "r", "revision": "main", "directories": [{"path": "*"}]}}
    with pytest.raises(GeneratorError, match="`default` does not exist"):
        generate(entry, make_world(contents={"a/x": ""}, known_projects={"shop": {}}))


def test_matrix_lets_the_second_child_use_the_first_and_joins_their_origins(
    generate: Any, make_context: Callable[..., Context], make_world: Any
) -> None:
    first = {"list": {"elements": [{"env": "dev"}, {"env": "prod"}]}}
    second = {"list": {"elements": [{"name": "{{.env}}-web"}]}}
    entry = {"matrix": {"generators": [first, second]}}
    assert generate(entry) == [
        {"name": "dev-web", "env": "dev"},
        {"name": "prod-web", "env": "prod"},
    ]
    origin = origins(entry, make_context(make_world()))[1]
    assert str(origin.position) == "g.matrix.generators.0.list.elements.1:1:1"
    assert str(origin.chain[0].position) == "g.matrix.generators.1.list.elements.0:1:1"


def test_matrix_conflicts_are_named_in_fasttemplate(generate: Any) -> None:
    children = [{"list": {"elements": [{"k": "1"}]}}, {"list": {"elements": [{"k": "2"}]}}]
    with pytest.raises(GeneratorError, match="set `k`, to `1` and `2`"):
        generate({"matrix": {"generators": children}}, dialect="fasttemplate")
    assert generate({"matrix": {"generators": children}}) == [{"k": "1"}]


def test_combining_generators_nest_once_only(generate: Any) -> None:
    leaf = {"list": {"elements": [{"a": "1"}]}}
    inner = {"matrix": {"generators": [leaf, {"list": {"elements": [{"b": "2"}]}}]}}
    outer = {"matrix": {"generators": [inner, {"list": {"elements": [{"c": "3"}]}}]}}
    assert generate(outer) == [{"a": "1", "b": "2", "c": "3"}]
    with pytest.raises(GeneratorError, match="no generator that may stand here"):
        generate({"matrix": {"generators": [outer, leaf]}})


def test_merge_keeps_the_first_childs_order_and_lets_later_ones_win(generate: Any) -> None:
    base = {"list": {"elements": [{"n": "b", "v": {"x": 1}}, {"n": "a", "v": {"x": 1}}]}}
    override = {"list": {"elements": [{"n": "a", "v": {"y": 2}}, {"n": "z"}]}}
    entry = {"merge": {"mergeKeys": ["n"], "generators": [base, override]}}
    assert generate(entry) == [{"n": "b", "v": {"x": 1.0}}, {"n": "a", "v": {"x": 1.0, "y": 2.0}}]


def test_merge_does_not_change_what_its_children_gave(generate: Any) -> None:
    shared = {"n": "a", "v": {"x": "1"}}
    base = {"list": {"elements": [shared]}}
    override = {"list": {"elements": [{"n": "a", "v": {"x": "2"}}]}}
    generate({"merge": {"mergeKeys": ["n"], "generators": [base, override]}})
    assert shared == {"n": "a", "v": {"x": "1"}}


def test_post_selectors_match_flattened_text(generate: Any) -> None:
    elements = [{"n": {"big": 1000000}}, {"n": {"big": 5}}]
    entry = {"list": {"elements": elements}, "selector": {"matchLabels": {"n.big": "1e+06"}}}
    assert generate(entry) == [{"n": {"big": 1000000.0}}]


def test_every_generator_of_an_entry_runs(generate: Any, make_world: Any) -> None:
    entry = {"clusters": {}, "list": {"elements": [{"name": "x"}]}}
    assert [each["name"] for each in generate(entry, make_world(secrets=()))] == ["x", "in-cluster"]


def test_pull_requests_have_slugs_that_fit_names(generate: Any, make_world: Any) -> None:
    branch = "Feature/Add_a_very_long_branch_name_that_never_seems_to_end"
    pull = {"number": 7.0, "branch": branch, "targetBranch": "main", "headSHA": "0123456789", "labels": ["a"]}
    (found,) = generate({"pullRequest": {"github": {}}}, make_world(pulls=(pull,)))
    assert found["branch_slug"] == "feature-add-a-very-long-branch-name-that-never"
    assert found["number"] == "7"
    assert (found["head_short_sha"], found["head_short_sha_7"]) == ("01234567", "0123456")


@pytest.mark.parametrize(
    ("branch", "slug"),
    [
        ("fix/Grüße & Ørsted", "fix-grusse-and-orsted"),
        ("исправление/Щука-ёж", "ispravlenie-shchuka-iozh"),
        ("διόρθωση’s–Ξ", "diorthoses-ks"),
        ("修正", ""),
    ],
)
def test_slugs_spell_letters_of_other_scripts(branch: str, slug: str) -> None:
    assert slugify(branch) == slug


def test_a_pull_request_without_labels_has_a_nil_list(generate: Any, make_world: Any) -> None:
    pulls = ({"number": 1.0, "labels": None}, {"number": 2.0, "labels": []})
    spec = {"github": {}, "values": {"labels": "{{toJson .labels}}"}}
    found = generate({"pullRequest": spec}, make_world(pulls=pulls))
    assert [each["values"]["labels"] for each in found] == ["null", "[]"]


def test_filters_of_pull_requests_are_alternatives(generate: Any, make_world: Any) -> None:
    pulls = tuple(
        {"number": n, "branch": b, "title": t} for n, b, t in [(1, "a", "x"), (2, "b", "y"), (3, "c", "z")]
    )
    spec = {"github": {}, "filters": [{"branchMatch": "^a"}, {"titleMatch": "y"}]}
    assert [each["number"] for each in generate({"pullRequest": spec}, make_world(pulls=pulls))] == ["1", "2"]


@pytest.mark.parametrize("pattern", ["(", r"\C", r"\Qx\E\C"])
def test_a_malformed_filter_is_refused(generate: Any, make_world: Any, capfd: Any, pattern: str) -> None:
    spec = {"github": {}, "filters": [{"branchMatch": pattern}]}
    with pytest.raises(GeneratorError, match="is not a regular expression"):
        generate({"pullRequest": spec}, make_world(pulls=()))
    # The library would log it.
    assert capfd.readouterr().err == ""


def test_a_quoted_escape_is_text(generate: Any, make_world: Any) -> None:
    spec = {"github": {}, "filters": [{"branchMatch": r"^\Q\C\E"}]}
    pulls = ({"number": 1.0, "branch": r"\C-x"}, {"number": 2.0, "branch": "x"})
    assert [each["number"] for each in generate({"pullRequest": spec}, make_world(pulls=pulls))] == ["1"]


def test_a_plugin_without_its_config_map_is_an_error_and_not_an_empty_answer(
    generate: Any, make_world: Any
) -> None:
    with pytest.raises(GeneratorError, match="ConfigMap `p` does not exist"):
        generate({"plugin": {"configMapRef": {"name": "p"}}}, make_world())


def second_of_matrix(child: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    return {"matrix": {"generators": [{"list": {"elements": [first]}}, child]}}


@pytest.mark.parametrize(
    ("dialect", "own", "outer"),
    [
        ("go", "{{.metadata.labels.env}}", "{{.tier}}"),
        ("jinja2", "{{ metadata.labels.env }}", "{{ tier }}"),
        ("fasttemplate", "{{metadata.labels.env}}", "{{tier}}"),
    ],
)
def test_values_of_a_second_child_may_use_parameters_of_both_children(
    generate: Any, make_world: Any, dialect: str, own: str, outer: str
) -> None:
    # The implicit cluster has no labels, which Jinja2 takes for a mistake.
    clusters = {"selector": {"matchLabels": {"env": "dev"}}, "values": {"own": own, "outer": outer}}
    (found,) = generate(
        second_of_matrix({"clusters": clusters}, {"tier": "web"}), make_world(secrets=(DEV,)), dialect
    )
    values = (
        found["values"]
        if dialect != "fasttemplate"
        else {name: found[f"values.{name}"] for name in ("own", "outer")}
    )
    assert values == {"own": "dev", "outer": "web"}


def test_values_further_down_in_a_second_child_do_so_too(generate: Any, make_world: Any) -> None:
    clusters = {"clusters": {"values": {"own": "{{.name}}", "outer": "{{.tier}}"}}}
    inner = {"merge": {"mergeKeys": ["name"], "generators": [clusters, {"clusters": {}}]}}
    found = generate(second_of_matrix(inner, {"tier": "web"}), make_world(secrets=(DEV,)))
    assert found[0]["values"] == {"own": "dev", "outer": "web"}


def test_values_that_fail_otherwise_are_refused(generate: Any, make_world: Any) -> None:
    entry = second_of_matrix({"clusters": {"values": {"v": "{{index .tier 9}}"}}}, {"tier": "web"})
    with pytest.raises(TemplateError, match="out of range"):
        generate(entry, make_world(secrets=(DEV,)))


def test_null_entries_of_a_second_child_are_dropped(generate: Any) -> None:
    entry = second_of_matrix({"list": {"elements": [{"a": None, "b": {"c": None}}]}}, {"tier": "web"})
    assert generate(entry) == [{"tier": "web", "b": {}}]
