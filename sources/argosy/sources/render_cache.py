"""Remembers renderings by the content that they were made from. In memory only.

Rendered manifests may hold secrets.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

from argosy.sources.manifest import Rendering

__all__ = ["RenderCache"]


class RenderCache:
    """Holds at most `manifests` manifests, the least recently used go first. Failures are not remembered.

    Threads that ask for the same rendering at once share one; safe for several threads.
    """

    def __init__(self, manifests: int = 20_000) -> None:
        self._bound = manifests
        self._held = 0
        self._known: OrderedDict[str, Rendering] = OrderedDict()
        self._pending: dict[str, Future[Rendering]] = {}
        self._lock = threading.Lock()
        self.hits = 0
        self.misses = 0

    def get(self, key: str, render: Callable[[], Rendering]) -> Rendering:
        """The remembered rendering, else the one that `render` makes now."""
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self.hits += 1
                self._known.move_to_end(key)
                return known
            waiting = self._pending.get(key)
            if waiting is None:
                self.misses += 1
                mine: Future[Rendering] = Future()
                self._pending[key] = mine
        if waiting is not None:
            return waiting.result()
        try:
            rendering = render()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(rendering)
            self._remember(key, rendering)
            return rendering
        finally:
            with self._lock:
                self._pending.pop(key, None)

    def _remember(self, key: str, rendering: Rendering) -> None:
        with self._lock:
            self._known[key] = rendering
            self._held += _size(rendering)
            while self._held > self._bound and len(self._known) > 1:
                _, dropped = self._known.popitem(last=False)
                self._held -= _size(dropped)


def _size(rendering: Rendering) -> int:
    return len(rendering.manifests) + 1
