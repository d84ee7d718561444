"""Sprig's urlParse and urlJoin, with the rules of Go's package net/url."""

import string

from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.values import kind
from argosy.compiler.templating.quoting import as_bytes, as_text, quote

__all__ = ["FUNCTIONS"]

_UNRESERVED = frozenset((string.ascii_letters + string.digits + "-_.~").encode())
_ALLOWED = {
    "path": _UNRESERVED | frozenset(b"$&+,/:;=@"),
    "user": _UNRESERVED | frozenset(b"$&+,;="),
    "host": _UNRESERVED | frozenset(b"!$&'()*+,;=:[]<>\""),
    "fragment": _UNRESERVED | frozenset(b"$&+,/:;=?@!()*"),
}
_USERINFO = frozenset(string.ascii_letters + string.digits + "-._:~!$&'()*+,;=%@")
_HEX = frozenset(b"0123456789abcdefABCDEF")


def _escape(text: str, mode: str) -> str:
    return "".join(chr(byte) if byte in _ALLOWED[mode] else f"%{byte:02X}" for byte in as_bytes(text))


def _unescape(text: str, mode: str) -> str:
    data, out, at = as_bytes(text), bytearray(), 0
    while at < len(data):
        byte = data[at]
        if byte == 0x25:
            pair = data[at + 1 : at + 3]
            if len(pair) < 2 or not _HEX.issuperset(pair):
                raise GoError(f"invalid URL escape {quote(as_text(data[at : at + 3]))}")
            value = int(pair, 16)
            if mode == "host" and value < 0x80 and pair != b"25":
                raise GoError(f"invalid URL escape {quote(as_text(data[at : at + 3]))}")
            out.append(value)
            at += 3
            continue
        if mode == "host" and byte < 0x80 and byte not in _ALLOWED["host"]:
            raise GoError(f"invalid character {quote(chr(byte))} in host name")
        out.append(byte)
        at += 1
    return as_text(bytes(out))


def _scheme(text: str) -> tuple[str, str]:
    for index, char in enumerate(text):
        if char.isascii() and char.isalpha():
            continue
        if char.isascii() and (char.isdigit() or char in "+-."):
            if index == 0:
                break
            continue
        if char == ":":
            if index == 0:
                raise GoError("missing protocol scheme")
            return text[:index].lower(), text[index + 1 :]
        break
    return "", text


def _check_port(port: str) -> None:
    digits = port[1:]
    if port and (port[0] != ":" or (digits and not (digits.isascii() and digits.isdigit()))):
        raise GoError(f"invalid port {quote(port)} after host")


def _host(text: str) -> str:
    if text.startswith("["):
        end = text.rfind("]")
        if end < 0:
            raise GoError("missing ']' in host")
        _check_port(text[end + 1 :])
    elif ":" in text:
        _check_port(text[text.rfind(":") :])
    return _unescape(text, "host")


def _userinfo(text: str) -> str:
    if not _USERINFO.issuperset(text):
        raise GoError("net/url: invalid userinfo")
    name, colon, password = text.partition(":")
    escaped = _escape(_unescape(name, "user"), "user")
    return escaped + (":" + _escape(_unescape(password, "user"), "user") if colon else "")


def _parts(text: str) -> dict[str, object]:
    parts = dict.fromkeys(
        ("scheme", "host", "hostname", "path", "query", "opaque", "fragment", "userinfo"), ""
    )
    if any(byte < 0x20 or byte == 0x7F for byte in as_bytes(text)):
        raise GoError("net/url: invalid control character in URL")
    if text == "*":
        parts["path"] = "*"
        rest = ""
    else:
        parts["scheme"], rest = _scheme(text)
        rest, _, parts["query"] = rest.partition("?")
    if rest and not rest.startswith("/") and parts["scheme"]:
        parts["opaque"] = rest
    elif not rest.startswith("/") and ":" in rest.partition("/")[0]:
        raise GoError("first path segment in URL cannot contain colon")
    else:
        if rest.startswith("//") and (parts["scheme"] or not rest.startswith("///")):
            authority, slash, path = rest[2:].partition("/")
            user, at, host = authority.rpartition("@")
            parts["host"] = _host(host)
            parts["userinfo"] = _userinfo(user) if at else ""
            rest = slash + path
        if rest:
            parts["path"] = _unescape(rest, "path")
    parts["hostname"] = _hostname(parts["host"])
    return dict(parts)


def _hostname(host: str) -> str:
    name, colon, port = host.rpartition(":")
    if colon and (port.isdigit() or not port):
        host = name
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def _parse(text: str) -> dict[str, object]:
    shown = text.partition("#")[0]
    try:
        parts = _parts(shown)
        shown = text
        parts["fragment"] = _unescape(text.partition("#")[2], "fragment")
    except GoError as error:
        raise GoError(f"unable to parse url: parse {quote(shown)}: {error}") from None
    return parts


def _part(parts: dict[str, object], key: str) -> str:
    if key not in parts:
        return ""
    value = parts[key]
    if value is None:
        raise GoError("runtime error: invalid memory address or nil pointer dereference")
    if not isinstance(value, str):
        raise GoError(f"unable to parse {key} key, must be of type string, but {kind(value)} found")
    return value


def _join(given: dict[str, object] | None) -> str:
    parts = given or {}
    scheme, host, path, query, opaque, fragment, user = (
        _part(parts, key) for key in ("scheme", "host", "path", "query", "opaque", "fragment", "userinfo")
    )
    if user:
        try:
            user = str(_parts(f"proto://{user}@host")["userinfo"])
        except GoError as error:
            shown = quote(f"proto://{user}@host")
            raise GoError(f"unable to parse userinfo in dict: parse {shown}: {error}") from None
    text = f"{scheme}:" if scheme else ""
    if opaque:
        text += opaque
    else:
        if host or user or (scheme and path):
            text += "//" + (f"{user}@" if user else "") + _escape(host, "host")
        escaped = path if path == "*" else _escape(path, "path")
        if escaped and escaped[0] != "/" and host:
            text += "/"
        if not text and ":" in escaped.partition("/")[0]:
            text += "./"
        text += escaped
    return text + (f"?{query}" if query else "") + ("#" + _escape(fragment, "fragment") if fragment else "")


FUNCTIONS: Table = {
    "urlJoin": (_join, "map", "string"),
    "urlParse": (_parse, "string", "map"),
}
