"""Credentials of repositories: from Argo CD's repository Secrets to what one call of git is given.

A secret value goes by the environment or by a file of mode 0600 that lives as long as the call: never by a
command line, never into a mirror's configuration, never into an error.
"""

import base64
import binascii
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from argosy.schemas.user_info import without_user_info
from argosy.sources.errors import AUTHENTICATION_FAILED, SourceError
from argosy.sources.git_url import GitUrl, Protocol, normalize_url

__all__ = ["SECRET_TYPE_LABEL", "CredentialStore", "Credentials", "clear_access", "git_access"]

SECRET_TYPE_LABEL = "argocd.argoproj.io/secret-type"  # noqa: S105 - a label

_ASKPASS = """#!/bin/sh
case "$1" in
  Username*) printf '%s\\n' "$ARGOSY_GIT_USERNAME" ;;
  *) printf '%s\\n' "$ARGOSY_GIT_PASSWORD" ;;
esac
"""
_ACCESS = ".access"
_UNSUPPORTED = ("githubAppPrivateKey", "githubAppID", "gcpServiceAccountKey", "useAzureWorkloadIdentity")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a repository wants to see. Never printed: `repr` shows the names of the filled fields only."""

    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    bearer_token: str = field(default="", repr=False)
    ssh_private_key: str = field(default="", repr=False)
    tls_client_certificate: str = field(default="", repr=False)
    tls_client_key: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)
    insecure: bool = False
    unsupported: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must not show in any text, the longest first."""
        values = (
            self.password,
            self.bearer_token,
            self.ssh_private_key,
            self.tls_client_key,
            self.proxy,
        )
        return tuple(sorted(filter(None, values), key=len, reverse=True))

    @property
    def given(self) -> bool:
        """Whether anything but switches is set: then git's own credential helpers are left out."""
        return bool(self.username or self.secrets)


@dataclass(frozen=True, slots=True)
class _Template:
    url: str
    credentials: Credentials


class CredentialStore:
    """Answers for a URL as Argo CD does (util/db, repository.go): the `repository` Secret of that URL first.

    What that leaves out comes from the `repo-creds` Secret with the longest URL that begins the asked one.
    """

    def __init__(self, secrets: Iterable[Mapping[str, object]] = ()) -> None:
        self._exact: dict[str, Credentials] = {}
        templates: list[_Template] = []
        for secret in secrets:
            kind, data = _secret_type(secret), _secret_data(secret)
            url = normalize_url(data.get("url", ""))
            if not url or data.get("type", "git") not in ("", "git"):
                continue
            if kind == "repository":
                self._exact.setdefault(url, _parse(data))
            elif kind == "repo-creds":
                templates.append(_Template(url, _parse(data)))
        self._templates = sorted(templates, key=lambda template: len(template.url), reverse=True)

    def __call__(self, url: str) -> Credentials | None:
        """The credentials for a repository, None where no Secret speaks of it."""
        wanted = normalize_url(without_user_info(url) if "://" in url else url)
        exact = self._exact.get(wanted) or self._exact.get(normalize_url(url))
        if exact is not None and exact.given:
            return exact
        for template in self._templates:
            if wanted.startswith(template.url) or normalize_url(url).startswith(template.url):
                insecure = template.credentials.insecure or (exact is not None and exact.insecure)
                return replace(template.credentials, insecure=insecure)
        return exact


@contextmanager
def git_access(
    url: GitUrl, credentials: Credentials | None, near: Path | None = None
) -> Iterator[dict[str, str]]:
    """The environment with which git may reach the URL; what it needs on disk is gone afterwards.

    That lies beside the mirror `near`, so that `clear_access` finds what a killed process has left there.
    Raises `SourceError` (`authentication-failed`) for kinds of credentials that are not supported.
    """
    own = credentials or Credentials()
    if url.password and not own.given:
        own = replace(own, username=url.username, password=url.password)
    if own.unsupported and not own.given:
        raise SourceError(
            f"the repository {url.display} has credentials of a kind that is not supported: "
            + ", ".join(own.unsupported),
            code=AUTHENTICATION_FAILED,
            hint="use username and password, bearerToken or sshPrivateKey",
        )
    place = near.parent if near is not None else None
    prefix = f"{near.stem}-" if near is not None else "argosy-git-"
    with tempfile.TemporaryDirectory(prefix=prefix, suffix=_ACCESS, dir=place) as name:
        folder = Path(name)
        environment = {"GIT_ALLOW_PROTOCOL": url.protocol.value}
        settings: list[tuple[str, str]] = []
        if own.given:
            settings.append(("credential.helper", ""))
        if url.protocol is Protocol.SSH:
            environment["GIT_SSH_COMMAND"] = _ssh_command(folder, own)
        elif url.protocol is not Protocol.FILE:
            environment |= _http_environment(folder, url, own)
            settings += _http_settings(folder, url, own)
        environment["GIT_CONFIG_COUNT"] = str(len(settings))
        for index, (key, value) in enumerate(settings):
            environment |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
        yield environment


