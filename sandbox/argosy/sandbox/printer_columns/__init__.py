"""The columns that the API server prints for built-in kinds
(`k8s.io/kubernetes/pkg/printers/internalversion`).
"""

from argosy.sandbox.printer_columns.cluster import CLUSTER_COLUMNS
from argosy.sandbox.printer_columns.column import AGE, NAME, Column, age, human_duration
from argosy.sandbox.printer_columns.configuration import CONFIGURATION_COLUMNS
from argosy.sandbox.printer_columns.network import NETWORK_COLUMNS
from argosy.sandbox.printer_columns.workloads import WORKLOAD_COLUMNS

__all__ = ["AGE", "COLUMNS", "NAME", "Column", "age", "human_duration"]

COLUMNS: dict[tuple[str, str], tuple[Column, ...]] = {
    **CLUSTER_COLUMNS,
    **CONFIGURATION_COLUMNS,
    **NETWORK_COLUMNS,
    **WORKLOAD_COLUMNS,
}
"""Group and kind → all columns. A kind that is not here prints its name and age."""
