"""Secrets whose values can be read in Git, and values that the API server refuses. No value is ever shown."""

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Deployed, Subject
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.annotations import SECRET_TYPE
from argosy.schemas.model.fields import mapping

__all__ = ["check"]

_PUBLIC = frozenset(("ca.crt", "tls.crt"))
_OF_REPOSITORIES = frozenset(
    (
        "bearerToken",
        "gcpServiceAccountKey",
        "githubAppPrivateKey",
        "password",
        "sshPrivateKey",
        "tlsClientCertKey",
    )
)
_OF_CLUSTERS = frozenset(("bearerToken", "password", "keyData"))
_PLACEHOLDER = re.compile(
    r"<[^<>\n]+>|\$\{[^}\n]+\}|\$\([^)\n]+\)|\{\{.+?\}\}|ENC\[.*\]|vault:\S+|ref\+\S+|op://\S+", re.DOTALL
)
# What other tools put in the place of a value: vault plugins, substitution, SOPS, vals, 1Password.


def check(subject: Subject) -> Iterator[Finding]:
    """Every Secret that an Application deploys."""
    return object_findings(_faults(subject))


def _faults(subject: Subject) -> Iterator[ObjectFault]:
    for each in subject.objects:
        if each.kind != "Secret" or each.group or "sops" in each.value:
            continue
        yield from _not_base64(each)
        readable = sorted(_readable(each.value))
        if readable:
            values = "a value that" if len(readable) == 1 else f"{len(readable)} values that"
            yield ObjectFault(
                each,
                "plaintext-secret",
                Severity.WARNING,
                f": {values} everybody who can read the repository can read: {', '.join(readable)}",
                each.position(("metadata", "name")),
                hint="encrypt it (SOPS, sealed-secrets), or let an operator fetch it (external-secrets)",
                confidential=True,
            )


def _not_base64(each: Deployed) -> Iterator[ObjectFault]:
    for key, value in mapping(each.value, "data").items():
        if isinstance(value, str) and not _is_placeholder(value) and _decoded(value) is None:
            yield ObjectFault(
                each,
                "invalid-secret-data",
                Severity.ERROR,
                f": the value of `data.{key}` is not base64, so Kubernetes refuses the Secret",
                each.position(("data", key), key=True),
                hint="encode it, or write it under `stringData`",
                confidential=True,
            )


def _readable(secret: Mapping[str, Any]) -> Iterator[str]:
    """The keys whose values are secret and not encrypted."""
    texts: dict[str, str] = {}
    for key, value in mapping(secret, "data").items():
        if isinstance(value, str) and not _is_placeholder(value):
            texts[key] = _decoded(value) or ""
    texts |= {key: str(value) for key, value in mapping(secret, "stringData").items() if value is not None}
    kind = mapping(mapping(secret, "metadata"), "labels").get(SECRET_TYPE)
    for key, value in texts.items():
        if not value.strip() or _is_placeholder(value) or key in _PUBLIC:
            continue
        if kind == "cluster":
            if key == "config" and _holds_credentials(value):
                yield key
        elif kind is None or key in _OF_REPOSITORIES:
            yield key


def _holds_credentials(config: str) -> bool:
    try:
        fields = json.loads(config)
    except ValueError:
        return True
    return (
        any(
            isinstance(found.get(name), str) and found[name] and not _is_placeholder(found[name])
            for found in (fields, fields.get("tlsClientConfig"))
            if isinstance(found, dict)
            for name in _OF_CLUSTERS
        )
        if isinstance(fields, dict)
        else False
    )


def _is_placeholder(value: str) -> bool:
    return _PLACEHOLDER.fullmatch(value.strip()) is not None


def _decoded(value: str) -> str | None:
    """The text of a base64 value, as Go's decoder reads it: line ends do not count."""
    try:
        return b64decode(value.replace("\n", "").replace("\r", ""), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
