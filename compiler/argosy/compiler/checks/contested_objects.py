"""Secrets in Git that an operator writes, too: each undoes what the other has done."""

from collections.abc import Iterator, Sequence
from typing import Any

from argosy.compiler.checks.object_faults import ObjectFault, object_findings
from argosy.compiler.checks.subject import Deployed, Subject
from argosy.compiler.comparison.identity import ObjectKey, object_key
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.model.fields import mapping, text
from argosy.schemas.model.glob import glob_matches

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Secrets that a custom resource of the tree says it makes."""
    return object_findings(_faults(subject))


def _faults(subject: Subject) -> Iterator[ObjectFault]:
    makers: dict[ObjectKey, Deployed] = {}
    for each in subject.deployed:
        for name in _secrets_made_by(each):
            metadata = {"name": name, "namespace": each.metadata.get("namespace")}
            secret: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
            makers[object_key(each.application, secret)] = each
    if not makers:
        return
    for each in subject.deployed:
        maker = makers.get(object_key(each.application, each.value)) if each.kind == "Secret" else None
        if maker is not None and not _is_left_alone(each):
            yield ObjectFault(
                each,
                "contested-object",
                Severity.WARNING,
                f" is in Git, and the operator of its {maker.kind} writes it, too",
                each.position(("metadata", "name")),
                hint="remove the Secret from Git, or ignore its differences and add "
                "RespectIgnoreDifferences=true",
                related=(Related(f"asked for by {maker}", maker.position(("metadata", "name"))),),
                confidential=True,
            )


def _is_left_alone(secret: Deployed) -> bool:
    """Whether its Application leaves what others write to others."""
    application = secret.application
    return application.sync_policy.options.enabled("RespectIgnoreDifferences") and any(
        glob_matches(rule.group or "", "")
        and glob_matches(rule.kind, "Secret")
        and rule.name in ("", secret.name)
        for rule in application.ignore_differences
    )


def _secrets_made_by(each: Deployed) -> Sequence[str]:
    """The names of Secrets that the operator of a custom resource writes, as its documentation has them."""
    spec, name = mapping(each.value, "spec"), each.name
    match each.group, each.kind:
        case "cert-manager.io", "Certificate":
            return _known(text(spec, "secretName"))
        case "external-secrets.io", "ExternalSecret":
            return _known(text(mapping(spec, "target"), "name") or name)
        case "bitnami.com", "SealedSecret":
            return _known(text(mapping(mapping(spec, "template"), "metadata"), "name") or name)
        case "postgresql.cnpg.io", "Cluster":
            given = mapping(mapping(mapping(spec, "bootstrap"), "initdb"), "secret")
            own = () if given else (f"{name}-app",)
            return own if mapping(spec, "certificates") else (*own, f"{name}-ca", f"{name}-server")
        case "elasticsearch.k8s.elastic.co", "Elasticsearch":
            return (f"{name}-es-elastic-user",)
        case "rabbitmq.com", "RabbitmqCluster":
            return (f"{name}-default-user",)
        case "kafka.strimzi.io", "KafkaUser":
            kind = text(mapping(spec, "authentication"), "type")
            return _known(name if kind in ("scram-sha-512", "tls") else "")
        case "acid.zalan.do", "postgresql":
            users = (str(user).replace("_", "-") for user in mapping(spec, "users"))
            return [f"{user}.{name}.credentials.postgresql.acid.zalan.do" for user in users]
        case "k8s.keycloak.org", "Keycloak":
            return () if mapping(spec, "bootstrapAdmin") else (f"{name}-initial-admin",)
    return ()


def _known(name: str) -> Sequence[str]:
    return (name,) if name else ()
