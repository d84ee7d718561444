"""The variables that Argo CD lets people write into a source's options (`$ARGOCD_APP_NAME`). Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from argosy.sources.manifest import RenderRequest

__all__ = ["BuildEnvironment"]

_VARIABLE = re.compile(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class BuildEnvironment:
    """The values of one rendering."""

    variables: Mapping[str, str]

    @classmethod
    def of(cls, request: RenderRequest) -> "BuildEnvironment":
        """As Argo CD sets them (reposerver/repository, newEnv)."""
        revision = request.tree.revision
        return cls(
            {
                "ARGOCD_APP_NAME": request.name,
                "ARGOCD_APP_NAMESPACE": request.namespace,
                "ARGOCD_APP_PROJECT_NAME": request.project,
                "ARGOCD_APP_REVISION": revision,
                "ARGOCD_APP_REVISION_SHORT": revision[:7],
                "ARGOCD_APP_REVISION_SHORT_8": revision[:8],
                "ARGOCD_APP_SOURCE_REPO_URL": request.source.repo_url,
                "ARGOCD_APP_SOURCE_PATH": request.source.path,
                "ARGOCD_APP_SOURCE_TARGET_REVISION": request.source.target_revision,
            }
        )

    def substitute(self, text: str) -> str:
        """The text with its variables replaced, an unknown one by nothing, as Go's os.Expand does."""

        def value(match: re.Match[str]) -> str:
            if match[0] == "$$":
                return "$"
            return self.variables.get(match[1] or match[2], "")

        return _VARIABLE.sub(value, text) if "$" in text else text
