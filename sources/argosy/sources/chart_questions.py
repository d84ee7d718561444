"""Which cluster a chart is rendered for, and whether the chart can tell the difference.

A chart asks by `.Capabilities` or by the `kubeVersion` of its Chart.yaml: one whose files and values hold
neither word renders alike everywhere.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from argosy.schemas.knowledge import Answer, Unknown
from argosy.schemas.model.source import Helm
from argosy.sources.capabilities import Capabilities, plain_version
from argosy.sources.errors import SourceError

__all__ = ["ChartQuestions", "Seen"]

_WORDS = (b"Capabilities", b"kubeVersion")
_PACKED = b"\x1f\x8b"
_LARGEST = 64 << 20
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Seen:
    """The cluster as a chart sees it, '' and () where Helm's own assumptions hold. `cluster` is what the
    rendering depends on, `None` where it would be the same on every cluster."""

    kube_version: str
    api_versions: tuple[str, ...]
    cluster: Capabilities | None = None


class ChartQuestions:
    """Reads charts for what they ask, each content once. Safe for several threads."""

    def __init__(self) -> None:
        self._asks: dict[str, bool] = {}

    def answer(
        self,
        options: Helm,
        cluster: Answer[Capabilities] | None,
        content: str,
        files: Callable[[], Iterable[bytes]],
        values: Mapping[str, Any],
    ) -> Seen:
        """What the chart sees: what the source's options say, else the cluster, where one is told.

        `content` is an id of all `files`. Raises `SourceError` with the reason where the chart asks for what
        is not known of the cluster: Helm's assumptions are no answer to that.
        """
        told = Seen(plain_version(options.kube_version), options.api_versions)
        if cluster is None or (told.kube_version and told.api_versions):
            return told
        if not (self._chart_asks(content, files) or _names(_written(values), _WORDS)):
            return told
        if isinstance(cluster, Unknown):
            raise SourceError(cluster.reason, code=cluster.code, hint=cluster.hint)
        known = cluster.value
        if known.silent and not told.api_versions:
            _check_silent(known.silent, [*files(), _written(values)])
        return Seen(
            told.kube_version or plain_version(known.kube_version),
            told.api_versions or known.api_versions,
            known,
        )

    def _chart_asks(self, content: str, files: Callable[[], Iterable[bytes]]) -> bool:
        found = self._asks.get(content)
        if found is None:
            if len(self._asks) >= _REMEMBERED:
                self._asks.clear()
            found = self._asks[content] = any(_names(file, _WORDS) for file in files())
        return found


def _check_silent(silent: Iterable[str], texts: Iterable[bytes]) -> None:
    read = list(texts)
    for group_version in silent:
        group = group_version.partition("/")[0].encode()
        if any(_names(text, (group,)) for text in read):
            raise SourceError(
                f"the chart names {group.decode()}, and what the cluster serves in {group_version} is not "
                "known: the server that extends the API by it does not answer",
                code="unreachable-cluster",
                hint="mend that server or delete its APIService, or set helm.apiVersions",
            )


def _written(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, default=str).encode()


def _names(content: bytes, words: Iterable[bytes]) -> bool:
    """Whether a file holds one of the words; of an archive in an archive that is taken for granted."""
    if content.startswith(_PACKED):
        archive = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            content = archive.decompress(content, _LARGEST)
        except zlib.error:
            return True
        if archive.unconsumed_tail or b".tgz" in content:
            return True
    return any(word in content for word in words)
