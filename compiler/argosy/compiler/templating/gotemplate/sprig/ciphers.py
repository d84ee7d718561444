"""Sprig's secrets that need no certificate: random bytes, UUIDs, password hashes, AES, derived passwords.

The packages behind them are extras (`argosy[crypto]`) and are imported when a template calls the function.
"""

import base64
import hashlib
import hmac
import secrets
import struct
import uuid
from importlib import import_module
from typing import Any

from argosy.compiler.templating.gotemplate.functions import GoError, Table
from argosy.compiler.templating.gotemplate.sprig.encodings import decode_base64
from argosy.compiler.templating.limits import check_text
from argosy.compiler.templating.quoting import as_bytes, as_text

__all__ = ["FUNCTIONS", "optional"]

_SEED = b"com.lyndir.masterpassword"
_BLOCK = 16
_PASSWORDS = {
    "maximum": "anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno",
    "long": (
        "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno"
        " CvcvnoCvccCvcv CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno"
        " CvccnoCvccCvcv CvccCvccnoCvcv CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno"
        " CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno"
    ),
    "medium": "CvcnoCvc CvcCvcno",
    "short": "Cvcn",
    "basic": "aaanaaan aannaaan aaannaaa",
    "pin": "nnnn",
}
_SMALL, _CAPITAL = "bcdfghjklmnpqrstvwxyz", "BCDFGHJKLMNPQRSTVWXYZ"
_LETTERS = f"AEIOUaeiou{_CAPITAL}{_SMALL}"
_CHARACTERS = {
    "V": "AEIOU",
    "C": _CAPITAL,
    "v": "aeiou",
    "c": _SMALL,
    "A": f"AEIOU{_CAPITAL}",
    "a": _LETTERS,
    "n": "0123456789",
    "o": "@&%?,=[]_:-+*$#!'^~;()/.",
    "x": f"{_LETTERS}0123456789!@#$%^&*()",
}


def optional(module: str) -> Any:
    """A module of an optional package. Raises `GoError` that says how to get it."""
    try:
        return import_module(module)
    except ImportError:
        raise GoError(
            f"the package {module.partition('.')[0]} is not installed: pip install 'argosy[crypto]'"
        ) from None


def _bcrypt(text: str) -> str:
    data = as_bytes(text)
    if len(data) > 72:
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
    library = optional("bcrypt")
    return str(library.hashpw(data, library.gensalt(10, b"2a")).decode())


def _htpasswd(user: str, password: str) -> str:
    return f"invalid username: {user}" if ":" in user else f"{user}:{_bcrypt(password)}"


def _rand_bytes(count: int) -> str:
    if count < 0:
        raise GoError("runtime error: makeslice: len out of range")
    check_text(count)
    return base64.b64encode(secrets.token_bytes(count)).decode()


def _aes(password: str, vector: bytes) -> Any:
    ciphers = optional("cryptography.hazmat.primitives.ciphers")
    key = as_bytes(password)[:32].ljust(32, b"\0")
    return ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.CBC(vector))


def _encrypt(password: str, text: str) -> str:
    if not text:
        return ""
    data = as_bytes(text)
    padding = _BLOCK - len(data) % _BLOCK
    vector = secrets.token_bytes(_BLOCK)
    encryptor = _aes(password, vector).encryptor()
    sealed = encryptor.update(data + bytes((padding,)) * padding) + encryptor.finalize()
    return base64.b64encode(vector + sealed).decode()


def _decrypt(password: str, sealed: str) -> str:
    if not sealed:
        return ""
    data = decode_base64(sealed)
    if len(data) < _BLOCK:
        raise GoError(f"runtime error: slice bounds out of range [:{_BLOCK}] with capacity {len(data)}")
    vector, data = data[:_BLOCK], data[_BLOCK:]
    if len(data) % _BLOCK:
        raise GoError("crypto/cipher: input not full blocks")
    if not data:
        raise GoError("runtime error: index out of range [-1]")
    decryptor = _aes(password, vector).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    end = len(plain) - plain[-1]
    if end < 0:
        raise GoError(f"runtime error: slice bounds out of range [:{end}]")
    return as_text(plain[:end])


def _derive_password(counter: int, kind: str, password: str, user: str, site: str) -> str:
    if kind not in _PASSWORDS:
        return f"cannot find password template {kind}"
    templates = _PASSWORDS[kind].split()
    owner, place = as_bytes(user), as_bytes(site)
    salt = _SEED + struct.pack(">I", len(owner)) + owner
    key = hashlib.scrypt(as_bytes(password), salt=salt, n=32768, r=8, p=2, maxmem=128 * 1024 * 1024, dklen=64)
    message = _SEED + struct.pack(">I", len(place)) + place + struct.pack(">I", counter)
    seed = hmac.new(key, message, "sha256").digest()
    template = templates[seed[0] % len(templates)]
    return "".join(
        _CHARACTERS[letter][byte % len(_CHARACTERS[letter])]
        for letter, byte in zip(template, seed[1:], strict=False)
    )


FUNCTIONS: Table = {
    "bcrypt": (_bcrypt, "string", "string"),
    "decryptAES": (_decrypt, "string, string", "string"),
    "derivePassword": (_derive_password, "uint32, string, string, string, string", "string"),
    "encryptAES": (_encrypt, "string, string", "string"),
    "htpasswd": (_htpasswd, "string, string", "string"),
    "randBytes": (_rand_bytes, "int", "string"),
    "uuidv4": (lambda: str(uuid.uuid4()), "", "string"),
}
