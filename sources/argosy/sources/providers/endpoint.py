"""A service: where it is, how to be let in, and what of that may never show. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from argosy.sources.providers.errors import INVALID_CREDENTIALS, ProviderError

__all__ = ["Endpoint", "origin_of", "shown_url"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service and how to be let in.

    `base` is the URL that paths are put behind; `headers` hold the credential, `secrets` are the values that
    must not show; `authority` are more certificates (PEM) that may sign the server's; `timeout` is in seconds
    for one call; `token_place` says where the credential is from, for messages.
    """

    name: str
    base: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    insecure: bool = False
    authority: str = ""
    timeout: float = 30.0
    token_place: str = ""

    def __post_init__(self) -> None:
        parts = _split(self.base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ProviderError(
                f"{self.name}: `{shown_url(self.base)}` is no URL of an API",
                code=INVALID_CREDENTIALS,
                hint="expected a URL such as https://git.example.com",
            )
        if "@" in parts.netloc:
            raise ProviderError(
                f"{self.name}: the URL of {parts.hostname} holds a user or a password",
                code=INVALID_CREDENTIALS,
                hint="keep the token in a Secret and refer to it by tokenRef",
            )

    @property
    def origin(self) -> tuple[str, str, int | None]:
        """Scheme, host and port: where the credential may go."""
        return origin_of(self.base)

    @property
    def identity(self) -> str:
        """The service with the credential, as a digest: whose rate limit and whose answers these are."""
        text = json.dumps([self.origin, sorted(self.headers.items())])
        return hashlib.sha256(text.encode()).hexdigest()

    def masked(self, text: str) -> str:
        """The text without the credential."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            if secret:
                text = text.replace(secret, "***")
        return text


def origin_of(url: str) -> tuple[str, str, int | None]:
    parts = _split(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or default


def _split(url: str) -> "_Parts":
    try:
        parts = urlsplit(url)
        return _Parts(parts.scheme.lower(), parts.netloc, (parts.hostname or "").lower(), parts.port)
    except ValueError:
        return _Parts("", "", "", None)


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    netloc: str
    hostname: str
    port: int | None


def shown_url(url: str) -> str:
    """A URL for people: no user, no query."""
    parts = _split(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else "(no URL)"
