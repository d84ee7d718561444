"""Secrets in Git that an operator writes, too: each undoes what the other has done."""

from collections.abc import Iterator
from typing import Any

from argosy.compiler.checks.subject import Deployed, Subject
from argosy.compiler.comparison.identity import ObjectKey, object_key
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.fields import mapping, text

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Secrets that a custom resource of the tree says it makes."""
    makers: dict[ObjectKey, Deployed] = {}
    for each in subject.deployed:
        name = _secret_made_by(each)
        if name:
            metadata = {"name": name, "namespace": each.metadata.get("namespace")}
            secret: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
            makers[object_key(each.application, secret)] = each
    if not makers:
        return
    for each in subject.deployed:
        maker = makers.get(object_key(each.application, each.value)) if each.kind == "Secret" else None
        if maker is not None:
            yield Finding(
                "contested-object",
                Severity.WARNING,
                f"{each} is in Git, and the operator of {maker} writes it, too",
                each.position(("metadata", "name")),
                hint="remove the Secret from Git",
                related=(Related("asked for here", maker.position(("metadata", "name"))),),
                confidential=True,
            )


def _secret_made_by(each: Deployed) -> str:
    spec = mapping(each.value, "spec")
    match each.group, each.kind:
        case "cert-manager.io", "Certificate":
            return text(spec, "secretName")
        case "external-secrets.io", "ExternalSecret":
            return text(mapping(spec, "target"), "name") or each.name
        case "bitnami.com", "SealedSecret":
            return text(mapping(mapping(spec, "template"), "metadata"), "name") or each.name
    return ""
