"""Sprig's semantic versions and constraints, as github.com/Masterminds/semver/v3 3.3.0 has them."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.numbers import decimal
from argosy.compiler.templating.gotemplate.values import GoObject, Uint64

__all__ = ["FUNCTIONS", "Version", "satisfies"]

_TAIL = r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
_VERSION = re.compile(r"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?" + _TAIL)
_LOOSE = r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?" + _TAIL
_OPERATORS = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
_ONE = re.compile(rf"\s*({_OPERATORS})\s*({_LOOSE})\s*", re.ASCII)
_FIND = re.compile(rf"({_OPERATORS})\s*({_LOOSE})", re.ASCII)
_RANGE = re.compile(rf"\s*({_LOOSE})\s+-\s+({_LOOSE})\s*", re.ASCII)
_OPERATOR = r"(?:!=|>=|=>|<=|=<|~>|=|>|<|~|\^)?"
_PLAIN_TAIL = r"(?:-[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)?(?:\+[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)?"
_PLAIN = rf"v?[0-9|xX*]+(?:\.[0-9|xX*]+)?(?:\.[0-9|xX*]+)?{_PLAIN_TAIL}"
_VALID = re.compile(rf"(\s*{_OPERATOR}\s*{_PLAIN}\s*)((?:\s+|,\s*){_OPERATOR}\s*{_PLAIN}\s*)*", re.ASCII)
_LONGEST = 1000
"""Longer constraints are refused: Python's `re` may go back, and no real one comes near."""


_COMPARISONS = ("LessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual")


@dataclass(frozen=True, slots=True, eq=False)
class Version(GoObject):
    """`*semver.Version`."""

    go_type: ClassVar[str] = "*semver.Version"
    go_kind: ClassVar[str] = "ptr"
    attributes: ClassVar[dict[str, tuple[str, ...] | None]] = {
        **dict.fromkeys(("Major", "Minor", "Patch", "Prerelease", "Metadata", "Original", "String"), ()),
        **dict.fromkeys(("IncMajor", "IncMinor", "IncPatch"), ()),
        **dict.fromkeys(("SetPrerelease", "SetMetadata"), ("string",)),
        **dict.fromkeys(("Compare", "Equal", *_COMPARISONS), (go_type,)),
    }

    numbers: tuple[int, int, int]
    prerelease: str
    metadata: str
    original: str

    def go_string(self) -> str:
        """The version in full, without a leading v."""
        text = ".".join(map(str, self.numbers))
        return (
            text
            + (f"-{self.prerelease}" if self.prerelease else "")
            + (f"+{self.metadata}" if self.metadata else "")
        )

    def order(self, other: "Version") -> int:
        """-1, 0 or 1; build metadata does not count."""
        if self.numbers != other.numbers:
            return -1 if self.numbers < other.numbers else 1
        if not (self.prerelease and other.prerelease):
            return bool(other.prerelease) - bool(self.prerelease)
        return _order_prereleases(self.prerelease, other.prerelease)

    def _next(self, numbers: tuple[int, int, int]) -> "_VersionValue":
        return self._changed(numbers, "", "")

    def _changed(self, numbers: tuple[int, int, int], prerelease: str, metadata: str) -> "_VersionValue":
        changed = _VersionValue(numbers, prerelease, metadata, "")
        return replace(changed, original="v" * self.original.startswith("v") + changed.go_string())

    # The methods that templates call; their names are Go's.
    def Major(self) -> Uint64:  # noqa: N802
        return Uint64(self.numbers[0])

    def Minor(self) -> Uint64:  # noqa: N802
        return Uint64(self.numbers[1])

    def Patch(self) -> Uint64:  # noqa: N802
        return Uint64(self.numbers[2])

    def Prerelease(self) -> str:  # noqa: N802
        return self.prerelease

    def Metadata(self) -> str:  # noqa: N802
        return self.metadata

    def Original(self) -> str:  # noqa: N802
        return self.original

    def String(self) -> str:  # noqa: N802
        return self.go_string()

    def IncMajor(self) -> "_VersionValue":  # noqa: N802
        return self._next((self.numbers[0] + 1, 0, 0))

    def IncMinor(self) -> "_VersionValue":  # noqa: N802
        return self._next((self.numbers[0], self.numbers[1] + 1, 0))

    def IncPatch(self) -> "_VersionValue":  # noqa: N802
        step = 0 if self.prerelease else 1
        return self._next((self.numbers[0], self.numbers[1], self.numbers[2] + step))

    def SetPrerelease(self, text: str) -> "_VersionValue":  # noqa: N802
        _check_parts(text, "Invalid Prerelease string", numeric=True)
        return self._changed(self.numbers, text, self.metadata)

    def SetMetadata(self, text: str) -> "_VersionValue":  # noqa: N802
        _check_parts(text, "Invalid Metadata string", numeric=False)
        return self._changed(self.numbers, self.prerelease, text)

    def Compare(self, other: "Version") -> int:  # noqa: N802
        return self.order(other)

    def Equal(self, other: "Version") -> bool:  # noqa: N802
        return self.order(other) == 0

    def LessThan(self, other: "Version") -> bool:  # noqa: N802
        return self.order(other) < 0

    def LessThanEqual(self, other: "Version") -> bool:  # noqa: N802
        return self.order(other) <= 0

    def GreaterThan(self, other: "Version") -> bool:  # noqa: N802
        return self.order(other) > 0

    def GreaterThanEqual(self, other: "Version") -> bool:  # noqa: N802
        return self.order(other) >= 0


