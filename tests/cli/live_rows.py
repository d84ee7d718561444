"""A row of an Application that is as it should be, for tests of what is made from rows."""

from argosy.cli.live_state import Row

SETTLED = Row(
    name="web",
    sync="Synced",
    health="Healthy",
    phase="Succeeded",
    message="done",
    revision="0123456789abcdef",
    wave=0,
    parent="",
    parent_kind="",
    cluster="in-cluster",
    namespace="web",
    conditions=(),
    pending=False,
)
