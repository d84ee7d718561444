"""Fields of a provider's answer: there and of the right type, or the whole answer is a bad one."""

from collections.abc import Mapping, Sequence

from argosy.sources.providers.errors import BAD_ANSWER, ProviderError

__all__ = ["flag", "names", "number", "optional_text", "text"]


def text(record: Mapping[str, object], *path: str) -> str:
    """The text at a path of keys. Raises `ProviderError`."""
    value = _at(record, path)
    if not isinstance(value, str):
        raise _missing(path, "a text")
    return value


def optional_text(record: Mapping[str, object], *path: str) -> str:
    """The same, empty where it is absent or null at any level."""
    value: object = record
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def number(record: Mapping[str, object], *path: str) -> int:
    """The whole number at a path of keys. Raises `ProviderError`."""
    value = _at(record, path)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _missing(path, "a number")
    return value


def flag(record: Mapping[str, object], key: str) -> bool:
    """Whether a field is true; absent is false."""
    return record.get(key) is True


def names(record: Mapping[str, object], key: str, within: str = "") -> list[str]:
    """A list of texts, or of maps with a text under `within`; absent and null are empty. Raises
    `ProviderError`."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _missing((key,), "a list")
    if within:
        return [text(each, within) if isinstance(each, dict) else text({}, key) for each in value]
    if not all(isinstance(each, str) for each in value):
        raise _missing((key,), "a list of texts")
    return value


def _at(record: Mapping[str, object], path: Sequence[str]) -> object:
    value: object = record
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _missing(path: Sequence[str], expected: str) -> ProviderError:
    return ProviderError(
        f"the provider's answer lacks `{'.'.join(path)}`, {expected}",
        code=BAD_ANSWER,
        hint="check that the URL is that of the API, and what stands between",
    )