class _VersionValue(Version):
    """`semver.Version`, what changing a version gives: Go reaches fewer methods without the pointer."""

    __slots__ = ()
    go_type: ClassVar[str] = "semver.Version"
    go_kind: ClassVar[str] = "struct"
    attributes: ClassVar[dict[str, tuple[str, ...] | None]] = {
        name: parameters
        for name, parameters in Version.attributes.items()
        if name not in ("Original", "Compare", "Equal", *_COMPARISONS)
    }


def _check_parts(text: str, complaint: str, numeric: bool) -> None:
    for part in text.split(".") if text else ():
        if numeric and part.isascii() and part.isdigit():
            if len(part) > 1 and part[0] == "0":
                raise GoError("Version segment starts with 0")
        elif not re.fullmatch(r"[0-9A-Za-z-]*", part):
            raise GoError(complaint)


def _order_prereleases(left: str, right: str) -> int:
    lefts, rights = left.split("."), right.split(".")
    length = max(len(lefts), len(rights))
    lefts += [""] * (length - len(lefts))
    rights += [""] * (length - len(rights))
    return next((order for order in map(_order_parts, lefts, rights) if order), 0)


def _is_uint64(text: str) -> bool:
    return text.isascii() and text.isdigit() and decimal(text) < 1 << 64


def _order_parts(left: str, right: str) -> int:
    if left == right:
        return 0
    if not left or not right:
        return 1 if left else -1
    left_number, right_number = _is_uint64(left), _is_uint64(right)
    if left_number != right_number:
        return -1 if left_number else 1
    if left_number:
        return 1 if int(left) > int(right) else -1
    return 1 if left > right else -1


def parse_version(text: str) -> Version:
    """`semver.NewVersion`: minor and patch may be left out. Raises `GoError`."""
    match = _VERSION.fullmatch(text)
    if not match:
        raise GoError("Invalid Semantic Version")
    numbers = []
    for part in (match[1], match[2], match[3]):
        digits = (part or "0").lstrip(".")
        if decimal(digits) >= 1 << 64:
            raise GoError(
                f'Error parsing version segment: strconv.ParseUint: parsing "{digits}": value out of range'
            )
        numbers.append(int(digits))
    _check_parts(match[5] or "", "Invalid Prerelease string", numeric=True)
    _check_parts(match[8] or "", "Invalid Metadata string", numeric=False)
    return Version((numbers[0], numbers[1], numbers[2]), match[5] or "", match[8] or "", text)


