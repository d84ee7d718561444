"""The colours in which terminals show how Applications are: green is good, yellow passes, red stays."""

__all__ = ["COLOURS"]

COLOURS = {
    "Synced": "green",
    "Healthy": "green",
    "OutOfSync": "yellow",
    "Progressing": "yellow",
    "Missing": "yellow",
    "Suspended": "blue",
    "Degraded": "red",
    "Unknown": "red",
}
"""By the words of `status.sync.status` and `status.health.status`, as rich names colours."""
