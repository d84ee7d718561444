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


def _corrupt(data: bytes, alphabet: bytes, group: int, pads: tuple[int, ...]) -> int | None:
    """Where Go's strict decoder stops; None for a text that it takes. Line ends are skipped."""
    kept = [(index, byte) for index, byte in enumerate(data) if byte not in b"\r\n"]
    for place, (index, byte) in enumerate(kept):
        if byte in alphabet:
            continue
        if byte != 0x3D:
            return index
        return _bad_padding(data, kept, place, group, pads)
    if len(kept) % group:
        return len(data) - (len(kept) % group)
    return None


def _bad_padding(
    data: bytes, kept: list[tuple[int, int]], place: int, group: int, pads: tuple[int, ...]
) -> int | None:
    index = kept[place][0]
    missing = group - place % group
    if place % group == 0 or missing not in pads:
        return index
    for offset in range(1, missing):
        if place + offset >= len(kept):
            return len(data)
        if kept[place + offset][1] != 0x3D:
            return kept[place + offset][0] - (1 if group == 4 else 0)
    if place + missing < len(kept):
        return kept[place + missing][0]
    return None


def decode_base64(text: str) -> bytes:
    """`base64.StdEncoding.DecodeString`. Raises `GoError`."""
    data = as_bytes(text)
    at = _corrupt(data, _BASE64, 4, (1, 2))
    if at is not None:
        raise GoError(f"illegal base64 data at input byte {at}")
    return base64.b64decode(data.translate(None, b"\r\n"))


def _b64dec(text: str) -> str:
    try:
        return as_text(decode_base64(text))
    except GoError as error:
        return str(error)


def _b32dec(text: str) -> str:
    data = as_bytes(text)
    at = _corrupt(data, _BASE32, 8, (1, 3, 4, 6))
    if at is not None:
        return f"illegal base32 data at input byte {at}"
    return as_text(base64.b32decode(data.translate(None, b"\r\n")))


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
