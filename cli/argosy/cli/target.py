"""Which installation a command works on, as its options say."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argosy.reconciler.installation import Installation

__all__ = ["Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """Which installation to work on, and how."""

    context: str = ""
    kubeconfig: str = ""
    namespace: str = "argocd"
    installation: str = "argosy"
    application_namespaces: tuple[str, ...] = ()
    allow_file_repositories: bool = False
    take_over: bool = False
    poll: float = 60.0
    render_timeout: float = 60.0

    @property
    def names(self) -> "Installation":
        """The names under which it writes."""
        # Imported here: only what speaks with clusters needs it.
        from argosy.reconciler.installation import Installation

        return Installation(self.installation, self.namespace, self.application_namespaces)
