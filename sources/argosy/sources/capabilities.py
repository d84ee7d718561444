"""What charts may ask of the cluster that they are rendered for. Pure data; whoever speaks with clusters
fills it."""

import re
from dataclasses import dataclass, field

from argosy.sources.errors import RENDER_FAILED, SourceError

__all__ = ["Capabilities", "plain_version"]

_NUMBERS = re.compile(r"\s*v?((?:0|[1-9][0-9]*)(?:\.[0-9]+)+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The version of a cluster as its server tells it, and every `group/version` and `group/version/Kind`
    that it serves, sorted.

    `silent` are group-versions of which nothing is known but that there are such: their server does not
    answer.
    """

    kube_version: str
    api_versions: tuple[str, ...]
    silent: tuple[str, ...] = field(default=(), compare=False)


def plain_version(text: str) -> str:
    """A version of Kubernetes as Argo CD hands it to Helm: `1.33.4` of `v1.33.4-gke.1245000`, '' of ''.

    Raises `SourceError` for what is none.
    """
    if not text:
        return ""
    found = _NUMBERS.match(text)
    if found is None:
        raise SourceError(f"{text!r} is no version of Kubernetes", code=RENDER_FAILED)
    return ".".join(str(int(number)) for number in found[1].split("."))
