"""Laws of globbing, merge and matrix that hold for any input."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argosy.cli.manifest_world import ManifestWorld
from argosy.cli.offline_world import OfflineWorld
from argosy.compiler.expansion import Expansion, UnknownExpansion, expand
from argosy.generators.globbing import BadPatternError, doublestar, literal_prefix, path_match, pathspec
from argosy.generators.listing import Listing
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.applicationset import ApplicationSet

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SEGMENTS = st.sampled_from(["a", "b", "ab", "a.b", "x-1", ".hidden", "é"])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)
PATTERNS = st.lists(
    st.sampled_from(["a", "b", "*", "?", "**", "[ab]", "[^a]", "[a", "{a,b}", "\\*", ".", "é", "/"]),
    max_size=7,
).map("".join)
NAMES = st.sampled_from(["a", "b", "c"])
ELEMENTS = st.lists(st.fixed_dictionaries({"name": NAMES, "size": st.integers(0, 3)}), max_size=4)


@QUICK
@given(PATTERNS | st.text(max_size=8), PATHS)
def test_what_a_pattern_matches_begins_with_its_literal_part(pattern: str, path: str) -> None:
    for glob in (path_match, pathspec, doublestar):
        try:
            matches = glob(pattern)
        except BadPatternError:
            continue
        if matches(path):
            assert path.startswith(literal_prefix(pattern))


@QUICK
@given(PATHS)
def test_a_path_without_special_characters_matches_itself_only(path: str) -> None:
    for glob in (path_match, pathspec, doublestar):
        assert glob(path)(path)
        assert not glob(path)(path + "x")


@QUICK
@given(PATHS)
def test_one_star_stays_in_its_segment(path: str) -> None:
    depth = path.count("/")
    pattern = "/".join(["*"] * (depth + 1))
    assert path_match(pattern)(path)
    assert not path_match(pattern)(path + "/more")


@QUICK
@given(st.lists(PATHS, max_size=12, unique=True), PATTERNS)
def test_a_listing_narrows_without_losing_anything(files: list[str], pattern: str) -> None:
    try:
        matches = pathspec(pattern)
    except BadPatternError:
        return
    narrowed = Listing(tuple(files)).files([literal_prefix(pattern)])
    assert [file for file in narrowed if matches(file)] == sorted(file for file in files if matches(file))


def expanded(generator: dict[str, Any], name: str) -> Expansion | UnknownExpansion:
    manifest = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "set", "namespace": "argocd"},
        "spec": {
            "goTemplate": True,
            "generators": [generator],
            "template": {
                "metadata": {"name": name},
                "spec": {
                    "project": "default",
                    "source": {"repoURL": "https://git.example.com/a.git", "path": "a"},
                    "destination": {"server": "https://kubernetes.default.svc"},
                },
            },
        },
    }
    world = OfflineWorld(ManifestWorld((), "argocd", "none"), lambda *_: Unknown("none"), {})
    return expand(ApplicationSet(manifest, None), world)


def lists(*several: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"list": {"elements": elements}} for elements in several]


@QUICK
@given(ELEMENTS, ELEMENTS)
def test_a_matrix_has_every_pair_once(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> None:
    right = [{"other": each["name"], "count": each["size"]} for each in right]
    found = expanded({"matrix": {"generators": lists(left, right)}}, "{{.name}}-{{.other}}")
    assert isinstance(found, Expansion)
    pairs = [(one["name"], two["other"]) for one in left for two in right]
    assert sorted(each.name for each in found.generated) == sorted(f"{one}-{two}" for one, two in pairs)


@QUICK
@given(ELEMENTS, ELEMENTS)
def test_a_merge_keeps_the_first_childs_keys(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> None:
    left = list({each["name"]: each for each in left}.values())
    right = list({each["name"]: {**each, "size": each["size"] + 10} for each in right}.values())
    generator = {"merge": {"mergeKeys": ["name"], "generators": lists(left, right)}}
    found = expanded(generator, "{{.name}}-{{.size}}")
    assert isinstance(found, Expansion)
    over = {each["name"]: each["size"] for each in right}
    wanted = sorted(f"{each['name']}-{over.get(each['name'], each['size'])}" for each in left)
    assert sorted(each.name for each in found.generated) == wanted


@QUICK
@given(st.lists(st.tuples(NAMES, st.integers(0, 3)), min_size=2, max_size=4))
def test_a_merge_whose_child_has_a_key_twice_generates_nothing(pairs: list[tuple[str, int]]) -> None:
    elements = [{"name": name, "size": size} for name, size in pairs]
    generator = {"merge": {"mergeKeys": ["name"], "generators": lists(elements, [])}}
    found = expanded(generator, "{{.name}}")
    assert isinstance(found, Expansion)
    twice = len({name for name, _ in pairs}) < len(pairs)
    assert bool(found.failed) == twice
