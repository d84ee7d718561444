"""The live picture of the demo: Applications by wave, as a table on a terminal and as lines elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from argosy.cli.state_colours import COLOURS

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["ApplicationRow", "LinePrinter", "Picture", "TablePrinter", "row_of"]

_SYMBOLS = {"Healthy": "●", "Progressing": "◐", "Degraded": "✗", "Missing": "○", "Suspended": "‖"}


@dataclass(frozen=True, slots=True, order=True)
class ApplicationRow:
    """What the picture shows of one Application, as its status in the management cluster says."""

    wave: int
    name: str
    cluster: str
    revision: str
    sync: str
    health: str
    doing: str
    target: str = ""
    """The revision that the Application asks for, as written."""

    @property
    def settled(self) -> bool:
        return self.sync == "Synced" and self.health == "Healthy"


def row_of(
    application: Mapping[str, Any],
    waves: Mapping[str, int],
    names: Mapping[str, str],
    clusters: Mapping[str, str],
) -> ApplicationRow:
    """The row of an Application; `waves` by name or owner, `names` of revisions, `clusters` by server."""
    metadata, spec, status = application["metadata"], application["spec"], application.get("status", {})
    owners = [owner["name"] for owner in metadata.get("ownerReferences", ())]
    wave = max((waves.get(name, 0) for name in [metadata["name"], *owners]), default=0)
    destination = spec["destination"]
    server = destination.get("name") or destination.get("server", "")
    sync = status.get("sync", {})
    revision = sync.get("revision", "")
    operation = status.get("operationState", {})
    doing = operation.get("message", "") if operation.get("phase") not in (None, "Succeeded") else ""
    return ApplicationRow(
        wave=wave,
        name=metadata["name"],
        cluster=clusters.get(server, server),
        revision=names.get(revision, revision[:7]),
        sync=sync.get("status", "Unknown"),
        health=status.get("health", {}).get("status", "Missing"),
        doing=doing,
        target=str(spec["source"].get("targetRevision", "")),
    )


class Picture(Protocol):
    """Shows rows as they change; closed when a step is over."""

    def show(self, rows: Iterable[ApplicationRow], seconds: float) -> None: ...

    def close(self) -> None: ...


class LinePrinter:
    """One line for each change, for pipes and logs."""

    def __init__(self) -> None:
        self._seen: dict[str, ApplicationRow] = {}

    def show(self, rows: Iterable[ApplicationRow], seconds: float) -> None:
        for row in sorted(rows):
            if self._seen.get(row.name) != row:
                self._seen[row.name] = row
                doing = f"  ({row.doing})" if row.doing else ""
                print(
                    f"  {seconds:5.1f} s  wave {row.wave:2}  {row.name:22} {row.cluster:11} "
                    f"{row.revision:9} {row.sync:10} {row.health}{doing}",
                    flush=True,
                )

    def close(self) -> None:
        """Nothing is held back, so there is nothing to end."""


class TablePrinter:
    """A table that lives in place on a terminal."""

    def __init__(self) -> None:
        from rich.live import Live

        self._live = Live(refresh_per_second=8)
        self._live.start()

    def show(self, rows: Iterable[ApplicationRow], seconds: float) -> None:
        self._live.update(table_of(rows, f"{seconds:.1f} s"))

    def close(self) -> None:
        self._live.stop()


def table_of(rows: Iterable[ApplicationRow], caption: str) -> "Table":
    """The rows as a rich table, a section a wave."""
    from rich.table import Table
    from rich.text import Text

    table = Table(caption=caption, caption_justify="right", expand=False)
    for column in ("wave", "Application", "cluster", "revision", "sync", "health", ""):
        table.add_column(column, justify="right" if column == "wave" else "left")
    last = None
    for row in sorted(rows):
        if last is not None and row.wave != last:
            table.add_section()
        table.add_row(
            str(row.wave) if row.wave != last else "",
            row.name,
            row.cluster,
            row.revision,
            Text(row.sync, COLOURS.get(row.sync, "")),
            Text(f"{_SYMBOLS.get(row.health, '?')} {row.health}", COLOURS.get(row.health, "")),
            Text(row.doing, "dim", overflow="ellipsis", no_wrap=True),
        )
        last = row.wave
    return table
