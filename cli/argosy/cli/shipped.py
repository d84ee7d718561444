"""Where files lie that are shipped with the code: beside it in a checkout, else below `share/argosy`."""

import sysconfig
from pathlib import Path

__all__ = ["shipped_folder"]

_CHECKOUT = Path(__file__).parents[3]


def shipped_folder(in_checkout: str, installed: str) -> Path:
    """The folder, by its path in a checkout and its path below `share/argosy`."""
    beside = _CHECKOUT / in_checkout
    return beside if beside.is_dir() else Path(sysconfig.get_path("data"), "share", "argosy", installed)