def clear_access(near: Path) -> None:
    """Removes the key files of a process that was killed. Only for the holder of the mirror's lock."""
    for leftover in near.parent.glob(f"{near.stem}-*{_ACCESS}"):
        shutil.rmtree(leftover, ignore_errors=True)


def _ssh_command(folder: Path, own: Credentials) -> str:
    options = ["BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=15", "ServerAliveCountMax=3"]
    options.append("ControlMaster=no")
    if own.insecure:
        options += ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"]
    command = ["ssh", *(part for option in options for part in ("-o", option))]
    if own.ssh_private_key:
        key = _private_file(folder / "key", own.ssh_private_key.rstrip("\n") + "\n")
        command += ["-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-i", str(key)]
    return shlex.join(command)


def _http_environment(folder: Path, url: GitUrl, own: Credentials) -> dict[str, str]:
    environment: dict[str, str] = {}
    if own.password or own.username:
        script = _private_file(folder / "askpass", _ASKPASS)
        script.chmod(0o700)
        environment["GIT_ASKPASS"] = str(script)
        environment["ARGOSY_GIT_USERNAME"] = own.username or url.username or "git"
        environment["ARGOSY_GIT_PASSWORD"] = own.password
    if own.insecure:
        environment["GIT_SSL_NO_VERIFY"] = "true"
    if own.proxy:
        environment |= {"http_proxy": own.proxy, "https_proxy": own.proxy}
    return environment


def _http_settings(folder: Path, url: GitUrl, own: Credentials) -> list[tuple[str, str]]:
    settings: list[tuple[str, str]] = []
    if own.bearer_token:
        settings.append((f"http.{url.address}.extraHeader", f"Authorization: Bearer {own.bearer_token}"))
    if own.tls_client_certificate:
        settings.append(("http.sslCert", str(_private_file(folder / "tls.crt", own.tls_client_certificate))))
    if own.tls_client_key:
        settings.append(("http.sslKey", str(_private_file(folder / "tls.key", own.tls_client_key))))
    return settings


def _private_file(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def _secret_type(secret: Mapping[str, object]) -> str:
    metadata = secret.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    return str(labels.get(SECRET_TYPE_LABEL, "")) if isinstance(labels, Mapping) else ""


def _secret_data(secret: Mapping[str, object]) -> dict[str, str]:
    values: dict[str, str] = {}
    encoded = secret.get("data")
    if isinstance(encoded, Mapping):
        for key, value in encoded.items():
            try:
                values[str(key)] = base64.b64decode(str(value), validate=True).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                continue  # not a text: none of the fields that are read here
    plain = secret.get("stringData")
    if isinstance(plain, Mapping):
        values |= {str(key): str(value) for key, value in plain.items()}
    return values


def _parse(data: Mapping[str, str]) -> Credentials:
    def switched_on(key: str) -> bool:
        return data.get(key, "").strip().lower() in ("true", "1", "t")

    return Credentials(
        username=data.get("username", ""),
        password=data.get("password", ""),
        bearer_token=data.get("bearerToken", ""),
        ssh_private_key=data.get("sshPrivateKey", ""),
        tls_client_certificate=data.get("tlsClientCertData", ""),
        tls_client_key=data.get("tlsClientCertKey", ""),
        proxy=data.get("proxy", ""),
        insecure=switched_on("insecure") or switched_on("insecureIgnoreHostKey"),
        unsupported=tuple(name for name in _UNSUPPORTED if data.get(name)),
    )
