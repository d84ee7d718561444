"""What can go wrong between us and an API server: one small family, whatever library carried the call.

An error carries the server's reason and causes as data. Nothing here may show a Secret's value: what concerns
a Secret passes `masking` before it becomes an error.
"""

# ruff: noqa: N818 (an error is named as Kubernetes names its reason)

from dataclasses import dataclass

from argosy.schemas.finding import ArgosyError

__all__ = [
    "AlreadyExists",
    "ApiError",
    "Cause",
    "Conflict",
    "Forbidden",
    "Gone",
    "Invalid",
    "NotFound",
    "TooManyRequests",
    "Unauthorized",
    "UnknownKind",
    "Unreachable",
]


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause in a Kubernetes Status: the field it is about and what is wrong with it.

    For a conflict of field managers `message` names the other manager.
    """

    reason: str
    message: str
    field: str = ""


class ApiError(ArgosyError):
    """The server refused or failed. `status` is the HTTP status (0: there was no answer), `reason`
    Kubernetes' word.

    `cluster` is the name of the cluster asked; `retry_after` the seconds that the server asked us to wait.
    """

    code = "cluster-refused"

    def __init__(
        self,
        message: str,
        *,
        cluster: str = "",
        status: int = 0,
        reason: str = "",
        causes: tuple[Cause, ...] = (),
        retry_after: float | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.cluster = cluster
        self.status = status
        self.reason = reason
        self.causes = causes
        self.retry_after = retry_after


class NotFound(ApiError):
    """404: there is no such object."""


class Conflict(ApiError):
    """409: another manager owns a field (then `causes` name it), or the object changed since it was read."""


class AlreadyExists(Conflict):
    """409 on a create: an object of this name exists."""


class Gone(ApiError):
    """410: the resourceVersion or continue token is too old; list again."""


class Invalid(ApiError):
    """400 and 422: the object is not valid; `causes` say which fields."""


class Unauthorized(ApiError):
    """401: the credentials are not accepted."""


class Forbidden(ApiError):
    """403: the credentials do not allow it, or an admission rule refused."""


class TooManyRequests(ApiError):
    """429, still after our retries."""


class Unreachable(ApiError):
    """No answer, or none in time, or one from a proxy in between (502, 503, 504): the state is unknown."""

    code = "unreachable-cluster"


class UnknownKind(ApiError):
    """The cluster does not serve this kind: the CustomResourceDefinition is missing, or not established
    yet.
    """

    code = "unknown-kind"
