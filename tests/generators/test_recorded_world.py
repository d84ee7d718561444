"""Recorded worlds: what is written reads back as the same answers, and no secret is in it."""

from datetime import UTC, datetime, timedelta

import pytest

from argosy.generators.recorded.age import age_finding
from argosy.generators.recorded.answer import CLUSTERS, RecordedAnswer
from argosy.generators.recorded.recorded_world import RecordedWorld
from argosy.generators.recorded.recorder import Recorder
from argosy.generators.recorded.world_file import read_world, write_world
from argosy.generators.world import ClusterSecret, PluginCall, ProviderQuery, UnknownContentError
from argosy.schemas.finding import ArgosyError, Severity
from argosy.schemas.knowledge import Known, Unknown
from argosy.schemas.model.durations import parse_age

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
EARLIER = NOW - timedelta(days=3)
OWN, OTHER = "https://git.example.com/org/own.git", "https://git.example.com/org/other.git"
MARKER = "marker-9f3c"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Files:
    revision = "c0ffee"

    def files(self):
        return ["a/one.json", "a/two.json", "b/picture.png", "c/unread.txt"]

    def read(self, path):
        return {"a/one.json": b'{"x": 1}', "b/picture.png": b"\xff\x00"}[path]

    def has_directory(self, path):
        return path in ("a", "b", "c")


class Live:
    """A world that knows everything, secrets included."""

    def clusters(self):
        noted = {LAST_APPLIED: f'{{"stringData": "{MARKER}"}}', "owner": "web"}
        one = ClusterSecret(
            "one", "one", f"https://ann:{MARKER}@one.example", labels={"env": "dev"}, annotations=noted
        )
        return Known((one,), "cluster Secrets")

    def tree(self, repo_url, revision):
        return Known(Files(), f"git {revision}")

    def projects(self):
        spec = {"sourceRepos": ["*"], "roles": [{"name": "ci", "jwtTokens": [{"iat": 1, "id": MARKER}]}]}
        metadata = {"name": "web", "annotations": {LAST_APPLIED: MARKER}, "managedFields": [{}]}
        return Known({"web": {"metadata": metadata, "spec": spec}}, "AppProjects")

    def config_map(self, name):
        if name == "none":
            return Known(None, "ConfigMap none")
        return Known({"baseUrl": "http://plugin", "token": MARKER, "password": MARKER}, f"ConfigMap {name}")

    def resources(self, api_version, kind):
        metadata = {"name": "p", "annotations": {LAST_APPLIED: MARKER}, "labels": {"a": "b"}}
        value = {"apiVersion": api_version, "kind": "Placement", "metadata": metadata, "spec": {"x": MARKER}}
        return Known(
            ({**value, "status": {"decisions": [{"clusterName": "one", "weight": 3}]}},), "placements"
        )

    def plugin(self, call):
        return Known(
            {"output": {"parameters": [{"n": 1, "f": 1.5, "t": "yes", "d": "2026-01-01"}]}}, "plugin"
        )

    def repositories(self, query):
        record = {
            "organization": "acme",
            "repository": "x",
            "repositoryId": 7,
            "labels": ["y", "no"],
            "paths": [],
        }
        return Known((record,), "GitHub at api.github.com", EARLIER)

    def pull_requests(self, query):
        return Unknown(f"https://ann:{MARKER}@git.example.com: no answer", "later", "unreachable-provider")


def query(**more):
    spec = {"github": {"organization": "acme"}, "filters": [{"repositoryMatch": "x"}], **more}
    return ProviderQuery("github", spec, "argocd")


CALL = PluginCall("set", "http://plugin", "$secret:key", {"size": 2.0, "name": "x"})


def ask_all(world):
    found = {
        "clusters": world.clusters(),
        "projects": world.projects(),
        "map": world.config_map("plugin"),
        "none": world.config_map("none"),
        "resources": world.resources("example.com/v1", "placements"),
        "plugin": world.plugin(CALL),
        "repositories": world.repositories(query()),
        "pulls": world.pull_requests(query()),
    }
    for url in (OWN, OTHER):
        tree = world.tree(url, "main")
        if isinstance(tree, Known):
            tree.value.read("a/one.json"), tree.value.read("b/picture.png")
    return found


@pytest.fixture
def text():
    recorder = Recorder(Live(), lambda url: url == OWN, NOW)
    ask_all(recorder)
    return write_world(recorder.answers)


def test_what_was_recorded_is_answered_again(text):
    world = read_world(text.encode(), "world.yaml")
    found = ask_all(world)
    cluster = found["clusters"].value[0]
    assert (cluster.name, cluster.labels, cluster.annotations) == ("one", {"env": "dev"}, {"owner": "web"})
    assert found["projects"].value["web"]["spec"] == {"sourceRepos": ["*"], "roles": [{"name": "ci"}]}
    assert found["map"].value["baseUrl"] == "http://plugin"
    assert found["none"].value is None
    assert found["resources"].value[0]["status"] == {"decisions": [{"clusterName": "one", "weight": 3}]}
    assert found["resources"].value[0]["metadata"]["labels"] == {"a": "b"}
    assert found["plugin"].value == {
        "output": {"parameters": [{"n": 1, "f": 1.5, "t": "yes", "d": "2026-01-01"}]}
    }
    record = found["repositories"].value[0]
    assert (record["repositoryId"], record["labels"]) == (7, ["y", "no"])
    assert found["repositories"].as_of == EARLIER
    assert "recorded 2026-05-01T03:02:01Z" in found["repositories"].provenance
    assert isinstance(found["pulls"], Unknown)
    assert found["pulls"].code == "unreachable-provider"
    assert "recorded 2026-05-04T03:02:01Z" in found["pulls"].reason
    assert world.oldest_used is not None
    assert world.oldest_used.as_of == EARLIER