# -- constraints -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Constraint:
    operator: str
    version: Version
    any_minor: bool
    any_patch: bool
    loose: bool

    def allows(self, version: Version) -> bool:
        if version.prerelease and not self.version.prerelease and (self.operator != "!=" or self.loose):
            return False
        order = version.order(self.version)
        match self.operator:
            case "" | "=":
                return self._tilde(version, order) if self.loose else order == 0
            case "!=":
                return self._differs(version, order)
            case ">":
                return self._greater(version, order)
            case "<":
                return order < 0
            case ">=" | "=>":
                return order >= 0
            case "<=" | "=<":
                return self._at_most(version, order)
            case "~" | "~>":
                return self._tilde(version, order)
        return self._caret(version, order)

    def _differs(self, version: Version, order: int) -> bool:
        mine, theirs = self.version.numbers, version.numbers
        if not self.loose:
            return order != 0
        if mine[0] != theirs[0] or (mine[1] != theirs[1] and not self.any_minor):
            return True
        if self.any_minor:
            return False
        if mine[2] != theirs[2] and not self.any_patch:
            return True
        if self.any_patch:
            either = version.prerelease or self.version.prerelease
            return bool(either) and _order_prereleases(version.prerelease, self.version.prerelease) != 0
        return order != 0

    def _greater(self, version: Version, order: int) -> bool:
        mine, theirs = self.version.numbers, version.numbers
        if not self.loose or (mine[0] == theirs[0] and not self.any_minor and not self.any_patch):
            return order > 0
        if theirs[0] != mine[0]:
            return theirs[0] > mine[0]
        return not self.any_minor and theirs[1] > mine[1]

    def _at_most(self, version: Version, order: int) -> bool:
        mine, theirs = self.version.numbers, version.numbers
        if not self.loose:
            return order <= 0
        return not (
            theirs[0] > mine[0] or (theirs[0] == mine[0] and theirs[1] > mine[1] and not self.any_minor)
        )

    def _tilde(self, version: Version, order: int) -> bool:
        mine, theirs = self.version.numbers, version.numbers
        if order < 0:
            return False
        if mine == (0, 0, 0) and not self.any_minor and not self.any_patch:
            return True
        return theirs[0] == mine[0] and (theirs[1] == mine[1] or self.any_minor)

    def _caret(self, version: Version, order: int) -> bool:
        mine, theirs = self.version.numbers, version.numbers
        if order < 0 or theirs[0] != mine[0]:
            return False
        if mine[0] > 0 or self.any_minor:
            return True
        if mine[1] > 0 or self.any_patch:
            return theirs[1] == mine[1]
        return theirs[1] == 0 and theirs[2] == mine[2]


def _is_any(part: str | None) -> bool:
    return not part or part.lstrip(".") in ("x", "X", "*")


def _parse_constraint(text: str) -> _Constraint:
    if not text:
        return _Constraint("", parse_version("0.0.0"), False, False, True)
    match = _ONE.fullmatch(text)
    if not match:
        raise GoError(f"improper constraint: {text}")
    major, minor, patch, tail = match[3], match[4], match[5], match[6] or ""
    spelled, any_minor, any_patch, loose = match[2], False, False, True
    if _is_any(major):
        spelled = f"0.0.0{tail}"
    elif _is_any(minor):
        spelled, any_minor = f"{major}.0.0{tail}", True
    elif _is_any(patch):
        spelled, any_patch = f"{major}{minor}.0{tail}", True
    else:
        loose = False
    try:
        version = parse_version(spelled)
    except GoError:
        raise GoError("constraint Parser Error") from None
    return _Constraint(match[1], version, any_minor, any_patch, loose)


@lru_cache(maxsize=512)
def _parse_constraints(text: str) -> tuple[tuple[_Constraint, ...], ...]:
    if len(text) > _LONGEST:
        raise GoError(f"improper constraint: longer than {_LONGEST} characters")
    for match in _RANGE.finditer(text):
        text = text.replace(match[0], f">= {match[1]}, <= {match[11]} ", 1)
    alternatives = []
    for part in text.split("||"):
        if not _VALID.fullmatch(part):
            raise GoError(f"improper constraint: {part}")
        found = [match[0] for match in _FIND.finditer(part)] or [part]
        alternatives.append(tuple(map(_parse_constraint, found)))
    return tuple(alternatives)


def satisfies(constraint: str, version: str) -> bool:
    """`semverCompare`: whether the version satisfies the constraint. Raises `GoError`."""
    alternatives = _parse_constraints(constraint)
    parsed = parse_version(version)
    return any(all(each.allows(parsed) for each in together) for together in alternatives)


FUNCTIONS: Table = {
    "semver": (parse_version, "string", "*semver.Version"),
    "semverCompare": (satisfies, "string, string", "bool"),
}
