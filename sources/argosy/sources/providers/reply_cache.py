"""Answers kept in memory with their ETag, so that an unchanged page costs a 304 (and no rate limit)."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CachedReply", "ReplyCache"]


@dataclass(frozen=True, slots=True)
class CachedReply:
    """The answer to one GET. Header names are lower-case."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask whether it still holds."""
        if etag := self.headers.get("etag"):
            return {"if-none-match": etag}
        if modified := self.headers.get("last-modified"):
            return {"if-modified-since": modified}
        return {}


class ReplyCache:
    """By who asked what; at most `size` bytes of bodies, the least recently used go. Safe for threads."""

    def __init__(self, size: int = 32 << 20) -> None:
        self._size = size
        self._held = 0
        self._replies: OrderedDict[str, CachedReply] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> CachedReply | None:
        """What is kept under a key."""
        with self._lock:
            found = self._replies.get(key)
            if found is not None:
                self._replies.move_to_end(key)
            return found

    def put(self, key: str, reply: CachedReply) -> None:
        """Keep an answer, if it can be asked for conditionally."""
        if not reply.conditions or len(reply.body) > self._size:
            return
        with self._lock:
            before = self._replies.pop(key, None)
            self._held += len(reply.body) - (len(before.body) if before else 0)
            self._replies[key] = reply
            while self._held > self._size:
                _, gone = self._replies.popitem(last=False)
                self._held -= len(gone.body)