def test_what_is_known_of_a_cluster_has_lines_in_the_file():
    text = """\
apiVersion: argosy.dev/v1alpha1
kind: RecordedWorld
answers:
- kind: clusters
  asOf: "2026-01-01T00:00:00Z"
  value:
  - name: one
    server: https://one
  - name: two
    server: https://two
    labels:
      env: dev
"""
    _, two = read_world(text.encode(), "world.yaml").clusters().value
    assert str(two.position) == "world.yaml:9:5"
    assert str(two.locate(("stringData", "server"))) == "world.yaml:10:5"
    assert str(two.locate(("metadata", "labels", "env"))) == "world.yaml:12:7"


def test_no_secret_is_written_down(text):
    assert MARKER not in text
    assert "last-applied" not in text


def test_a_record_of_the_same_answers_has_the_same_bytes(text):
    recorder = Recorder(Live(), lambda url: url == OWN, NOW)
    for ask in ("pull_requests", "repositories"):
        getattr(recorder, ask)(query())
    ask_all(recorder)
    assert write_world(recorder.answers) == text


def test_files_are_known_by_name_and_by_content_only_where_they_were_read(text):
    tree = read_world(text.encode(), "world.yaml").tree(OTHER, "main")
    assert isinstance(tree, Known)
    assert list(tree.value.files()) == Files().files()
    assert tree.value.revision == "c0ffee"
    assert tree.value.read("a/one.json") == b'{"x": 1}'
    assert tree.value.read("b/picture.png") == b"\xff\x00"
    assert tree.value.has_directory("c")
    assert not tree.value.has_directory("d")
    with pytest.raises(UnknownContentError):
        tree.value.read("a/two.json")


def test_the_repository_one_stands_in_is_not_recorded(text):
    assert OWN not in text
    assert isinstance(read_world(text.encode(), "world.yaml").tree(OWN, "main"), Unknown)


def test_what_was_not_asked_is_unknown(text):
    world = read_world(text.encode(), "world.yaml")
    other = PluginCall("set", "http://plugin", "$secret:key", {"size": 3, "name": "x"})
    for answer in (
        world.plugin(other),
        world.config_map("other"),
        world.resources("example.com/v1", "others"),
        world.repositories(query(filters=[{"repositoryMatch": "y"}])),
        world.tree(OTHER, "v1"),
        RecordedWorld(()).clusters(),
    ):
        assert isinstance(answer, Unknown)
        assert answer.code == "not-recorded"
        assert "argosy snapshot" in answer.hint


def test_what_cannot_change_an_answer_is_no_part_of_the_question(text):
    world = read_world(text.encode(), "world.yaml")
    more = {"values": {"a": "b"}, "template": {}, "requeueAfterSeconds": 60}
    assert isinstance(world.repositories(query(**more)), Known)
    assert world.pull_requests(query(filters=[{"branchMatch": "x"}])).code == "unreachable-provider"


HEAD = "apiVersion: argosy.dev/v1alpha1\nkind: RecordedWorld\n"
ENTRY = HEAD + "answers:\n- asOf: '2026-01-01T00:00:00Z'\n"
WRONG = {
    "another-kind": ("kind: ConfigMap\n", 1, "RecordedWorld"),
    "no-answers": (HEAD, 1, "must be a list"),
    "a-kind-that-nobody-knows": (ENTRY + "  kind: horoscopes\n", 5, "must be one of"),
    "no-time": (HEAD + "answers:\n- kind: clusters\n  asOf: yesterday\n  value: []\n", 5, "must be a time"),
    "no-value": (ENTRY + "  kind: clusters\n", 4, "`value` or `unknown`"),
    "a-wrong-value": (ENTRY + "  kind: repositories\n  value: {a: b}\n", 6, "no answer of the kind"),
    "a-wrong-tree": (ENTRY + "  kind: trees\n  value: {commit: x, files: [1]}\n", 6, "no answer of the kind"),
    "a-wrong-cluster": (ENTRY + "  kind: clusters\n  value: [{name: [x]}]\n", 6, "no answer of the kind"),
    "a-misspelt-cluster": (ENTRY + "  kind: clusters\n  value: [{srv: x}]\n", 6, "no answer of the kind"),
    "an-answer-that-is-no-map": (HEAD + "answers: [1]\n", 3, "must be a map"),
}


@pytest.mark.parametrize(("content", "line", "words"), WRONG.values(), ids=WRONG)
def test_a_file_that_makes_no_sense_is_refused_at_its_line(content, line, words):
    with pytest.raises(ArgosyError) as caught:
        read_world(content.encode(), "world.yaml")
    assert caught.value.code == "invalid-world"
    assert words in caught.value.message
    assert caught.value.position is not None
    assert caught.value.position.line == line


def test_an_old_world_is_a_warning_where_a_limit_is_set():
    oldest = RecordedAnswer(CLUSTERS, Known([], "here"), EARLIER)
    for limit, severity in ((None, Severity.NOTE), ("4d", Severity.NOTE), ("71h", Severity.WARNING)):
        finding = age_finding(oldest, NOW, parse_age(limit) if limit else None)
        assert finding.severity is severity
        assert "3 days old (2026-05-01T03:02:01Z)" in finding.message
    assert "argosy snapshot" in finding.hint


@pytest.mark.parametrize("text", ["", "d", "3", "3w", "-1d", "1.5h", "9999999d"])
def test_an_age_needs_a_number_and_a_unit(text):
    with pytest.raises(ValueError, match="not an age"):
        parse_age(text)
