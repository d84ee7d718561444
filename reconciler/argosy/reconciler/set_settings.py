"""What an installation decides for all its sets, in Argo CD's ConfigMap argocd-cmd-params-cm."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from argosy.clusters.client import Client
from argosy.clusters.objects import ObjectRef
from argosy.generators.controller_parameters import CONFIG_MAP, POLICY, ControllerParameters
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Answer, Known, Unknown
from argosy.schemas.model.applicationset import ApplicationSet, ApplicationsSync

__all__ = ["Preserved", "SetSettings", "read_set_settings"]

_PRESERVED = "applicationsetcontroller.global.preserved"


@dataclass(frozen=True, slots=True)
class Preserved:
    """Annotations and labels of generated Applications that are other people's."""

    annotations: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.annotations or self.labels)


@dataclass(frozen=True, slots=True)
class SetSettings:
    """The settings; what commands without a cluster know of them, too, is in `parameters`."""

    parameters: ControllerParameters = field(default=ControllerParameters())
    preserved: Preserved = field(default=Preserved())

    @classmethod
    def parse(cls, data: Mapping[str, str]) -> "SetSettings":
        """Reads the ConfigMap's data. Raises `ArgosyError` for a policy with which Argo CD does not start."""
        written = data.get(POLICY, "")
        if written not in ("", *ApplicationsSync):
            raise ArgosyError(
                f"the ConfigMap {CONFIG_MAP} has no policy in `{POLICY}`, but {written!r}",
                hint=f"write one of {', '.join(ApplicationsSync)}",
                code="invalid-value",
            )
        preserved = Preserved(_names(data, f"{_PRESERVED}.annotations"), _names(data, f"{_PRESERVED}.labels"))
        return cls(ControllerParameters.parse(data), preserved)

    @property
    def new_git_file_globbing(self) -> bool:
        """Whether patterns of git files are matched as doublestar does."""
        return bool(self.parameters.new_git_file_globbing)

    @property
    def include_hidden_directories(self) -> bool:
        """Whether git directories count that begin with a dot."""
        return bool(self.parameters.include_hidden_directories)

    def policy_of(self, applicationset: ApplicationSet) -> ApplicationsSync:
        """What may happen to the Applications of a set that exist."""
        return self.parameters.policy_of(applicationset)

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
