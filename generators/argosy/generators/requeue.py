"""How often a set wants its generators to be asked again, by Argo CD's defaults."""

from collections.abc import Iterator, Mapping

__all__ = ["git_requeue_seconds", "requeue_seconds"]

_DEFAULTS = {"plugin": 1800.0, "scmProvider": 1800.0, "pullRequest": 1800.0, "clusterDecisionResource": 180.0}
"""Generators whose answers nobody tells us of. Clusters are watched, and repositories are polled anyhow."""


def requeue_seconds(spec: Mapping[str, object]) -> float | None:
    """The shortest `requeueAfterSeconds` among a set's generators that ask services, `None` without any.

    0 or less means that a generator is not asked again, as in Argo CD.
    """
    return _shortest(spec, _DEFAULTS)


def git_requeue_seconds(spec: Mapping[str, object]) -> float | None:
    """The shortest `requeueAfterSeconds` that a set writes for its git generators, `None` without any."""
    return _shortest(spec, {"git": 0.0})


def _shortest(spec: Mapping[str, object], defaults: Mapping[str, float]) -> float | None:
    return min((each for each in _all(spec.get("generators"), defaults) if each > 0), default=None)


def _all(generators: object, defaults: Mapping[str, float]) -> Iterator[float]:
    for entry in generators if isinstance(generators, list) else ():
        for name, own in entry.items() if isinstance(entry, Mapping) else ():
            if not isinstance(own, Mapping):
                continue
            if name in ("matrix", "merge"):
                yield from _all(own.get("generators"), defaults)
            elif name in defaults:
                told = own.get("requeueAfterSeconds")
                is_number = isinstance(told, (int, float)) and not isinstance(told, bool)
                yield float(told) if is_number else defaults[name]  # type: ignore[arg-type]
