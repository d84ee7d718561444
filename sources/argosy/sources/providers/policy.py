"""What an installation allows of providers, by Argo CD's settings in the ConfigMap argocd-cmd-params-cm."""

from collections.abc import Mapping

from argosy.sources.providers.errors import DISABLED, INVALID_CREDENTIALS, ProviderError
from argosy.sources.providers.query import Material

__all__ = ["SETTINGS", "check_policy"]

SETTINGS = "argocd-cmd-params-cm"
"""The ConfigMap that holds them."""

_PREFIX = "applicationsetcontroller."
_TYPE = "argocd.argoproj.io/secret-type"
_STRICT = "scm-creds"


def check_policy(spec: Mapping[str, object], material: Material) -> None:
    """Raises `ProviderError` where the provider's URL is not among the allowed ones, or, in strict mode,
    where the Secret with the token does not bear the label `scm-creds`."""
    settings = material.config_maps.get(SETTINGS) or {}
    if settings.get(f"{_PREFIX}enable.scm.providers", "true").strip().lower() == "false":
        raise ProviderError(
            f"providers are switched off by `{_PREFIX}enable.scm.providers` in {SETTINGS}",
            code=DISABLED,
            hint="switch them on there, or remove the generator",
        )
    allowed = [each.strip() for each in settings.get(f"{_PREFIX}allowed.scm.providers", "").split(",")]
    allowed = [each for each in allowed if each]
    url = str(spec.get("api") or "")
    if url and allowed and url not in allowed:
        raise ProviderError(
            f"the provider {url} is not allowed, only {', '.join(allowed)}",
            code=DISABLED,
            hint=f"use one of these, or add it to `{_PREFIX}allowed.scm.providers` in {SETTINGS}",
        )
    if settings.get(f"{_PREFIX}enable.tokenref.strict.mode", "").strip().lower() != "true":
        return
    reference = spec.get("tokenRef")
    name = str(reference.get("secretName", "")) if isinstance(reference, Mapping) else ""
    secret = material.secrets.get(name)
    if secret is not None and secret.labels.get(_TYPE) != _STRICT:
        raise ProviderError(
            f"Secret `{name}` is not labelled for providers",
            code=INVALID_CREDENTIALS,
            hint=f"in strict mode it needs the label {_TYPE}: {_STRICT}",
        )
