import pytest

from argosy.sources.semver import highest_matching, parse_range, parse_version

_TAGS = (
    "v0.1.0",
    "v0.1.9",
    "v0.2.0",
    "v1.0.0",
    "v1.2.3",
    "v1.10.0",
    "v2.0.0-rc.1",
    "v2.0.0",
    "v2.1.0-beta",
    "nightly",
)


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("*", "v2.0.0"),
        ("x", "v2.0.0"),
        ("1.x", "v1.10.0"),
        ("1.*", "v1.10.0"),
        ("v1.2.x", "v1.2.3"),
        ("^1", "v1.10.0"),
        ("^1.2", "v1.10.0"),
        ("^0.1", "v0.1.9"),
        ("^0.1.0", "v0.1.9"),
        ("^0.0.0", None),
        ("~1.2", "v1.2.3"),
        ("~1", "v1.10.0"),
        ("~>1.2.0", "v1.2.3"),
        (">=1.2 <2", "v1.10.0"),
        (">=1.2, <1.10", "v1.2.3"),
        (">1", "v2.0.0"),
        (">1.2", "v2.0.0"),
        (">1.2 <2.0.0", "v1.10.0"),
        ("<=1", "v1.10.0"),
        ("<=1.2", "v1.2.3"),
        ("!=2.0.0", "v1.10.0"),
        ("!=2", "v1.10.0"),
        ("<0.2.0", "v0.1.9"),
        ("=<0.1.5", "v0.1.0"),
        ("1.0 - 1.5", "v1.2.3"),
        ("0.1.x || 1.2.x", "v1.2.3"),
        (">=2.1.0-alpha", "v2.1.0-beta"),
        ("2.0.0-0 - 2.0.0-rc.2", "v2.0.0-rc.1"),
        (">=3", None),
        ("main", None),
        ("1.2.3", None),
        ("v1", None),
        ("release-1.x", None),
        (">=1.2 main", None),
    ],
)
def test_a_range_finds_the_highest_tag_in_it(wanted: str, tag: str | None) -> None:
    assert highest_matching(wanted, _TAGS) == tag


def test_versions_are_ordered_by_number_and_a_pre_release_is_lower() -> None:
    ordered = ["1.0.0-1", "1.0.0-2", "1.0.0-11", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta", "1.0.0"]
    versions = [parse_version(text) for text in ordered]
    keys = [version.key for version in versions if version is not None]
    assert keys == sorted(keys) and len(keys) == len(ordered)


@pytest.mark.parametrize("text", ["main", "", "1.2.3.4", ">", "a || b", "1..2", "feature/1.x"])
def test_what_is_no_range_is_none(text: str) -> None:
    assert parse_range(text) is None
