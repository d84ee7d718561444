"""What the API refuses, as data. Every layer raises `ApiError`; the HTTP edge renders it as a `Status`."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "ApiError",
    "Cause",
    "already_exists",
    "bad_request",
    "cannot_be_fulfilled",
    "invalid",
    "modified",
    "not_found",
    "resource_details",
    "unsupported_media_type",
]


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason of a refusal: `reason` is the machine's word, `field` the path as Kubernetes prints it."""

    reason: str
    message: str
    field: str = ""

    def to_dict(self) -> dict[str, object]:
        body: dict[str, object] = {"reason": self.reason, "message": self.message}
        return {**body, "field": self.field} if self.field else body


class ApiError(Exception):
    """A request that the API refuses.

    `code` is the HTTP status, `reason` the `metav1.StatusReason`, `details` the `StatusDetails` as JSON.
    `retry_after` (seconds) becomes the header of that name.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: dict[str, object] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.retry_after = retry_after

    def to_status(self) -> dict[str, object]:
        """The `metav1.Status` body."""
        status: dict[str, object] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            status["reason"] = self.reason
        if self.details is not None:
            status["details"] = self.details
        status["code"] = self.code
        return status


def resource_details(group: str, plural: str, name: str = "") -> dict[str, object]:
    """`StatusDetails` that name a resource, empty fields left out as Go does."""
    details: dict[str, object] = {"name": name, "group": group, "kind": plural}
    return {key: value for key, value in details.items() if value}


def _resource(group: str, plural: str) -> str:
    return f"{plural}.{group}" if group else plural


def bad_request(message: str) -> ApiError:
    """400: the request itself makes no sense."""
    return ApiError(400, "BadRequest", message)


def not_found(group: str, plural: str, name: str) -> ApiError:
    """404 for a named object."""
    message = f'{_resource(group, plural)} "{name}" not found'
    return ApiError(404, "NotFound", message, resource_details(group, plural, name))


def already_exists(group: str, plural: str, name: str) -> ApiError:
    """409 for a create of a name that is taken."""
    message = f'{_resource(group, plural)} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, resource_details(group, plural, name))


def cannot_be_fulfilled(group: str, plural: str, name: str, text: str) -> ApiError:
    """409 for a write that met another state than it expected."""
    message = f'Operation cannot be fulfilled on {_resource(group, plural)} "{name}": {text}'
    return ApiError(409, "Conflict", message, resource_details(group, plural, name))


def modified(group: str, plural: str, name: str) -> ApiError:
    """409 for a write that names an older resourceVersion."""
    text = "the object has been modified; please apply your changes to the latest version and try again"
    return cannot_be_fulfilled(group, plural, name, text)


def unsupported_media_type(accepted: Sequence[str]) -> ApiError:
    """415 for a body of a type that the endpoint does not read."""
    kinds = ", ".join(accepted)
    message = f"the body of the request was in an unknown format - accepted media types include: {kinds}"
    return ApiError(415, "UnsupportedMediaType", message)


def invalid(group: str, kind: str, name: str, causes: Sequence[Cause]) -> ApiError:
    """422 with every cause, worded as `field.ErrorList.ToAggregate` words it (apimachinery
    `errors.NewInvalid`)."""
    lines = list(dict.fromkeys(f"{cause.field}: {cause.message}" for cause in causes))
    text = lines[0] if len(lines) == 1 else "[" + ", ".join(lines) + "]"
    details = resource_details(group, kind, name) | {"causes": [cause.to_dict() for cause in causes]}
    full_kind = f"{kind}.{group}" if group else kind
    return ApiError(422, "Invalid", f'{full_kind} "{name}" is invalid: {text}', details)
