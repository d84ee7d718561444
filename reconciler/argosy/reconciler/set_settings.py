"""What an installation decides for all its sets, in Argo CD's ConfigMap argocd-cmd-params-cm."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from argosy.clusters.client import Client
from argosy.clusters.objects import ObjectRef
from argosy.generators.controller_parameters import CONFIG_MAP, ControllerParameters, flag
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.applicationset import ApplicationSet, ApplicationsSync

__all__ = ["Preserved", "SetSettings", "read_set_settings"]

_PREFIX = "applicationsetcontroller."
_POLICY = f"{_PREFIX}policy"


@dataclass(frozen=True, slots=True)
class Preserved:
    """Annotations and labels of generated Applications that are other people's."""

    annotations: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.annotations or self.labels)


@dataclass(frozen=True, slots=True)
class SetSettings:
    """The settings; sets may choose a policy of their own where `may_override`."""

    policy: ApplicationsSync = ApplicationsSync.SYNC
    may_override: bool = True
    preserved: Preserved = field(default=Preserved())
    new_git_file_globbing: bool = False
    include_hidden_directories: bool = False

    @classmethod
    def parse(cls, data: Mapping[str, str]) -> "SetSettings":
        """Reads the ConfigMap's data. Raises `ArgosyError` for a policy with which Argo CD does not start."""
        written = data.get(_POLICY, "")
        if written not in ("", *ApplicationsSync):
            raise ArgosyError(
                f"the ConfigMap {CONFIG_MAP} has no policy in `{_POLICY}`, but {written!r}",
                hint=f"write one of {', '.join(ApplicationsSync)}",
                code="invalid-value",
            )
        may_override = flag(data, f"{_PREFIX}enable.policy.override")
        parameters = ControllerParameters.parse(data)
        return cls(
            ApplicationsSync(written or ApplicationsSync.SYNC),
            not written if may_override is None else may_override,
            Preserved(
                _names(data, f"{_PREFIX}global.preserved.annotations"),
                _names(data, f"{_PREFIX}global.preserved.labels"),
            ),
            bool(parameters.new_git_file_globbing),
            bool(parameters.include_hidden_directories),
        )

    def policy_of(self, applicationset: ApplicationSet) -> ApplicationsSync:
        """What may happen to the Applications of a set that exist."""
        own = applicationset.applications_sync if self.may_override else None
        return own or self.policy

    def preserved_of(self, applicationset: ApplicationSet) -> Preserved:
        """What a set leaves to others, by itself and by the installation."""
        return Preserved(
            (*applicationset.preserved_annotations, *self.preserved.annotations),
            (*applicationset.preserved_labels, *self.preserved.labels),
        )


async def read_set_settings(client: Client, namespace: str) -> Answer[SetSettings]:
    """The settings as they are now; `Unknown` where the cluster does not say or they make no sense."""
    try:
        found = await client.find(ObjectRef("", "v1", "ConfigMap", namespace, CONFIG_MAP))
        data = {key: str(text) for key, text in ((found or {}).get("data") or {}).items()}
        return Known(SetSettings.parse(data), f"ConfigMap {CONFIG_MAP}")
    except ArgosyError as error:
        return Unknown(error.message, error.hint, error.code)


def _names(data: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(name for each in data.get(key, "").split(",") if (name := each.strip()))
