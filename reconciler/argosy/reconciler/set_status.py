"""Writes an ApplicationSet's conditions as Argo CD's controller writes them. Pure."""

from collections.abc import Mapping
from typing import Any

from argosy.reconciler.report import Condition

__all__ = ["set_status"]

_ERROR = "ErrorOccurred"


def set_status(
    before: Mapping[str, Any], found: tuple[Condition, ...], rolled: bool, now: str
) -> dict[str, Any]:
    """The `conditions` of a set: an instant moves only where its condition changes its status."""
    errors = [item.message for item in found if item.type == _ERROR]
    held = [item for item in found if item.type != _ERROR]
    known = {item.get("type"): item for item in before.get("conditions") or ()}
    if errors:
        text = "; ".join(dict.fromkeys(errors))
        rows = [
            (_ERROR, "True", "ApplicationGenerationFromParamsError", text),
            ("ParametersGenerated", "False", _ERROR, text),
            ("ResourcesUpToDate", "False", "ApplicationGenerationFromParamsError", text),
        ]
    else:
        generated = "Successfully generated parameters for all Applications"
        rows = [
            (_ERROR, "False", "ApplicationSetUpToDate", "All applications have been generated successfully"),
            ("ParametersGenerated", "True", "ParametersGenerated", generated),
            _progress(held, rolled),
        ]
    rows += [(item.type, "True", item.type, item.message) for item in held]
    return {"conditions": [_condition(row, known, now) for row in rows]}


def _progress(held: list[Condition], rolled: bool) -> tuple[str, str, str, str]:
    """Either up to date or on the way: "not up to date" would count as degraded."""
    if rolled:
        text = "All applications have been generated successfully"
        return "ResourcesUpToDate", "True", "ApplicationSetUpToDate", text
    text = held[0].message if held else "Applications are being written"
    return "RolloutProgressing", "True", "ApplicationSetModified", text


def _condition(row: tuple[str, str, str, str], known: Mapping[Any, Any], now: str) -> dict[str, Any]:
    kind, status, reason, message = row
    earlier = known.get(kind) or {}
    same = (earlier.get("status"), earlier.get("message")) == (status, message)
    moment = earlier.get("lastTransitionTime", now) if same else now
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": moment,
    }
