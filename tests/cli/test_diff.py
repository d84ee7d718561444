"""`argosy diff` and `argosy affected` on real repositories; nothing unknown is removed."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from argosy.cli.comparison.set_reads import listed_prefixes
from argosy.cli.main import argosy
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.sources.git import Repositories
from argosy.sources.git_url import Protocol

from .clones import URL, Clone, application, config_map

ARGOSY = str(Path(sys.executable).with_name("argosy"))


def directories_set(name: str = "{{.path.basename}}") -> str:
    return f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: teams, namespace: argocd}}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - git:
        repoURL: {URL}
        revision: main
        directories: [{{path: teams/*}}]
  template:
    metadata: {{name: '{name}'}}
    spec:
      project: default
      source: {{repoURL: {URL}, targetRevision: main, path: '{{{{.path.path}}}}'}}
      destination: {{server: https://kubernetes.default.svc, namespace: apps}}
"""


def run(*arguments: str, status: int = 0) -> Result:
    result = CliRunner().invoke(argosy, arguments, catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result


def difference(*arguments: str, status: int = 0) -> dict[str, Any]:
    found = json.loads(run("diff", "-o", "json", *arguments, status=status).stdout)
    assert isinstance(found, dict)
    return found


def changes(found: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"]: each["change"] for each in found["applications"]}


def objects(found: Mapping[str, Any], application: str) -> dict[str, str]:
    one = next(each for each in found["applications"] if each["name"] == application)
    return {f"{each['kind']} {each['namespace']}/{each['name']}": each["change"] for each in one["objects"]}


def affected(*arguments: str) -> dict[str, list[str]]:
    found = json.loads(run("affected", "-o", "json", *arguments).stdout)
    return {each["name"]: each["reasons"] for each in found}


def test_only_the_application_that_reads_the_file_differs(clone: Clone) -> None:
    clone.commit({f"root/{name}.yaml": application(name, f"apps/{name}") for name in ("a", "b")})
    clone.commit({"apps/a/x.yaml": config_map("x"), "apps/b/x.yaml": config_map("y")})
    clone.write({"apps/a/x.yaml": config_map("x", "2")})
    found = difference()
    assert changes(found) == {"a": "changed"}
    assert objects(found, "a") == {"ConfigMap apps/x": "changed"}
    assert affected() == {"a": ["reads apps/a/x.yaml"]}


def test_nothing_differs_without_a_change(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x")})
    assert "nothing differs" in run("diff", "--exit-code").stdout
    assert affected() == {}


def test_a_comment_affects_and_changes_nothing(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x")})
    clone.write({"apps/a/x.yaml": "# a comment\n" + config_map("x")})
    assert affected() == {"a": ["reads apps/a/x.yaml"]}
    assert changes(difference("--exit-code")) == {}


def test_a_file_that_no_source_takes_affects_nobody(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x")})
    clone.write({"apps/a/README.md": "text", "apps/a/deep/y.yaml": config_map("y"), "docs/z.yaml": "a: 1"})
    assert affected() == {}


def test_a_base_affects_exactly_its_overlays(clone: Clone) -> None:
    overlay = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../../base]\n"
    base = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [x.yaml]\n"
    files = {f"root/{name}.yaml": application(name, f"overlays/{name}") for name in ("dev", "live")}
    files |= {f"overlays/{name}/kustomization.yaml": overlay for name in ("dev", "live")}
    clone.commit({**files, "base/kustomization.yaml": base, "base/x.yaml": config_map("x")})
    clone.commit({"root/other.yaml": application("other", "base/x"), "base/x/y.yaml": config_map("y")})
    clone.write({"base/x.yaml": config_map("x", "2")})
    assert affected() == {name: ["reads base/x.yaml"] for name in ("dev", "live")}
    assert objects(difference(), "dev") == {"ConfigMap apps/x": "changed"}


def test_values_outside_of_the_chart_count(clone: Clone) -> None:
    chart = {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/templates/x.yaml": config_map("x", "{{ .Values.size }}"),
        "values/dev.yaml": "size: small\n",
        "values/live.yaml": "size: large\n",
    }
    sources = {name: f"\n    helm: {{valueFiles: [../values/{name}.yaml]}}" for name in ("dev", "live")}
    specs = {f"root/{name}.yaml": application(name, "chart", source=text) for name, text in sources.items()}
    clone.commit({**chart, **specs})
    clone.write({"values/dev.yaml": "size: tiny\n"})
    assert affected() == {"dev": ["reads values/dev.yaml"]}
    (one,) = difference()["applications"]
    assert one["objects"][0]["after"]["data"] == {"value": "tiny"}


@pytest.mark.parametrize(("finalizer", "deleted"), [(True, ["x"]), (False, [])])
def test_a_removed_application_deletes_its_objects_only_with_the_finalizer(
    clone: Clone, finalizer: bool, deleted: list[str]
) -> None:
    spec = application("a", "apps/a", finalizer=finalizer)
    clone.commit({"root/a.yaml": spec, "root/b.yaml": application("b", "apps/b")})
    clone.commit({"apps/a/x.yaml": config_map("x"), "apps/b/y.yaml": config_map("y")})
    clone.write({"root/a.yaml": None})
    found = difference()
    assert changes(found) == {"a": "removed"}
    assert [each["name"] for each in found["deletions"]] == deleted


@pytest.mark.parametrize(
    ("policy", "deleted", "held_back"),
    [("sync", ["x"], set()), ("create-delete", ["x"], {"blue"}), ("create-update", [], {"red"})],
)
def test_what_the_policy_of_a_set_forbids_is_held_back(
    clone: Clone, policy: str, deleted: list[str], held_back: set[str]
) -> None:
    text = directories_set().replace(
        "spec:\n  goTemplate", f"spec:\n  syncPolicy: {{applicationsSync: {policy}}}\n  goTemplate"
    )
    clone.commit({"sets/teams.yaml": text, "teams/red/x.yaml": config_map("x")})
    clone.commit({"teams/blue/y.yaml": config_map("y", "2")})
    clone.write(
        {"teams/red/x.yaml": None, "sets/teams.yaml": text.replace("namespace: apps", "namespace: other")}
    )
    found = difference()
    told = {each["name"] for each in found["applications"] if each.get("heldBack")}
    gone = [each["name"] for each in found["deletions"] if each["application"] == "red"]
    assert (gone, told) == (deleted, held_back)


def test_the_policy_of_the_installation_counts_where_argosy_yaml_says_it(clone: Clone) -> None:
    clone.commit({"sets/teams.yaml": directories_set(), "teams/red/x.yaml": config_map("x")})
    clone.commit({"argosy.yaml": "argocd-cmd-params-cm: {applicationsetcontroller.policy: create-only}\n"})
    clone.write({"teams/red/x.yaml": None})
    assert difference()["deletions"] == []
    assert "it stays, with all that it has deployed: the policy of ApplicationSet teams is create-only" in (
        run("diff").stdout
    )


def test_deletions_are_shown_first(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a"), "root/z.yaml": application("z", "apps/z")})
    clone.commit({"apps/a/x.yaml": config_map("x"), "apps/z/y.yaml": config_map("gone")})
    clone.write(
        {"apps/a/x.yaml": config_map("x", "2"), "apps/a/new.yaml": config_map("new"), "root/z.yaml": None}
    )
    lines = run("diff").stdout.splitlines()
    assert lines[2:4] == ["deletes 1 object:", "  - ConfigMap apps/gone on in-cluster (Application z)"]
    assert [line[:4] for line in lines if line[:2] in ("- ", "~ ")] == ["- Ap", "~ Ap"]


def test_a_renamed_directory_is_a_move(clone: Clone) -> None:
    clone.commit({"sets/teams.yaml": directories_set(), "teams/red/x.yaml": config_map("x")})
    clone.commit({"teams/blue/y.yaml": config_map("y")})
    clone.write({"teams/red/x.yaml": None, "teams/green/x.yaml": config_map("x")})
    found = difference()
    assert changes(found) == {"green": "moved"}
    one = next(each for each in found["applications"] if each["name"] == "green")
    assert (one["movedFrom"], one["objects"], found["deletions"]) == ("red", [], [])


def test_of_directories_with_like_content_the_one_that_was_renamed_is_the_move(clone: Clone) -> None:
    clone.commit({"sets/teams.yaml": directories_set()})
    clone.commit({f"teams/{name}/x.yaml": config_map(name) for name in ("blue", "red")})
    clone.write(
        {"teams/blue/x.yaml": None, "teams/red/x.yaml": None, "teams/green/x.yaml": config_map("red")}
    )
    found = difference()
    assert changes(found) == {"blue": "removed", "green": "moved"}
    one = next(each for each in found["applications"] if each["name"] == "green")
    assert one["movedFrom"] == "red"


def test_of_objects_with_like_content_those_that_kept_their_names_go_together(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a")})
    clone.commit({f"apps/a/{name}.yaml": config_map(name) for name in ("one", "two")})
    moved = application("a", "apps/a").replace("namespace: apps", "namespace: other")
    clone.write({"root/a.yaml": moved, "apps/a/two.yaml": None, "apps/a/first.yaml": config_map("any")})
    (one,) = difference()["applications"]
    pairs = {each["name"]: each["madeAnewFrom"]["name"] for each in one["objects"]}
    assert pairs == {"one": "one", "any": "two"}


@pytest.mark.parametrize(("finalizer", "deleted"), [(True, ["one", "two"]), (False, [])])
def test_a_move_to_another_namespace_deletes_objects_only_with_the_finalizer(
    clone: Clone, finalizer: bool, deleted: list[str]
) -> None:
    spec = application("a", "apps/a", finalizer=finalizer)
    clone.commit({"root/a.yaml": spec, "apps/a/x.yaml": config_map("one") + "---\n" + config_map("two")})
    clone.write(
        {"root/a.yaml": spec.replace("name: a", "name: b").replace("namespace: apps", "namespace: other")}
    )
    found = difference()
    assert changes(found) == {"b": "moved"}
    assert sorted(each["name"] for each in found["deletions"]) == deleted


def test_a_renamed_template_is_a_move(clone: Clone) -> None:
    clone.commit({"sets/teams.yaml": directories_set(), "teams/red/x.yaml": config_map("x")})
    clone.write({"sets/teams.yaml": directories_set("team-{{.path.basename}}")})
    found = difference()
    assert changes(found) == {"team-red": "moved", "teams": "changed"}
    assert found["deletions"] == []


def test_an_object_that_another_application_takes_is_handed_over(clone: Clone) -> None:
    clone.commit({f"root/{name}.yaml": application(name, f"apps/{name}") for name in ("a", "b")})
    clone.commit({"apps/a/keep.yaml": config_map("keep"), "apps/b/own.yaml": config_map("own")})
    clone.commit({"apps/a/x.yaml": config_map("x")})
    clone.write({"apps/a/x.yaml": None, "apps/b/x.yaml": config_map("x", "2")})
    found = difference()
    assert found["deletions"] == []
    one = next(each for each in found["applications"] if each["name"] == "b")
    assert [(each["change"], each["handedOverBy"]) for each in one["objects"]] == [("moved", "a")]


def test_an_object_under_another_name_is_made_anew(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("old")})
    clone.write({"apps/a/x.yaml": config_map("new")})
    found = difference()
    assert objects(found, "a") == {"ConfigMap apps/new": "moved"}
    assert [each["name"] for each in found["deletions"]] == ["old"]


@pytest.mark.parametrize("metadata", ["web", "[]", "5"])
def test_manifests_of_odd_shapes_are_compared_all_the_same(clone: Clone, metadata: str) -> None:
    for kind in ("ConfigMap", "Secret"):
        odd = f"apiVersion: v1\nkind: {kind}\nmetadata: {metadata}\ndata: {{a: b}}\n"
        clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x")})
        clone.write({"apps/a/x.yaml": odd})
        assert changes(difference()) == {"a": "changed"}


def test_a_file_that_does_not_parse_removes_nothing(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x")})
    clone.write({"root/a.yaml": application("a", "apps/a") + "  broken: [\n"})
    found = difference()
    assert changes(found) == {"a": "unknown"}
    assert found["applications"][0]["unknown"].startswith("root/a.yaml:")
    assert found["deletions"] == []


def test_a_generator_that_fails_removes_nothing(clone: Clone) -> None:
    clone.commit({"sets/teams.yaml": directories_set(), "teams/red/x.yaml": config_map("x")})
    clone.write({"sets/teams.yaml": directories_set("{{.path.nothing}}")})
    found = difference()
    assert changes(found) == {"red": "unknown", "teams": "changed"}
    assert found["deletions"] == []


def test_what_only_a_cluster_knows_is_unknown(clone: Clone) -> None:
    text = directories_set().replace("    - git:", "    - clusters: {}\n    - git:")
    clone.commit({"sets/teams.yaml": directories_set(), "teams/red/x.yaml": config_map("x")})
    clone.write({"sets/teams.yaml": text})
    assert changes(difference()) == {"red": "unknown", "teams": "changed"}
    clusters = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: none}\n"
    clone.write({".clusters.yaml": clusters})
    assert changes(difference("--clusters", ".clusters.yaml"))["teams"] == "changed"


def test_a_chart_that_never_ends_is_unknown_in_the_time_that_was_given(clone: Clone) -> None:
    loop = "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}"
    chart = "apiVersion: v2\nname: endless\nversion: 0.1.0\n"
    clone.commit({"root/a.yaml": application("a", "chart"), "chart/Chart.yaml": chart})
    clone.commit({"chart/templates/loop.yaml": loop, "chart/values.yaml": "a: 1\n"})
    clone.write({"chart/values.yaml": "a: 2\n"})
    (one,) = difference("--render-timeout", "2s")["applications"]
    assert one["change"] == "unknown"
    assert one["unknown"].endswith("did not render within 2 seconds and was stopped")


def test_another_repository_is_read_as_it_was_last_fetched(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "other").mkdir()
    other = Clone(tmp_path / "other")
    first, second = (other.commit({"app/x.yaml": config_map("x", value)}) for value in ("1", "2"))
    url = f"file://{other.path}"
    clone.commit({"root/a.yaml": application("a", "app", url=url, revision=first)})
    clone.write({"root/a.yaml": application("a", "app", url=url, revision=second)})
    (unknown,) = difference()["applications"]
    assert (unknown["objects"], "is not known here" in unknown["unknown"]) == ([], True)
    with Repositories(tmp_path / "cache" / "argosy" / "git", protocols=frozenset(Protocol)) as repositories:
        repositories.fetch(url)
    (known,) = difference()["applications"]
    assert [(each["name"], each["change"]) for each in known["objects"]] == [("x", "changed")]
    assert "unknown" not in known


def test_a_chart_of_another_repository_is_unknown_and_not_removed(clone: Clone) -> None:
    remote = application("a", "x", url="https://charts.example.com").replace("path: x", "chart: shop")
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x")})
    clone.write({"root/a.yaml": remote.replace("targetRevision: main", "targetRevision: 1.0.0")})
    found = difference()
    assert changes(found) == {"a": "changed"}
    assert found["applications"][0]["objects"] == []
    assert "shop" in found["applications"][0]["unknown"]


def test_a_source_that_does_not_render_is_unknown(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x")})
    clone.write({"apps/a/x.yaml": config_map("x") + "  - broken\n"})
    found = difference()
    assert changes(found) == {"a": "unknown"}
    assert found["applications"][0]["unknown"].startswith("apps/a/x.yaml:")


def test_applications_that_a_chart_deploys_are_followed(clone: Clone) -> None:
    child = application("{{ . }}", "apps/{{ . }}")
    chart = {
        "tree/Chart.yaml": "apiVersion: v2\nname: tree\nversion: 1.0.0\n",
        "tree/values.yaml": "apps: [a, b]\n",
        "tree/templates/apps.yaml": "{{- range .Values.apps }}\n---\n" + child + "{{- end }}\n",
    }
    clone.commit({"root.yaml": application("root", "tree", namespace="argocd"), **chart})
    clone.commit({f"apps/{name}/x.yaml": config_map(name) for name in ("a", "b")})
    clone.write({"apps/b/x.yaml": config_map("b", "2")})
    assert changes(difference()) == {"b": "changed"}
    clone.write({"tree/values.yaml": "apps: [b]\n"})
    found = difference()
    assert changes(found) == {"a": "removed", "b": "changed", "root": "changed"}
    assert affected()["a"] == ["is removed by Application root"]


def test_a_pinned_revision_is_not_affected(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a", revision="v1"), "apps/a/x.yaml": config_map("x")})
    clone.git("tag", "v1")
    clone.write({"apps/a/x.yaml": config_map("x", "2")})
    assert affected() == {}


def test_a_data_file_of_a_generator_leads_to_what_it_changes(clone: Clone) -> None:
    text = directories_set("{{.name}}").replace(
        "directories: [{path: teams/*}]", "files: [{path: data/*.json}]"
    )
    text = text.replace("{{.path.path}}", "teams/{{.name}}")
    clone.commit(
        {"sets/teams.yaml": text, "data/a.json": '{"name": "red"}', "data/b.json": '{"name": "blue"}'}
    )
    clone.commit({f"teams/{name}/x.yaml": config_map(name) for name in ("red", "blue", "green")})
    clone.write({"data/b.json": '{"name": "green"}'})
    found = affected()
    assert set(found) == {"blue", "green", "teams"}
    assert found["green"] == ["is added by ApplicationSet teams, which reads data/b.json"]


def test_a_new_file_that_no_pattern_can_match_is_no_reason(clone: Clone) -> None:
    clone.commit({"set.yaml": directories_set(), "teams/red/x.yaml": config_map("red")})
    clone.write(
        {"set.yaml": directories_set("t-{{.path.basename}}"), "notes.md": "new", "other/x.yaml": "a: 1"}
    )
    assert affected() == {
        "red": ["is removed by ApplicationSet teams"],
        "t-red": ["is added by ApplicationSet teams"],
        "teams": ["is changed in set.yaml"],
    }


@pytest.mark.parametrize(
    ("generator", "prefixes"),
    [
        ({"directories": [{"path": "apps/*"}, {"path": "libs/a?/x"}]}, ("apps", "libs/a")),
        (
            {"files": [{"path": "./apps/{{.team}}/*.json"}, {"path": "/data/x.yaml"}]},
            ("apps", "data/x.yaml"),
        ),
        ({"files": [{"path": "apps/{{.team}}/../../*.json"}]}, ("",)),
        ({"directories": [{"path": "*"}]}, ("",)),
    ],
)
def test_what_a_pattern_can_match_begins_with_its_literal_part(
    generator: dict[str, Any], prefixes: tuple[str, ...]
) -> None:
    matrix = {"matrix": {"generators": [{"git": generator}]}}
    assert listed_prefixes(ApplicationSet({"spec": {"generators": [matrix]}})) == prefixes


def test_options_that_the_folder_overrides_count(clone: Clone) -> None:
    clone.commit(
        {
            "apps/web.yaml": application("web", "charts/web"),
            "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
            "charts/web/templates/c.yaml": config_map("web", "{{ .Values.v }}"),
            "charts/web/.argocd-source.yaml": "helm: {valueFiles: [/values/web.yaml]}\n",
            "values/web.yaml": "v: 1\n",
            "values/other.yaml": "v: 1\n",
        }
    )
    clone.write({"values/web.yaml": "v: 2\n", "values/other.yaml": "v: 2\n"})
    assert affected() == {"web": ["reads values/web.yaml"]}
    assert objects(difference(), "web") == {"ConfigMap apps/web": "changed"}
    clone.commit({"charts/web/.argocd-source-web.yaml": "helm: {parameters: [{name: v, value: '3'}]}\n"})
    assert objects(difference("HEAD~1", "--against", "HEAD"), "web") == {"ConfigMap apps/web": "changed"}


def test_a_secret_is_changed_and_not_shown(clone: Clone) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: %s, user: u}\n"
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/s.yaml": secret % "hunter-one"})
    clone.write({"apps/a/s.yaml": secret % "hunter-two"})
    for output in ("text", "json", "markdown"):
        shown = run("diff", "-o", output).stdout
        assert "hunter" not in shown
        assert "*** (another value)" in shown


def test_two_revisions_the_index_and_the_work_tree_are_states(clone: Clone) -> None:
    first = clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x", "1")})
    second = clone.commit({"apps/a/x.yaml": config_map("x", "2")})
    clone.write({"apps/a/x.yaml": config_map("x", "3")})
    clone.git("add", "--all")
    clone.write({"apps/a/x.yaml": config_map("x", "4")})

    def values(*arguments: str) -> tuple[str, str]:
        (one,) = difference(*arguments)["applications"][0]["objects"]
        return one["before"]["data"]["value"], one["after"]["data"]["value"]

    assert values() == ("2", "4")
    assert values("--staged") == ("2", "3")
    assert values(first) == ("1", "4")
    assert values(first, "--against", second) == ("1", "2")
    assert values("HEAD~1", "--against", "main") == ("1", "2")


def test_markdown_names_deletions_and_folds_details(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x")})
    clone.commit({"apps/a/y.yaml": config_map("y")})
    clone.write({"apps/a/x.yaml": config_map("x", "2"), "apps/a/y.yaml": None})
    shown = run("diff", "-o", "markdown").stdout
    assert "**Deletes 1 object:**" in shown
    assert "| changed | `Application a` | `https://kubernetes.default.svc/apps` | -1, ~1 |" in shown
    assert "<details>" in shown
    assert [line.split() for line in shown.splitlines() if "value:" in line] == [
        ["-", "value:", '"1"'],
        ["+", "value:", '"2"'],
    ]


def test_differences_end_in_status_1_where_asked(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a"), "apps/a/x.yaml": config_map("x")})
    clone.write({"apps/a/x.yaml": config_map("x", "2")})
    run("diff")
    run("diff", "--exit-code", status=1)


def test_a_revision_that_does_not_exist_is_said(clone: Clone) -> None:
    clone.commit({"root/a.yaml": application("a", "apps/a")})
    result = subprocess.run([ARGOSY, "diff", "nothing"], capture_output=True, text=True, check=False)
    assert (result.returncode, "Traceback" in result.stderr) == (3, False)
    assert "has no branch, tag or commit 'nothing'" in result.stderr


def test_before_the_first_commit_there_is_nothing_to_compare_with(clone: Clone) -> None:
    clone.write({"root/a.yaml": application("a", "apps/a")})
    assert "no commit yet" in run("diff", "--staged").stderr


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    command = [ARGOSY, "diff"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, "does not lie in a Git repository" in result.stderr) == (3, True)


def test_a_recorded_world_affects_the_sets_that_asked_what_it_answers_otherwise(clone: Clone) -> None:
    by_clusters = world_set("by-clusters", "clusters: {}", "{{.name}}")
    by_plugin = world_set("by-plugin", "plugin: {configMapRef: {name: teams}}", "{{.team}}")
    clone.commit({"clusters.yaml": by_clusters, "plugin.yaml": by_plugin})
    clone.commit({".argosy/world.yaml": recorded_world(teams=["a"], clusters=["paris"])})
    clone.write({".argosy/world.yaml": recorded_world(teams=["a", "b"], clusters=["paris"], year=2027)})
    found = affected()
    assert found == {
        "by-plugin": ["its generators read .argosy/world.yaml"],
        "by-plugin-b": ["is added by ApplicationSet by-plugin, which reads .argosy/world.yaml"],
    }
    clone.write({"clusters.yaml": by_clusters.replace("namespace: apps", "namespace: web")})
    assert affected()["by-clusters-paris"] == ["is changed by ApplicationSet by-clusters"]


def test_a_record_that_is_only_newer_affects_nothing_and_tells_its_age(clone: Clone) -> None:
    clone.commit({"clusters.yaml": world_set("by-clusters", "clusters: {}", "{{.name}}")})
    clone.commit({".argosy/world.yaml": recorded_world(teams=[], clusters=["paris"])})
    clone.write({".argosy/world.yaml": recorded_world(teams=[], clusters=["paris"], year=2021)})
    assert affected() == {}
    assert "2021-01-01T00:00:00Z" in run("affected").stderr


def world_set(name: str, generator: str, parameter: str) -> str:
    made = directories_set(f"{name}-{parameter}").replace("name: teams,", f"name: {name},")
    before, _, rest = made.partition("    - git:")
    after = rest.partition("  template:")[2]
    path = "path: '{{.path.path}}'"
    assert path in after
    return f"{before}    - {generator}\n  template:{after.replace(path, 'path: teams')}"


def recorded_world(teams: list[str], clusters: list[str], year: int = 2020) -> str:
    secrets = [{"name": each, "server": f"https://{each}.example.com"} for each in clusters]
    settings = {"baseUrl": "https://teams.example.com", "token": "$teams:token"}
    parameters = {"output": {"parameters": [{"team": each} for each in teams]}}
    answers = [
        ("clusters", {}, secrets),
        ("configMaps", {"name": "teams"}, settings),
        (
            "plugins",
            {"applicationSet": "by-plugin", "baseUrl": settings["baseUrl"], "parameters": {}},
            parameters,
        ),
    ]
    entries = [
        {
            "kind": kind,
            "asked": asked,
            "asOf": f"{year}-01-01T00:00:00Z",
            "provenance": "somebody",
            "value": value,
        }
        for kind, asked, value in answers
    ]
    return json.dumps({"apiVersion": "argosy.dev/v1alpha1", "kind": "RecordedWorld", "answers": entries})


def test_what_a_symbolic_link_leads_to_is_read(clone: Clone) -> None:
    clone.commit(
        {f"{name}.yaml": application(name, f"apps/{name}") for name in ("file", "folder", "way", "none")}
    )
    clone.commit({"apps/none/x.yaml": config_map("none"), "apps/file/x.yaml": config_map("x")})
    clone.commit({"common/one.yaml": config_map("one"), "common/folder/two.yaml": config_map("two")})
    clone.link("apps/file/one.yaml", "../../links/one.yaml")
    clone.link("links/one.yaml", "../common/one.yaml")
    clone.link("apps/folder", "../common/folder")
    clone.link("through", "common")
    clone.commit({"way.yaml": application("way", "through/folder")})
    clone.write({"common/one.yaml": config_map("one", "2")})
    assert affected() == {"file": ["reads common/one.yaml"]}
    assert objects(difference(), "file") == {"ConfigMap apps/one": "changed"}
    clone.write({"common/one.yaml": config_map("one"), "common/folder/two.yaml": config_map("two", "2")})
    assert affected() == {name: ["reads common/folder/two.yaml"] for name in ("folder", "way")}


def test_a_link_that_leads_elsewhere_now_is_a_change(clone: Clone) -> None:
    clone.commit({"web.yaml": application("web", "apps/web"), "apps/web/x.yaml": config_map("x")})
    clone.commit({"common/1.yaml": config_map("shared"), "common/2.yaml": config_map("shared", "2")})
    clone.link("apps/web/shared.yaml", "../../links/shared.yaml")
    clone.link("links/shared.yaml", "../common/1.yaml")
    clone.commit({})
    clone.link("links/shared.yaml", "../common/2.yaml")
    assert affected() == {"web": ["reads links/shared.yaml"]}
    assert objects(difference(), "web") == {"ConfigMap apps/shared": "changed"}
    clone.commit({})
    clone.write({"common/2.yaml": None})
    assert affected() == {"web": ["reads common/2.yaml"]}
    assert changes(difference()) == {"web": "unknown"}


def test_a_base_behind_a_link_is_read(clone: Clone) -> None:
    clone.commit({"web.yaml": application("web", "overlays/web"), "web/base/x.yaml": config_map("x")})
    clone.commit({"overlays/web/kustomization.yaml": "resources: [../base]\n"})
    clone.commit({"web/base/kustomization.yaml": "resources: [x.yaml]\n"})
    clone.link("overlays/base", "../web/base")
    clone.commit({})
    clone.write({"web/base/x.yaml": config_map("x", "2")})
    assert affected() == {"web": ["reads web/base/x.yaml"]}


def test_a_data_file_behind_a_link_is_read(clone: Clone) -> None:
    files = directories_set("{{.name}}").replace(
        "directories: [{path: teams/*}]", "files: [{path: teams/*.yaml}]"
    )
    clone.commit({"set.yaml": files, "data/a.yaml": "name: a\n", "teams/x.yaml": config_map("x")})
    clone.link("teams/a.yaml", "../data/a.yaml")
    clone.write({"teams/x.yaml": None})
    clone.commit({})
    clone.write({"data/a.yaml": "name: b\n"})
    assert affected()["b"] == ["is added by ApplicationSet teams, which reads data/a.yaml"]


def test_a_path_that_leads_out_of_the_repository_affects_nobody_and_is_unknown(clone: Clone) -> None:
    clone.commit({"out.yaml": application("out", "../out"), "circle.yaml": application("circle", "circle/a")})
    clone.link("circle", "circle")
    clone.commit({"x.yaml": config_map("x")})
    clone.write({"x.yaml": config_map("x", "2")})
    assert affected() == {}
    clone.write({"out.yaml": application("out", "../out", namespace="else"), "circle.yaml": None})
    assert changes(difference()) == {"circle": "removed", "out": "changed"}


def test_what_a_kustomization_makes_of_an_application_counts_not_its_base(clone: Clone) -> None:
    patch = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec: {source: {path: live}}
"""
    clone.commit(
        {
            "root.yaml": application("root", "env/live", namespace="argocd"),
            "base/kustomization.yaml": "resources: [shop.yaml]\nnamespace: argocd\n",
            "base/shop.yaml": application("shop", "nowhere", url="to-be-patched"),
            "env/live/kustomization.yaml": f"resources: [../../base]\npatches:\n- path: a.yaml\n- patch: |-\n"
            f"    - {{op: replace, path: /spec/source/repoURL, value: '{URL}'}}\n"
            "  target: {kind: Application}\n",
            "env/live/a.yaml": patch,
            "live/x.yaml": config_map("x"),
        }
    )
    clone.write({"live/x.yaml": config_map("x", "2")})
    found = difference()
    assert changes(found) == {"shop": "changed"}
    assert objects(found, "shop") == {"ConfigMap apps/x": "changed"}
    clone.write({"env/live/a.yaml": patch.replace("live", "other"), "other/x.yaml": config_map("x", "3")})
    assert changes(difference()) == {"shop": "changed", "root": "changed"}
    assert objects(difference(), "shop") == {"ConfigMap apps/x": "changed"}


def test_applications_of_one_name_in_folders_of_two_argo_cds_are_compared_each_for_itself(
    clone: Clone,
) -> None:
    files = {f"{place}/shop.yaml": application("shop", f"config/{place}") for place in ("north", "south")}
    files |= {f"config/{place}/x.yaml": config_map("x") for place in ("north", "south")}
    clone.commit(files)
    clone.write({"config/south/x.yaml": config_map("x", "2")})
    assert affected() == {"shop": ["reads config/south/x.yaml"]}
    (one,) = difference()["applications"]
    assert (one["change"], [each["change"] for each in one["objects"]]) == ("changed", ["changed"])
    clone.commit({"config/south/x.yaml": config_map("x")})
    clone.commit({"north/shop.yaml": None})
    (one,) = difference("HEAD~1")["applications"]
    assert one["change"] == "removed" and one["position"].startswith("north/shop.yaml")


def test_an_application_that_changes_its_file_is_the_same(clone: Clone) -> None:
    clone.commit({"north/shop.yaml": application("shop", "config"), "config/x.yaml": config_map("x")})
    clone.write({"north/shop.yaml": None, "south/shop.yaml": application("shop", "config")})
    assert changes(difference()) == {}


def test_values_that_a_pattern_matches_count(clone: Clone) -> None:
    helm = "\n    helm:\n      valueFiles: [/values/*.yaml]"
    clone.commit(
        {
            "a.yaml": application("a", "chart", source=helm),
            "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
            "chart/templates/x.yaml": config_map("x", "{{ .Values.a }}"),
            "values/one.yaml": "a: 1\n",
        }
    )
    clone.write({"values/two.yaml": "a: 2\n"})
    assert list(affected()) == ["a"]
    assert objects(difference(), "a") == {"ConfigMap apps/x": "changed"}
