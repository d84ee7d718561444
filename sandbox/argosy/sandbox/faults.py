"""Faults on purpose: what a test may make a cluster answer instead of, or before, the truth."""

from collections.abc import Callable
from dataclasses import dataclass

from argosy.sandbox.errors import ApiError
from argosy.sandbox.messages import Request

__all__ = ["DroppedConnectionError", "Fault", "Faults"]


class DroppedConnectionError(ConnectionResetError):
    """The connection broke: in process this reaches the caller, over HTTP the socket is closed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request; parts that are set apply in this order."""

    delay: float = 0.0
    """Seconds of the loop's time before anything else."""
    drop: bool = False
    """The connection breaks before the request is looked at."""
    error: ApiError | None = None
    """The answer, in place of the real one."""
    drop_answer: bool = False
    """The request is carried out, then the connection breaks: the client cannot know."""
    end_stream_after: float | None = None
    """Seconds after which a watch breaks off."""


Faults = Callable[[Request], Fault | None]
"""Asked about every request; None lets it pass."""
