"""The part of the world that manifests tell of: cluster Secrets, ConfigMaps, AppProjects, other objects."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from argosy.cli.reading import unreadable
from argosy.generators.world import ClusterSecret
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.annotations import SECRET_TYPE, SECRET_TYPE_CLUSTER
from argosy.schemas.yaml_reader import Document, read_documents

__all__ = ["ManifestWorld", "read_manifests"]


def read_manifests(path: Path) -> tuple[Document, ...]:
    """The documents of a file. Raises `ArgosyError` where it cannot be read or parsed."""
    try:
        return read_documents(path.read_bytes(), str(path))
    except OSError as error:
        raise unreadable(path, error) from error


class ManifestWorld:
    """Answers from manifests. Those of another namespace than Argo CD's do not count.

    Without any AppProject among them it is unknown which projects exist.
    """

    def __init__(self, documents: Iterable[Document], namespace: str, provenance: str) -> None:
        self._namespace = namespace
        self._provenance = provenance
        self._documents = [each for each in documents if self._counts(each.value)]

    def clusters(self) -> Answer[tuple[ClusterSecret, ...]]:
        found = [_cluster(each) for each in self._of_kind("v1", "Secret") if _is_cluster(each.value)]
        return Known(tuple(sorted(found, key=lambda each: each.secret_name)), self._provenance)

    def projects(self) -> Answer[Mapping[str, Mapping[str, object]]]:
        found = {_name(each.value): _mapping(each.value) for each in self._of_kind(None, "AppProject")}
        if not found:
            return Unknown("no AppProject was given")
        # Argo CD makes the project `default` by itself.
        return Known({"default": {}, **found}, self._provenance)

    def config_map(self, name: str) -> Answer[Mapping[str, str] | None]:
        for each in self._of_kind("v1", "ConfigMap"):
            if _name(each.value) == name:
                data = _mapping(each.value).get("data")
                items = data.items() if isinstance(data, Mapping) else ()
                return Known({key: str(value) for key, value in items}, self._provenance)
        return Known(None, self._provenance)

    def secret(self, name: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """The data and the labels of a Secret, for who asks services with it; never for generators."""
        for each in self._of_kind("v1", "Secret"):
            if _name(each.value) == name:
                value = _mapping(each.value)
                keys = {*_mapping(value.get("data")), *_mapping(value.get("stringData"))}
                labels = _mapping(_mapping(value.get("metadata")).get("labels"))
                return _secret_data(value, each, keys), {key: str(text) for key, text in labels.items()}
        return None

    def secrets(self) -> Iterable[Mapping[str, Any]]:
        """All Secrets as written, for who fetches repositories with them; never for generators."""
        return [_mapping(each.value) for each in self._of_kind("v1", "Secret")]

    def resources(self, api_version: str, kind: str) -> Answer[tuple[Mapping[str, object], ...]]:
        # Argo CD's ConfigMap names the plural resource; manifests bear the kind.
        found = [
            _mapping(each.value)
            for each in self._documents
            if _mapping(each.value).get("apiVersion") == api_version
            and _plural_of(str(_mapping(each.value).get("kind", "")), kind)
        ]
        return Known(tuple(sorted(found, key=_name)), self._provenance)

    def _counts(self, value: object) -> bool:
        if not isinstance(value, Mapping):
            return False
        metadata = value.get("metadata")
        namespace = metadata.get("namespace") if isinstance(metadata, Mapping) else None
        return not namespace or namespace == self._namespace

    def _of_kind(self, api_version: str | None, kind: str) -> Iterable[Document]:
        for each in self._documents:
            value = _mapping(each.value)
            if value.get("kind") == kind and api_version in (None, value.get("apiVersion")):
                yield each


def _plural_of(kind: str, asked: str) -> bool:
    kind, asked = kind.lower(), asked.lower()
    plurals = {kind, f"{kind}s", f"{kind}es"} | ({f"{kind[:-1]}ies"} if kind.endswith("y") else set())
    return asked in plurals


def _is_cluster(value: object) -> bool:
    labels = _mapping(_mapping(value).get("metadata")).get("labels")
    return isinstance(labels, Mapping) and labels.get(SECRET_TYPE) == SECRET_TYPE_CLUSTER


def _cluster(document: Document) -> ClusterSecret:
    value = _mapping(document.value)
    metadata = _mapping(value.get("metadata"))
    # Never its `config`, which holds credentials.
    data = _secret_data(value, document, ("name", "server", "project"))
    return ClusterSecret(
        secret_name=_name(value),
        name=data.get("name", ""),
        server=data.get("server", ""),
        project=data.get("project", ""),
        labels={key: str(text) for key, text in _mapping(metadata.get("labels")).items()},
        annotations={key: str(text) for key, text in _mapping(metadata.get("annotations")).items()},
        position=document.position(),
        locate=partial(document.position, key=True),
    )


def _secret_data(value: Mapping[str, Any], document: Document, keys: Iterable[str]) -> dict[str, str]:
    """These keys of a Secret, decoded."""
    found: dict[str, str] = {}
    for key in keys:
        encoded = _mapping(value.get("data")).get(key)
        plain = _mapping(value.get("stringData")).get(key)
        if isinstance(plain, str):
            found[key] = plain
        elif isinstance(encoded, str):
            try:
                found[key] = base64.b64decode(encoded, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise ArgosyError(
                    f"`data.{key}` of Secret `{_name(value)}` is not base64",
                    position=document.position(("data", key)),
                    code="invalid-secret",
                    hint="encode it, or write it under `stringData`",
                    confidential=True,
                ) from error
    return found


def _name(value: object) -> str:
    return str(_mapping(_mapping(value).get("metadata")).get("name", ""))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
