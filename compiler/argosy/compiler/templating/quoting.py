"""Go's quoted strings and characters, read and written as `strconv` does.

Go's strings are bytes. Here they are `str`, in which a byte that is not UTF-8 is a lone surrogate
(`surrogateescape`).
"""

import re

__all__ = ["QuoteError", "as_bytes", "as_text", "quote", "quote_rune", "scrub", "unquote", "unquote_char"]

_LONE = re.compile("[\ud800-\udfff]")
_UNPAIRED = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34}
_SHORT = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v", 92: "\\\\"}
_DIGITS = {"x": 2, "u": 4, "U": 8}


class QuoteError(ValueError):
    """Not a quoted string by Go's rules (`strconv.ErrSyntax`)."""

    def __init__(self) -> None:
        super().__init__("invalid syntax")


def as_bytes(text: str) -> bytes:
    """The bytes that Go would have for this string."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # A surrogate that stands for no byte came out of JSON, where Go reads U+FFFD.
        return _UNPAIRED.sub("�", text).encode("utf-8", "surrogateescape")


def as_text(data: bytes) -> str:
    """The string for Go's bytes."""
    return data.decode("utf-8", "surrogateescape")


def scrub(text: str) -> str:
    """What is left of a string when it is written as JSON: each byte that is not UTF-8 becomes U+FFFD."""
    if text.isascii():
        return text
    return _LONE.sub("�", as_text(as_bytes(text)))


def unquote_char(text: str, start: int, quote_mark: str) -> tuple[int, bool, int]:
    """A character of a quoted string: its value, whether that is a byte, where the next starts."""
    if start >= len(text):
        raise QuoteError
    char = text[start]
    if char == quote_mark and quote_mark in "'\"":
        raise QuoteError
    if char != "\\":
        return ord(char), False, start + 1
    if start + 1 >= len(text):
        raise QuoteError
    kind = text[start + 1]
    if kind in _DIGITS:
        end = start + 2 + _DIGITS[kind]
        return _numeric(text[start + 2 : end], _DIGITS[kind], 16), kind == "x", end
    if kind in "01234567":
        value = _numeric(text[start + 1 : start + 4], 3, 8)
        if value > 255:
            raise QuoteError
        return value, True, start + 4
    if kind not in _ESCAPES or (kind in "'\"" and kind != quote_mark):
        raise QuoteError
    return _ESCAPES[kind], False, start + 2


def _numeric(digits: str, length: int, base: int) -> int:
    if len(digits) != length or not all(
        digit in "0123456789abcdefABCDEF"[: 22 if base == 16 else 8] for digit in digits
    ):
        raise QuoteError
    value = int(digits, base)
    if length != 2 and (value > 0x10FFFF or 0xD800 <= value < 0xE000):
        raise QuoteError
    return value


def unquote(quoted: str) -> str:
    """The value of a string in double quotes or back quotes. Raises `QuoteError`."""
    if quoted[0] == "`":
        return quoted[1:-1].replace("\r", "")
    body = quoted[1:-1]
    if "\\" not in body:
        return body
    out = bytearray()
    index = 0
    while index < len(body):
        value, is_byte, index = unquote_char(body, index, '"')
        out += bytes((value,)) if is_byte else as_bytes(chr(value))
    return as_text(bytes(out))


def quote(text: str, mark: str = '"', ascii_only: bool = False) -> str:
    """The string in double quotes, as `strconv.Quote` (or `QuoteToASCII`) writes it."""
    plain = not ascii_only or text.isascii()
    if plain and text.isprintable() and "\\" not in text and mark not in text:
        return f"{mark}{text}{mark}"
    return mark + "".join(_escaped(ord(char), mark, ascii_only) for char in text) + mark


def quote_rune(value: int, ascii_only: bool = False) -> str:
    """The character in single quotes, as `strconv.QuoteRune` writes it."""
    if not 0 <= value <= 0x10FFFF or 0xD800 <= value < 0xE000:
        value = 0xFFFD
    return "'" + _escaped(value, "'", ascii_only) + "'"


def _escaped(code: int, mark: str, ascii_only: bool) -> str:
    char = chr(code)
    if char == mark:
        return "\\" + mark
    if code in _SHORT:
        return _SHORT[code]
    if code >= 32 and (code < 127 if ascii_only else char.isprintable()):
        return char
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 32 or code == 127:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
