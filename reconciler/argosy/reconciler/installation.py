"""Who we are: the names under which one installation writes. Pure."""

from dataclasses import dataclass

__all__ = ["ARGO_GROUP", "ARGO_VERSION", "Installation"]

ARGO_GROUP = "argoproj.io"
ARGO_VERSION = "v1alpha1"


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation: all controllers of one id are one, only one of them works at a time.

    `namespace` holds the Applications, sets, projects and Secrets (Argo CD's control plane namespace).
    """

    id: str = "argosy"
    namespace: str = "argocd"

    @property
    def manager(self) -> str:
        """The field manager of everything that comes from Git."""
        return f"argosy-{self.id}"

    @property
    def status_manager(self) -> str:
        """The field manager of status, so that its writes never look like drift."""
        return f"argosy-{self.id}-status"

    @property
    def lease(self) -> str:
        """The name of the Lease."""
        return f"argosy-{self.id}"
