"""Ranges of versions over tags, with the rules of Masterminds/semver v3, which Argo CD uses.

Pure. `1.x`, `~1.2`, `^1`, `>=1.2 <2`, `1.2 - 1.4`, `1.x || 3.x`. A pre-release matches only where the range
names one.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = ["Range", "Version", "highest_matching", "parse_range", "parse_version"]

_LABELS = r"[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*"
_VERSION = re.compile(rf"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-({_LABELS}))?(?:\+({_LABELS}))?", re.ASCII)
_PART = r"[0-9]+|[xX*]"
_RANGED = rf"v?({_PART})(?:\.({_PART}))?(?:\.({_PART}))?(?:-({_LABELS}))?(?:\+(?:{_LABELS}))?"
_OPERATOR = r"!=|>=|=>|<=|=<|~>|=|>|<|~|\^|"
_COMPARATOR = re.compile(rf"\s*({_OPERATOR})\s*{_RANGED}\s*(?:,|(?=\s)|$)", re.ASCII)
_HYPHEN = re.compile(r"\s*(v?[0-9xX*][0-9A-Za-z.*+\-]*)\s+-\s+(v?[0-9xX*][0-9A-Za-z.*+\-]*)\s*")


@dataclass(frozen=True, slots=True)
class Version:
    """A version as a tag spells it; missing parts are zero. Build metadata takes no part in comparing."""

    major: int
    minor: int
    patch: int
    pre: str
    text: str

    @property
    def key(self) -> tuple[object, ...]:
        """Orders versions: a release is higher than its pre-releases, numbers are lower than words."""
        return (self.major, self.minor, self.patch, not self.pre, _pre_key(self.pre))


def _pre_key(pre: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in pre.split(".")
    )


@dataclass(frozen=True, slots=True)
class _Comparator:
    operator: str
    version: Version
    any_minor: bool
    any_patch: bool
    dirty: bool

    def admits(self, version: Version, pre_releases: bool) -> bool:
        if version.pre and not pre_releases:
            return False
        return _CHECKS[self.operator](self, version)


@dataclass(frozen=True, slots=True)
class Range:
    """Alternatives, each of which is a list of comparators that must all hold."""

    alternatives: tuple[tuple[_Comparator, ...], ...]

    def admits(self, version: Version) -> bool:
        """Whether the version lies in the range."""
        return any(
            all(one.admits(version, any(other.version.pre for other in group)) for one in group)
            for group in self.alternatives
        )


def parse_version(text: str) -> Version | None:
    """The version that a tag names (`v1.2.3`, also `1` and `1.2`), or None if it names none."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    major, minor, patch, pre, _ = match.groups()
    return Version(int(major), int(minor or 0), int(patch or 0), pre or "", text)


def parse_range(text: str) -> Range | None:
    """The range that a text names, or None if it is none (`main`). A single version is a range too."""
    alternatives = []
    for alternative in text.split("||"):
        group = _parse_group(_HYPHEN.sub(r" >=\1 <=\2 ", alternative))
        if group is None:
            return None
        alternatives.append(group)
    return Range(tuple(alternatives))


def highest_matching(revision: str, tags: Iterable[str]) -> str | None:
    """The tag with the highest version in the range, or None where `revision` is a plain version or no range,
    or no tag lies in it (util/versions, MaxVersion)."""
    if parse_version(revision) is not None:
        return None
    wanted = parse_range(revision)
    if wanted is None:
        return None
    versions = (version for tag in tags if (version := parse_version(tag)) is not None)
    admitted = [version for version in versions if wanted.admits(version)]
    return max(admitted, key=lambda version: version.key).text if admitted else None


def _parse_group(text: str) -> tuple[_Comparator, ...] | None:
    comparators, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _COMPARATOR.match(text, at)
        if match is None:
            return None
        comparators.append(_comparator(*match.groups()))
        at = match.end()
    return tuple(comparators) or None


def _comparator(
    operator: str, major: str, minor: str | None, patch: str | None, pre: str | None
) -> _Comparator:
    pre = pre or ""
    text = ".".join(part for part in (major, minor, patch) if part)
    if major in "xX*":
        return _Comparator(operator, Version(0, 0, 0, pre, text), False, False, True)
    if minor is None or minor in "xX*":
        return _Comparator(operator, Version(int(major), 0, 0, pre, text), True, False, True)
    if patch is None or patch in "xX*":
        return _Comparator(operator, Version(int(major), int(minor), 0, pre, text), False, True, True)
    return _Comparator(operator, Version(int(major), int(minor), int(patch), pre, text), False, False, False)


def _not_equal(one: _Comparator, version: Version) -> bool:
    if not one.dirty:
        return version.key != one.version.key
    if version.major != one.version.major:
        return True
    if one.any_minor:
        return False
    if version.minor != one.version.minor:
        return True
    return not one.any_patch and version.patch != one.version.patch


def _greater(one: _Comparator, version: Version) -> bool:
    if not one.dirty:
        return version.key > one.version.key
    if version.major != one.version.major:
        return version.major > one.version.major
    return one.any_patch and version.minor > one.version.minor


def _less_or_equal(one: _Comparator, version: Version) -> bool:
    if not one.dirty:
        return version.key <= one.version.key
    if version.major > one.version.major:
        return False
    return not (
        version.major == one.version.major and version.minor > one.version.minor and not one.any_minor
    )


def _tilde(one: _Comparator, version: Version) -> bool:
    if version.key < one.version.key:
        return False
    floor = one.version
    if (floor.major, floor.minor, floor.patch) == (0, 0, 0) and not one.any_minor and not one.any_patch:
        return True
    return version.major == floor.major and (one.any_minor or version.minor == floor.minor)


def _caret(one: _Comparator, version: Version) -> bool:
    floor = one.version
    if version.key < floor.key:
        return False
    if floor.major > 0 or one.any_minor:
        return version.major == floor.major
    if version.major > 0:
        return False
    if floor.minor > 0 or one.any_patch:
        return version.minor == floor.minor
    return version.minor == 0 and version.patch == floor.patch


def _equal(one: _Comparator, version: Version) -> bool:
    return _tilde(one, version) if one.dirty else version.key == one.version.key


def _at_least(one: _Comparator, version: Version) -> bool:
    return version.key >= one.version.key


def _less(one: _Comparator, version: Version) -> bool:
    return version.key < one.version.key


_CHECKS: dict[str, Callable[[_Comparator, Version], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": _less,
    ">=": _at_least,
    "=>": _at_least,
    "<=": _less_or_equal,
    "=<": _less_or_equal,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}
