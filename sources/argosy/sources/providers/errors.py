"""What can go wrong between us and a provider. Messages never hold a credential."""

from argosy.sources.errors import SourceError

__all__ = [
    "BAD_ANSWER",
    "DEADLINE",
    "DISABLED",
    "INVALID_CREDENTIALS",
    "NOT_FOUND",
    "RATE_LIMITED",
    "REFUSED",
    "UNREACHABLE",
    "UNSUPPORTED",
    "ProviderError",
    "ProviderNotFoundError",
]

UNREACHABLE = "unreachable-provider"
"""No answer came, or one that says that the service is down."""
REFUSED = "provider-refused"
"""The service was asked and does not let us in."""
NOT_FOUND = "provider-not-found"
"""The service says that there is no such organization or repository, or hides it from us."""
RATE_LIMITED = "provider-rate-limited"
BAD_ANSWER = "provider-bad-answer"
"""An answer that is not what the service's API promises: nothing of it is used."""
DEADLINE = "provider-deadline"
INVALID_CREDENTIALS = "provider-credentials"
"""The Secret or ConfigMap that a specification refers to is missing or makes no sense."""
DISABLED = "provider-disabled"
UNSUPPORTED = "unsupported-provider"


class ProviderError(SourceError):
    """A service did not give a whole answer; what depends on it is unknown."""

    code = UNREACHABLE


class ProviderNotFoundError(ProviderError):
    """There is no such thing: for a branch or a path that is an answer, for an organization it is not."""

    code = NOT_FOUND
