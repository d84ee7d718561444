"""Where an API server is and how to be let in: values that kubeconfig, cluster Secrets and flags all turn
into.

Secret parts are kept out of `repr`, so that no log or traceback shows them.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

__all__ = [
    "Anonymous",
    "BasicAuth",
    "BearerToken",
    "Connection",
    "Credentials",
    "RefreshedToken",
    "Tls",
    "without_user_info",
]


@dataclass(frozen=True, slots=True)
class Tls:
    """How the server proves itself (`authority`, PEM; empty: the system's) and how we do (`certificate`,
    `key`, PEM).
    """

    authority: bytes = b""
    certificate: bytes = b""
    key: bytes = field(default=b"", repr=False)
    server_name: str = ""
    insecure: bool = False


class Credentials(Protocol):
    """What goes into the Authorization header."""

    @property
    def blocking(self) -> bool:
        """Whether `authorization` may wait for a process or the network, and so belongs into a thread."""

    def authorization(self, *, rejected: bool) -> str:
        """The header's value, empty for none. `rejected`: the last one was answered with 401, get a new
        one.
        """


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No header: a client certificate, or nothing."""

    blocking: bool = False

    def authorization(self, *, rejected: bool) -> str:
        """Always empty."""
        return ""


@dataclass(frozen=True, slots=True)
class BearerToken:
    """A token that does not change."""

    token: str = field(repr=False)
    blocking: bool = False

    def authorization(self, *, rejected: bool) -> str:
        """`Bearer <token>`."""
        return f"Bearer {self.token}"


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """User name and password."""

    username: str
    password: str = field(repr=False)
    blocking: bool = False

    def authorization(self, *, rejected: bool) -> str:
        """`Basic <base64>`."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class RefreshedToken:
    """A header that something else keeps fresh: an exec plugin, an OIDC provider, a projected token file.

    `obtain(rejected)` may block; it does its own caching up to the expiry.
    """

    obtain: Callable[[bool], str] = field(repr=False)
    blocking: bool = True

    def authorization(self, *, rejected: bool) -> str:
        """What `obtain` gives."""
        return self.obtain(rejected)


@dataclass(frozen=True, slots=True)
class Connection:
    """An API server's address with all that is needed to speak with it."""

    server: str
    tls: Tls = Tls()
    credentials: Credentials = Anonymous()
    proxy: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> str:
        """The address for people: without user name and password."""
        return without_user_info(self.server)


def without_user_info(url: str) -> str:
    """The URL without `user:password@`."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
