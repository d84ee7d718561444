"""Who we are: the names under which one installation writes. Pure."""

from dataclasses import dataclass

from argosy.schemas.model.glob import namespace_matches

__all__ = ["ARGO_GROUP", "ARGO_VERSION", "Installation"]

ARGO_GROUP = "argoproj.io"
ARGO_VERSION = "v1alpha1"


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation: all controllers of one id are one, only one of them works at a time.

    `namespace` holds the Applications, sets, projects and Secrets (Argo CD's control plane namespace).
    `application_namespaces` are patterns of others in which Applications may live, as far as their project
    permits it, too.
    """

    id: str = "argosy"
    namespace: str = "argocd"
    application_namespaces: tuple[str, ...] = ()

    def manages(self, kind: str, namespace: str) -> bool:
        """Whether Applications and sets of a namespace are ours to look at; of other namespaces
        Applications only."""
        if namespace == self.namespace:
            return True
        matched = any(namespace_matches(pattern, namespace) for pattern in self.application_namespaces)
        return matched and kind == "Application"

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
