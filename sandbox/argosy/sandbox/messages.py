"""A request to a cluster and its answer, whether they came over HTTP or from the same process."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, unquote

from argosy.sandbox.errors import ApiError
from argosy.sandbox.store import encode

__all__ = ["JSON", "Request", "Response", "failure", "json_response", "text_response"]

JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """One call. `target` is path and query as sent; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        """The path as sent, percent-encoding kept."""
        return self.target.partition("?")[0]

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The decoded segments of the path."""
        return tuple(unquote(part) for part in self.path.split("/") if part)

    @cached_property
    def query(self) -> dict[str, str]:
        """The first value of each parameter."""
        query = self.target.partition("?")[2]
        if not query:
            return {}
        found: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            found.setdefault(name, value)
        return found

    def flag(self, name: str) -> bool:
        """Whether a boolean parameter is set; by Kubernetes' conversion `""`, `0` and `false` are not."""
        return self.query.get(name, "0").lower() not in {"", "0", "false"}

    @property
    def accept(self) -> str:
        return self.headers.get("accept", "")

    @property
    def content_type(self) -> str:
        """The media type of the body without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def user_agent(self) -> str:
        return self.headers.get("user-agent", "")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: either `body`, or `stream` for a watch."""

    status: int
    headers: dict[str, str]
    body: bytes = b""
    stream: AsyncGenerator[bytes, None] | None = None


def json_response(
    value: object, status: int = 200, *, content_type: str = JSON, warnings: tuple[str, ...] = ()
) -> Response:
    """An answer with a JSON body; bytes are taken as encoded already. Warnings become RFC 7234 headers."""
    body = value if isinstance(value, bytes) else encode(value)
    headers = {"content-type": content_type, "content-length": str(len(body))}
    if warnings:
        headers["warning"] = ", ".join(f'299 - "{_quoted(warning)}"' for warning in warnings)
    return Response(status, headers, body)


def text_response(text: str, status: int = 200) -> Response:
    """An answer in plain text."""
    body = text.encode()
    return Response(
        status, {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body))}, body
    )


def failure(error: ApiError) -> Response:
    """The `Status` answer of a refusal."""
    response = json_response(error.to_status(), error.code)
    if error.retry_after is not None:
        response.headers["retry-after"] = str(error.retry_after)
    return response


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
