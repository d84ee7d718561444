"""The JSON Schemas of the three kinds, as shipped. Loaded once, when first asked for."""

import json
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["KINDS", "load_schema"]

KINDS = ("Application", "ApplicationSet", "AppProject")
"""The kinds that there are schemas for, all of `argoproj.io/v1alpha1`."""


@cache
def load_schema(kind: str) -> dict[str, Any]:
    """The schema of a kind. Raises KeyError for a kind that there is none for."""
    if kind not in KINDS:
        raise KeyError(kind)
    # Not importlib.resources, whose import takes longer than the reading.
    text = Path(__file__).with_name(f"{kind.lower()}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
