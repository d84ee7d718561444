"""Every annotation, label and finalizer name in one place, and the readers of those that hold a value."""

import re
from collections.abc import Mapping

from argosy.schemas.model.durations import parse_duration

__all__ = [
    "COMPARE_OPTIONS",
    "CONFIRM_DELETION",
    "DEPENDS_ON",
    "FINALIZER",
    "FINALIZERS",
    "FINALIZER_BACKGROUND",
    "FINALIZER_FOREGROUND",
    "HELM_HOOK",
    "HELM_HOOK_DELETE_POLICY",
    "HELM_HOOK_WEIGHT",
    "HOOK",
    "HOOK_DELETE_POLICY",
    "HYDRATE",
    "INSTALLATION",
    "INSTANCE",
    "JINJA2_MACROS",
    "MANIFEST_GENERATE_PATHS",
    "NOTIFIED",
    "REFRESH",
    "REVISIONS",
    "SECRET_TYPE",
    "SECRET_TYPE_CLUSTER",
    "SECRET_TYPE_REPOSITORY",
    "SECRET_TYPE_REPOSITORY_TEMPLATE",
    "SET_REFRESH",
    "SKIP_RECONCILE",
    "SYNC_OPTIONS",
    "SYNC_WAVE",
    "TEMPLATE_ENGINE",
    "TIMEOUT",
    "TRACKING_ID",
    "parse_names",
    "parse_wave",
    "timeout_of",
    "wave_of",
]

# Argo CD's.
SYNC_WAVE = "argocd.argoproj.io/sync-wave"
SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
COMPARE_OPTIONS = "argocd.argoproj.io/compare-options"
TRACKING_ID = "argocd.argoproj.io/tracking-id"
HOOK = "argocd.argoproj.io/hook"
HOOK_DELETE_POLICY = "argocd.argoproj.io/hook-delete-policy"
REFRESH = "argocd.argoproj.io/refresh"
SET_REFRESH = "argocd.argoproj.io/application-set-refresh"
HYDRATE = "argocd.argoproj.io/hydrate"
NOTIFIED = "notified.notifications.argoproj.io"
SKIP_RECONCILE = "argocd.argoproj.io/skip-reconcile"
MANIFEST_GENERATE_PATHS = "argocd.argoproj.io/manifest-generate-paths"
SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105  # the name of a label
SECRET_TYPE_CLUSTER = "cluster"  # noqa: S105
SECRET_TYPE_REPOSITORY = "repository"  # noqa: S105
SECRET_TYPE_REPOSITORY_TEMPLATE = "repo-creds"  # noqa: S105
FINALIZER = "resources-finalizer.argocd.argoproj.io"
FINALIZER_FOREGROUND = "resources-finalizer.argocd.argoproj.io/foreground"
FINALIZER_BACKGROUND = "resources-finalizer.argocd.argoproj.io/background"
FINALIZERS = frozenset((FINALIZER, FINALIZER_FOREGROUND, FINALIZER_BACKGROUND))

# Helm's and Kubernetes'.
HELM_HOOK = "helm.sh/hook"
HELM_HOOK_WEIGHT = "helm.sh/hook-weight"
HELM_HOOK_DELETE_POLICY = "helm.sh/hook-delete-policy"
INSTANCE = "app.kubernetes.io/instance"

# Argosy's own.
INSTALLATION = "argosy.dev/installation"
DEPENDS_ON = "argosy.dev/depends-on"
REVISIONS = "argosy.dev/revisions"
TIMEOUT = "argosy.dev/timeout"
TEMPLATE_ENGINE = "argosy.dev/template-engine"
JINJA2_MACROS = "argosy.dev/jinja2-macros"
CONFIRM_DELETION = "argosy.dev/confirm-deletion"

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)


def parse_wave(text: str) -> int | None:
    """The number of a sync-wave annotation as strconv.Atoi reads it; None where it is none."""
    return int(text) if _INTEGER.fullmatch(text) else None


def wave_of(annotations: Mapping[str, str]) -> int:
    """The wave; 0 where there is none or it cannot be read, as in Argo CD."""
    return parse_wave(annotations.get(SYNC_WAVE, "")) or 0


def parse_names(text: str) -> tuple[str, ...]:
    """A list of names parted by commas or white space, in order and without repetition."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def timeout_of(annotations: Mapping[str, str]) -> float | None:
    """The deadline of `argosy.dev/timeout` in seconds; None where there is none.

    Raises ValueError where it is no duration or not positive.
    """
    text = annotations.get(TIMEOUT)
    if text is None:
        return None
    seconds = parse_duration(text)
    if seconds <= 0:
        raise ValueError(f"`{text}` is not a positive duration")
    return seconds
