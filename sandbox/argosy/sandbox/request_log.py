"""What was asked of a cluster: a bounded list that tests assert on, and a line per request for a file."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from argosy.sandbox.clock import rfc3339_micro

__all__ = ["LogEntry", "RequestLog"]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One request. `target` is path and query; `status` 0 means a connection dropped on purpose."""

    time: datetime
    cluster: str
    method: str
    target: str
    user_agent: str
    status: int

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def is_watch(self) -> bool:
        return self.method == "GET" and "watch=" in self.target.partition("?")[2]

    @property
    def is_write(self) -> bool:
        """Whether the request may have changed something: not a read, and not a dry run."""
        return self.method not in {"GET", "HEAD"} and "dryRun=All" not in self.target

    def __str__(self) -> str:
        stamp = rfc3339_micro(self.time)
        return f"{stamp} {self.cluster} {self.status} {self.method} {self.target} {self.user_agent!r}"


class RequestLog:
    """The last requests of a cluster, oldest first, and how many there were in all."""

    def __init__(self, kept: int = 20_000, sink: Callable[[LogEntry], None] | None = None) -> None:
        self._entries: deque[LogEntry] = deque(maxlen=kept)
        self._sink = sink
        self.total = 0

    def add(self, entry: LogEntry) -> None:
        self.total += 1
        self._entries.append(entry)
        if self._sink is not None:
            self._sink(entry)

    def clear(self) -> None:
        """Forgets the entries; the total goes on."""
        self._entries.clear()

    def writes(self) -> list[LogEntry]:
        """The entries that may have changed something."""
        return [entry for entry in self._entries if entry.is_write]

    def __iter__(self) -> Iterator[LogEntry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
