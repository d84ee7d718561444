"""Base64 as Go's `encoding/base64` reads it: which byte is wrong, and the text that it writes again."""

import base64
import string

__all__ = ["canonical_base64"]

_ALPHABET = frozenset(string.ascii_letters + string.digits + "+/")
_NEWLINES = "\r\n"


def canonical_base64(text: str) -> str:
    """The text without line breaks and stray bits. Raises ValueError that names the first wrong byte."""
    at = 0
    while at < len(text):
        at = _quantum(text, at)
    return base64.b64encode(base64.b64decode(text)).decode()


def _skip_newlines(text: str, at: int) -> int:
    while at < len(text) and text[at] in _NEWLINES:
        at += 1
    return at


def _quantum(text: str, at: int) -> int:
    """Reads four characters, padding included; gives the place after them (`decodeQuantum`)."""
    for read in range(4):
        at = _skip_newlines(text, at)
        if at == len(text):
            if read == 0:
                return at
            raise _corrupt(at - read)
        at += 1
        if text[at - 1] in _ALPHABET:
            continue
        if text[at - 1] != "=" or read < 2:
            raise _corrupt(at - 1)
        if read == 2:
            at = _skip_newlines(text, at)
            if at == len(text):
                raise _corrupt(at)
            if text[at] != "=":
                raise _corrupt(at - 1)
            at += 1
        at = _skip_newlines(text, at)
        if at < len(text):
            raise _corrupt(at)
        return at
    return at


def _corrupt(at: int) -> ValueError:
    return ValueError(f"illegal base64 data at input byte {at}")
