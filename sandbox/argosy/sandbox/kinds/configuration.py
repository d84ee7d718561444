"""ConfigMaps and Secrets.

`k8s.io/kubernetes/pkg/apis/core/v1/{defaults,conversion}.go`, `pkg/apis/core/validation`.
"""

import base64
import re

from argosy.sandbox.decoding import TypeDefault
from argosy.sandbox.field_errors import Problems, at
from argosy.sandbox.kinds.rules import KindRules
from argosy.sandbox.schema import Object

__all__ = ["DEFAULTS", "RULES"]

_CORE = "io.k8s.api.core.v1."
_KEY = "[-._a-zA-Z0-9]+"
_KEY_TEXT = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
    f"'KEY_NAME',  or 'key-name', regex used for validation is '{_KEY}')"
)
_MAX_SIZE = 1024 * 1024
_REQUIRED_KEYS = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}


def _default_secret(secret: Object) -> None:
    secret.setdefault("type", "Opaque")
    for name, value in (secret.pop("stringData", None) or {}).items():
        secret.setdefault("data", {})[name] = base64.b64encode(value.encode()).decode()


DEFAULTS: dict[str, TypeDefault] = {_CORE + "Secret": _default_secret}


def _validate_keys(value: Object, names: tuple[str, ...], problems: Problems) -> None:
    for name in names:
        for key in sorted(value.get(name) or {}):
            if len(key) > 253:
                problems.invalid(f"{name}[{key}]", key, "must be no more than 253 bytes")
            if not re.fullmatch(_KEY, key):
                problems.invalid(f"{name}[{key}]", key, _KEY_TEXT)
            elif key in (".", "..") or key.startswith(".."):
                problems.invalid(f"{name}[{key}]", key, "must not be '.' or start with '..'")


def _validate_config_map(value: Object, problems: Problems) -> None:
    _validate_keys(value, ("data", "binaryData"), problems)
    for key in sorted(set(value.get("data") or ()) & set(value.get("binaryData") or ())):
        problems.invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
    size = sum(len(text.encode()) for text in (value.get("data") or {}).values())
    size += sum(len(text) * 3 // 4 for text in (value.get("binaryData") or {}).values())
    if size > _MAX_SIZE:
        problems.too_long("", _MAX_SIZE)


def _validate_secret(value: Object, problems: Problems) -> None:
    _validate_keys(value, ("data",), problems)
    if sum(len(text) * 3 // 4 for text in (value.get("data") or {}).values()) > _MAX_SIZE:
        problems.too_long("data", _MAX_SIZE)
    for key in _REQUIRED_KEYS.get(value.get("type", ""), ()):
        if key not in (value.get("data") or {}):
            problems.required(f"data[{key}]")


def _validate_frozen(new: Object, old: Object, problems: Problems) -> None:
    """An object marked `immutable` stays as it is, mark included."""
    if not old.get("immutable"):
        return
    text = "field is immutable when `immutable` is set"
    if not new.get("immutable"):
        problems.forbidden("immutable", text)
    for name in ("data", "binaryData"):
        if new.get(name) != old.get(name):
            problems.forbidden(name, text)


def _validate_secret_change(new: Object, old: Object, problems: Problems) -> None:
    if new.get("type") != old.get("type"):
        problems.invalid(at("type"), new.get("type"), "field is immutable")
    _validate_frozen(new, old, problems)


RULES = {
    ("", "ConfigMap"): KindRules(validate=_validate_config_map, validate_update=_validate_frozen),
    ("", "Secret"): KindRules(validate=_validate_secret, validate_update=_validate_secret_change),
}
