"""What Argo CD's ConfigMap argocd-cmd-params-cm decides of all sets."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from argosy.schemas.model.applicationset import ApplicationSet, ApplicationsSync

__all__ = [
    "CONFIG_MAP",
    "INCLUDE_HIDDEN_DIRECTORIES",
    "NEW_GIT_FILE_GLOBBING",
    "POLICY",
    "POLICY_OVERRIDE",
    "ControllerParameters",
    "flag",
]

CONFIG_MAP = "argocd-cmd-params-cm"
NEW_GIT_FILE_GLOBBING = "applicationsetcontroller.enable.new.git.file.globbing"
INCLUDE_HIDDEN_DIRECTORIES = "reposerver.include.hidden.directories"
POLICY = "applicationsetcontroller.policy"
POLICY_OVERRIDE = "applicationsetcontroller.enable.policy.override"


@dataclass(frozen=True, slots=True)
class ControllerParameters:
    """What one source says of them; `None` is nothing."""

    new_git_file_globbing: bool | None = None
    include_hidden_directories: bool | None = None
    policy: ApplicationsSync | None = None
    may_override: bool | None = None

    @classmethod
    def parse(cls, data: Mapping[str, str]) -> "ControllerParameters":
        """Those in the ConfigMap's data. A policy that does not exist is none."""
        policy = data.get(POLICY, "")
        return cls(
            flag(data, NEW_GIT_FILE_GLOBBING),
            flag(data, INCLUDE_HIDDEN_DIRECTORIES),
            ApplicationsSync(policy) if policy in tuple(ApplicationsSync) else None,
            flag(data, POLICY_OVERRIDE),
        )

    def over(self, weaker: "ControllerParameters") -> "ControllerParameters":
        """These, and where they say nothing, those of a weaker source."""
        names = [each.name for each in fields(self)]
        own = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return ControllerParameters(**{name: getattr(weaker, name) for name in names} | own)

    def policy_of(self, applicationset: ApplicationSet) -> ApplicationsSync:
        """What may happen to the Applications of a set that exist: sets may choose where nobody has chosen
        for all, or where that may be overridden."""
        may_override = self.policy is None if self.may_override is None else self.may_override
        own = applicationset.applications_sync if may_override else None
        return own or self.policy or ApplicationsSync.SYNC


def flag(data: Mapping[str, str], key: str) -> bool | None:
    """As Argo CD reads its environment: whatever is neither `true` nor `false` says nothing."""
    return {"true": True, "false": False}.get(data.get(key, "").lower())
