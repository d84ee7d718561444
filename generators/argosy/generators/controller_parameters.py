"""What Argo CD's ConfigMap argocd-cmd-params-cm decides of what generators find."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "CONFIG_MAP",
    "INCLUDE_HIDDEN_DIRECTORIES",
    "NEW_GIT_FILE_GLOBBING",
    "ControllerParameters",
    "flag",
]

CONFIG_MAP = "argocd-cmd-params-cm"
NEW_GIT_FILE_GLOBBING = "applicationsetcontroller.enable.new.git.file.globbing"
INCLUDE_HIDDEN_DIRECTORIES = "reposerver.include.hidden.directories"


@dataclass(frozen=True, slots=True)
class ControllerParameters:
    """What one source says of them; `None` is nothing."""

    new_git_file_globbing: bool | None = None
    include_hidden_directories: bool | None = None

    @classmethod
    def parse(cls, data: Mapping[str, str]) -> "ControllerParameters":
        """Those in the ConfigMap's data."""
        return cls(flag(data, NEW_GIT_FILE_GLOBBING), flag(data, INCLUDE_HIDDEN_DIRECTORIES))

    def over(self, weaker: "ControllerParameters") -> "ControllerParameters":
        """These, and where they say nothing, those of a weaker source."""
        globbing, hidden = self.new_git_file_globbing, self.include_hidden_directories
        return ControllerParameters(
            weaker.new_git_file_globbing if globbing is None else globbing,
            weaker.include_hidden_directories if hidden is None else hidden,
        )


def flag(data: Mapping[str, str], key: str) -> bool | None:
    """As Argo CD reads its environment: whatever is neither `true` nor `false` says nothing."""
    return {"true": True, "false": False}.get(data.get(key, "").lower())
