"""Applications as JSON, YAML, names, or a tree."""

from collections.abc import Mapping, Sequence
from typing import Any

from argosy.schemas.model.application import Application
from argosy.schemas.yaml_writer import write_yaml

__all__ = ["FORMATS", "as_json", "as_names", "as_yaml"]

FORMATS = ("yaml", "json", "name", "tree")


def as_json(value: object) -> str:
    """Indented JSON, keys as they are."""
    # msgspec, because the standard library's indenting encoder needs seconds for ten thousand Applications.
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def as_yaml(manifests: Sequence[Mapping[str, Any]]) -> str:
    """YAML documents, written as Kubernetes' own tools write them."""
    return "---\n".join(write_yaml(manifest) for manifest in manifests)


def as_names(applications: Sequence[Application]) -> str:
    """One name a line, in the form that kubectl takes."""
    return "".join(f"application.argoproj.io/{application.name}\n" for application in applications)
