"""What a YAML scalar means to Go: the rules of sigs.k8s.io/yaml (goyaml.v2, YAML 1.1).

Used by the reader to give values and by the writer to know what needs quotes. Knows no positions.
Argo CD and Kubernetes read every manifest by these rules: `yes`, `n` and `off` are booleans, 0777 is 511,
1:30 and dates are strings. No other Python reader agrees with them.
"""

import base64
import binascii
import math
import re

from argosy.schemas.go_numbers import format_general_32, parse_integer

__all__ = ["AMBIGUOUS_STARTS", "Scalar", "is_text", "key_text", "plain_value", "tagged_value"]

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_NUMBER_STARTS = frozenset("0123456789+-.")
AMBIGUOUS_STARTS = frozenset(("", *_NUMBER_STARTS, *(word[:1] for word in _WORDS)))
"""What a plain scalar begins with that may be something else than text; `""` for an empty one."""

_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
# After a leading point goyaml asks strconv.ParseFloat, which lets underscores stand between digits.
_POINT_FLOAT = re.compile(r"\.[0-9]+([eE][-+]?[0-9]+)?", re.ASCII)
_GO_BINARY = re.compile(r"0b([-+]?[01]+)|-0b([01]+)", re.ASCII)
_YAML = "tag:yaml.org,2002:"
_INT64 = 2**63


def plain_value(text: str) -> Scalar:
    """The value of a scalar without quotes and tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_STARTS:
        number = _number(text)
        return text if number is None else number
    return text


def is_text(text: str) -> bool:
    """Whether a plain scalar of this text would be read as a string, and not as a timestamp either."""
    return plain_value(text).__class__ is str and not _is_timestamp(text)


def tagged_value(tag: str, text: str) -> Scalar:
    """The value of a scalar that bears an explicit tag. Unknown tags are ignored, as Go does.

    Raises ValueError where the text does not fit the tag.
    """
    name = tag.removeprefix(_YAML)
    if name == "binary":
        try:
            return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True).decode(
                errors="replace"
            )
        except binascii.Error as error:
            raise ValueError("!!binary value contains invalid base64 data") from error
    kinds = _TAG_KINDS.get(name) if name != tag else None
    if kinds is None:
        return text
    value = plain_value(text)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(f"cannot read `{text}` as a !!{name}")
    return value


_TAG_KINDS: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "null": (type(None),),
}


def key_text(key: object) -> str:
    """A mapping's key as sigs.k8s.io/yaml turns it into a JSON key: `true`, `511`, `1.5`.

    Raises ValueError for keys that have no such form (null, collections, unsigned 64-bit numbers).
    """
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int) and key < _INT64:
        return str(key)
    if isinstance(key, float):
        text = format_general_32(key)
        return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}.get(text, text)
    raise ValueError("a key must be text, a number or a boolean")


def _number(text: str) -> int | float | None:
    if text[0] == ".":
        plain = text.replace("_", "") if _underscores_between_digits(text) else text
        if not _POINT_FLOAT.fullmatch(plain):
            return None
        return _finite(plain)
    if _is_timestamp(text):
        return None
    plain = text.replace("_", "")
    integer = parse_integer(plain)
    if integer is not None:
        return integer
    if _FLOAT.fullmatch(plain):
        value = _finite(plain)
        if value is not None:
            return value
    match = _GO_BINARY.fullmatch(plain)
    if match is not None:
        integer = int(match[1] or f"-{match[2]}", 2)
        return integer if -_INT64 <= integer < _INT64 else None
    return None


def _underscores_between_digits(text: str) -> bool:
    return "_" in text and re.search(r"(?<![0-9])_|_(?![0-9])", text) is None


def _finite(text: str) -> float | None:
    value = float(text)
    return None if math.isinf(value) else value


_TIMESTAMP = re.compile(
    r"[0-9]{4}-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2}))"
    r"|(?: ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})([.,][0-9]+)?))?",
    re.ASCII,
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _is_timestamp(text: str) -> bool:
    if len(text) < 8 or text[4:5] != "-":
        return False
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return False
    year, month, day = int(text[:4]), int(match[1]), int(match[2])
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return False
    if (month, day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
        return False
    hour, minute, second = (int(match[i] or match[i + 5] or 0) for i in (3, 4, 5))
    return hour < 24 and minute < 60 and second < 60
