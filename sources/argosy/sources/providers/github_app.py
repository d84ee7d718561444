"""A GitHub App's credential: a signed statement of who we are, changed for a token of its installation."""

import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from argosy.sources.providers.errors import BAD_ANSWER, INVALID_CREDENTIALS, ProviderError

__all__ = ["App", "AppTokens", "read_app", "signed_statement"]

_LIFE = 540
"""Seconds that a statement holds; GitHub takes 600 at most, and clocks differ."""
_MARGIN = 60.0


@dataclass(frozen=True, slots=True)
class App:
    """An App and where it is installed (0: to be looked up by the organization)."""

    id: int
    installation: int
    private_key: str = field(repr=False)
    api: str = ""


def read_app(name: str, data: Mapping[str, str]) -> App:
    """The App that a Secret describes by Argo CD's keys. Raises `ProviderError`."""

    def number(key: str, *, needed: bool) -> int:
        text = data.get(key, "").strip()
        if text.isascii() and text.isdigit() and len(text) < 20:
            return int(text)
        if text or needed:
            raise ProviderError(
                f"Secret `{name}`: `{key}` must be a number",
                code=INVALID_CREDENTIALS,
                hint="a GitHub App's Secret has githubAppID, githubAppInstallationID, githubAppPrivateKey",
            )
        return 0

    app = App(
        number("githubAppID", needed=True),
        number("githubAppInstallationID", needed=False),
        data.get("githubAppPrivateKey", ""),
        data.get("githubAppEnterpriseBaseUrl", "").strip(),
    )
    if not app.private_key:
        raise ProviderError(f"Secret `{name}` has no `githubAppPrivateKey`", code=INVALID_CREDENTIALS)
    return app


def signed_statement(app: App, now: float) -> str:
    """The JSON Web Token (RS256) that says who we are; `now` is in seconds since 1970.

    Raises `ProviderError`.
    """
    import json

    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError as error:
        raise ProviderError(
            "a GitHub App's key needs the package cryptography",
            code=INVALID_CREDENTIALS,
            hint="pip install 'argosy[crypto]'",
        ) from error
    claims = {"iat": int(now) - 60, "exp": int(now) + _LIFE, "iss": str(app.id)}
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    text = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    try:
        key = serialization.load_pem_private_key(app.private_key.encode(), None)
    except (ValueError, TypeError) as error:
        # Neither the key nor the library's own words about it are shown.
        raise ProviderError("githubAppPrivateKey is no PEM key", code=INVALID_CREDENTIALS) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ProviderError("githubAppPrivateKey is no RSA key", code=INVALID_CREDENTIALS)
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{_encoded(signature)}"


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


class AppTokens:
    """Tokens of installations, kept until they are about to end. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._tokens: dict[tuple[object, ...], tuple[str, float]] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> str:
        """A token that still holds, or the empty string."""
        with self._lock:
            token, ends = self._tokens.get(key, ("", 0.0))
            return token if ends - _MARGIN > self._clock() else ""

    def put(self, key: tuple[object, ...], answer: object) -> str:
        """Keeps the token of GitHub's answer. Raises `ProviderError` where it holds none."""
        token = answer.get("token") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(token, str) or not token:
            raise ProviderError("GitHub's answer holds no token of the App", code=BAD_ANSWER)
        try:
            ends = datetime.fromisoformat(str(answer.get("expires_at"))).timestamp()
        except ValueError:
            ends = 0.0
        with self._lock:
            self._tokens[key] = (token, ends)
        return token
