"""What a chart is told that takes too much, in whichever way it is rendered."""

from argosy.sources.errors import DEADLINE, RENDER_FAILED, SourceError

__all__ = ["too_large", "too_late"]


def too_late(chart: str, deadline: float) -> SourceError:
    """The chart did not render within so many seconds."""
    return SourceError(
        f"the chart in {chart} did not render within {deadline:g} seconds and was stopped",
        code=DEADLINE,
        hint="look for a template that never ends",
    )


def too_large(chart: str, memory: int) -> SourceError:
    """The chart took more than so many bytes."""
    return SourceError(
        f"the chart in {chart} needed more than {memory >> 20} MiB to render and was stopped",
        code=RENDER_FAILED,
        hint="look for a template that produces without end",
    )
