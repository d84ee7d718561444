"""Sprig's encodings and digests: base64, base32, JSON, checksums."""

import base64
import hashlib
import zlib

from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.json_text import read_json, write_json
from argosy.compiler.templating.quoting import as_bytes, as_text

__all__ = ["FUNCTIONS", "decode_base64"]

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PAD = 0x3D


def _corrupt_base64(data: bytes) -> int | None:
    """Where Go's decoder stops; None for a text that it takes. Line ends are skipped but counted."""
    kept = [(index, byte) for index, byte in enumerate(data) if byte not in b"\r\n"]
    for place, (index, byte) in enumerate(kept):
        if byte in _BASE64:
            continue
        if byte != _PAD or place % 4 < 2:
            return index
        if place % 4 == 2:
            if place + 1 >= len(kept):
                return len(data)
            if kept[place + 1][1] != _PAD:
                return kept[place + 1][0] - 1
        end = place - place % 4 + 4
        return kept[end][0] if end < len(kept) else None
    return len(data) - len(kept) % 4 if len(kept) % 4 else None


def _corrupt_base32(data: bytes) -> int | None:
    """The same for base32, after line ends were taken out."""
    for place, byte in enumerate(data):
        if byte in _BASE32:
            continue
        within, left = place % 8, len(data) - place - 1
        if byte != _PAD or within < 2 or left >= 8:
            return place
        if left + within < 7:
            return len(data)
        for offset in range(7 - within):
            if left > offset and data[place + 1 + offset] != _PAD:
                return place + offset
        return place if within in (1, 3, 6) else None
    return len(data) - len(data) % 8 if len(data) % 8 else None


def decode_base64(text: str) -> bytes:
    """`base64.StdEncoding.DecodeString`. Raises `GoError`."""
    data = as_bytes(text)
    at = _corrupt_base64(data)
    if at is not None:
        raise GoError(f"illegal base64 data at input byte {at}")
    return base64.b64decode(data.translate(None, b"\r\n"))


def _b64dec(text: str) -> str:
    try:
        return as_text(decode_base64(text))
    except GoError as error:
        return str(error)


def _b32dec(text: str) -> str:
    data = as_bytes(text).translate(None, b"\r\n")
    at = _corrupt_base32(data)
    if at is not None:
        return f"illegal base32 data at input byte {at}"
    return as_text(base64.b32decode(data))


def _to_json(value: object, indent: str = "") -> str:
    try:
        return write_json(value, indent)
    except GoError:
        return ""


def _from_json(text: str) -> object:
    try:
        return read_json(text)
    except GoError:
        return None


def _raw_json(value: object) -> str:
    return write_json(value, escape_html=False)


FUNCTIONS: Table = {
    "adler32sum": (lambda text: str(zlib.adler32(as_bytes(text))), "string", "string"),
    "b32dec": (_b32dec, "string", "string"),
    "b32enc": (lambda text: base64.b32encode(as_bytes(text)).decode(), "string", "string"),
    "b64dec": (_b64dec, "string", "string"),
    "b64enc": (lambda text: base64.b64encode(as_bytes(text)).decode(), "string", "string"),
    "fromJson": (_from_json, "string", "any"),
    "mustFromJson": (read_json, "string", "any"),
    "mustToJson": (write_json, "any", "string"),
    "mustToPrettyJson": (lambda value: write_json(value, "  "), "any", "string"),
    "mustToRawJson": (_raw_json, "any", "string"),
    "sha1sum": (lambda text: hashlib.sha1(as_bytes(text)).hexdigest(), "string", "string"),  # noqa: S324
    "sha256sum": (lambda text: hashlib.sha256(as_bytes(text)).hexdigest(), "string", "string"),
    "sha512sum": (lambda text: hashlib.sha512(as_bytes(text)).hexdigest(), "string", "string"),
    "toJson": (_to_json, "any", "string"),
    "toPrettyJson": (lambda value: _to_json(value, "  "), "any", "string"),
    "toRawJson": (_raw_json, "any", "string"),
}
