"""How long to wait before the next try. Pure; the chance in it is an argument."""

import random
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Backoff"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling waits in seconds, each shortened by chance to between a half and the whole of it."""

    first: float = 0.2
    factor: float = 2.0
    longest: float = 30.0
    chance: Callable[[], float] = random.random

    def delay(self, attempt: int) -> float:
        """Seconds to wait after the failed try number `attempt`, counted from 0."""
        # The exponent is bounded: a cluster may be away for days.
        whole = min(self.longest, self.first * self.factor ** min(attempt, 64))
        return whole * (0.5 + 0.5 * self.chance())
