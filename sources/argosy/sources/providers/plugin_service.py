"""A generator plugin: a service of the user's that answers a POST with parameter sets."""

from argosy.sources.providers.endpoint import Endpoint
from argosy.sources.providers.errors import BAD_ANSWER, INVALID_CREDENTIALS, ProviderError
from argosy.sources.providers.provider import Session
from argosy.sources.providers.query import Material, Needs, PluginQuery

__all__ = ["call_plugin", "plugin_needs", "secret_reference"]

_DEFAULT_SECRET = "argocd-secret"  # noqa: S105  # the name of an object


def secret_reference(token: str) -> tuple[str, str]:
    """Secret and key of `$secret:key`; `$key` means Argo CD's own Secret."""
    name, colon, key = token.removeprefix("$").partition(":")
    return (name, key) if colon else (_DEFAULT_SECRET, name)


def plugin_needs(query: PluginQuery) -> Needs:
    """The Secret with the token."""
    return Needs(frozenset({secret_reference(query.token)[0]}))


async def call_plugin(query: PluginQuery, material: Material, session: Session) -> object:
    """The JSON body of the plugin's answer. Raises `ProviderError`.

    An answer without `output.parameters` is no answer: Argo CD would take it for no parameters at all, and
    delete everything.
    """
    name, key = secret_reference(query.token)
    secret = material.secrets.get(name)
    token = secret.data.get(key, "").strip() if secret else ""
    if not token or not token.isascii() or not token.isprintable():
        what = f"has no key `{key}` with a token" if secret else "does not exist"
        raise ProviderError(
            f"Secret `{name}` {what}, which the plugin needs",
            code=INVALID_CREDENTIALS,
            hint="`token` in the plugin's ConfigMap names the Secret and the key: $SECRET:KEY",
        )
    endpoint = Endpoint(
        "the plugin",
        query.base_url,
        {"Authorization": f"Bearer {token}"},
        (token,),
        timeout=query.timeout,
        token_place=f"Secret `{name}`, key `{key}`",
    )
    body = {
        "applicationSetName": query.application_set,
        "input": {"parameters": dict(query.parameters)},
    }
    async with session.open(endpoint) as client:
        value = (await client.post("api/v1/getparams.execute", body)).value
    output = value.get("output") if isinstance(value, dict) else None
    if not isinstance(output, dict) or "parameters" not in output:
        raise ProviderError(
            f"the plugin at {query.base_url} gave an answer without `output.parameters`",
            code=BAD_ANSWER,
            hint='expected {"output": {"parameters": [{…}]}}: an empty list, where there is nothing',
        )
    return value
