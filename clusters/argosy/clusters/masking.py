"""Keeps Secret values out of errors: API servers quote what they refuse. Pure.

The values that we sent are known and blanked out wherever they turn up; what a server quotes of a Secret's
fields beyond that is blanked by the shapes in which Kubernetes quotes values.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

__all__ = ["masker"]

_MASK = "***"
_PLAIN = 4
"""Values at least this long are blanked anywhere; shorter ones only as whole words, else texts turn to
stars.
"""

_QUOTED = [
    re.compile(r'(Invalid value: )(?:"(?:[^"\\]|\\.)*"|[^:,\s]+)'),
    re.compile(r'(Unsupported value: )"(?:[^"\\]|\\.)*"'),
    re.compile(r'(Duplicate value: )"(?:[^"\\]|\\.)*"'),
    re.compile(r"(Value:)[^}]*(?=})"),
    re.compile(r"((?:cannot|can't) unmarshal [a-z]+ )(?!into)\S+"),
]


def masker(body: object) -> Callable[[str], str]:
    """What blanks the values of the Secrets in `body` out of a text; for other bodies the text stays as it
    is.
    """
    secrets = list(_secrets(body))
    if not secrets:
        return lambda text: text
    values = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)
    long = [re.escape(value) for value in values if len(value) >= _PLAIN]
    short = [rf"(?<!\w){re.escape(value)}(?!\w)" for value in values if 0 < len(value) < _PLAIN]
    known = re.compile("|".join(long + short)) if values else None

    def mask(text: str) -> str:
        if known is not None:
            text = known.sub(_MASK, text)
        for pattern in _QUOTED:
            text = pattern.sub(rf"\g<1>{_MASK}", text)
        return text

    return mask


def _secrets(body: object) -> Iterator[Mapping[str, Any]]:
    if not isinstance(body, Mapping):
        return
    if body.get("kind") == "Secret" and body.get("apiVersion") == "v1":
        yield body
    if isinstance(items := body.get("items"), list):
        for item in items:
            yield from _secrets(item)


def _forms(secret: Mapping[str, Any]) -> Iterator[str]:
    """Each value as it may turn up in a message: as written, decoded, encoded, and with Go's or JSON's
    escapes.
    """
    for field in ("data", "stringData"):
        held = secret.get(field)
        for value in _scalars(held):
            text = value if isinstance(value, str) else json.dumps(value)
            forms = {text, base64.b64encode(text.encode()).decode()}
            with suppress(binascii.Error, UnicodeDecodeError, ValueError):
                forms.add(base64.b64decode(text, validate=True).decode())
            for form in forms:
                yield form
                yield json.dumps(form)[1:-1]
                yield json.dumps(form, ensure_ascii=False)[1:-1]
                yield from (line for line in form.splitlines() if len(line) >= _PLAIN)


def _scalars(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    elif value is not None and value != "":
        yield value
