"""Writes an ApplicationSet's status as Argo CD's controller writes it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argosy.reconciler.report import Condition
from argosy.reconciler.rolling_status import Entry, progressing_step

__all__ = ["Rolling", "set_status"]

_ERROR = "ErrorOccurred"
_PROGRESSING = "RolloutProgressing"

_Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Rolling:
    """How far a RollingSync is, and what is wrong with it."""

    entries: list[Entry]
    invalid: str = ""


def set_status(
    before: Mapping[str, Any],
    found: tuple[Condition, ...],
    rolled: bool,
    now: str,
    rolling: Rolling | None = None,
) -> dict[str, Any]:
    """`conditions` and `applicationStatus`: an instant moves only where its condition changes its status."""
    errors = [item.message for item in found if item.type == _ERROR]
    held = [item for item in found if item.type != _ERROR]
    rows = _failed(errors) if errors else _generated(held, rolled)
    if rolling is not None:
        rows = [row for row in rows if row[0] != _PROGRESSING] + _rollout(rolling)
    rows += [(item.type, "True", item.type, item.message) for item in held]
    known = {item.get("type"): item for item in before.get("conditions") or ()}
    status: dict[str, Any] = {"conditions": [_condition(row, known, now) for row in rows]}
    if rolling is not None:
        status["applicationStatus"] = rolling.entries
    return status


def _failed(errors: list[str]) -> list[_Row]:
    text = "; ".join(dict.fromkeys(errors))
    return [
        (_ERROR, "True", "ApplicationGenerationFromParamsError", text),
        ("ParametersGenerated", "False", _ERROR, text),
        ("ResourcesUpToDate", "False", "ApplicationGenerationFromParamsError", text),
    ]


def _generated(held: list[Condition], rolled: bool) -> list[_Row]:
    generated = "Successfully generated parameters for all Applications"
    return [
        (_ERROR, "False", "ApplicationSetUpToDate", "All applications have been generated successfully"),
        ("ParametersGenerated", "True", "ParametersGenerated", generated),
        _progress(held, rolled),
    ]


def _progress(held: list[Condition], rolled: bool) -> _Row:
    """Either up to date or on the way: "not up to date" would count as degraded."""
    if rolled:
        text = "All applications have been generated successfully"
        return "ResourcesUpToDate", "True", "ApplicationSetUpToDate", text
    text = held[0].message if held else "Applications are being written"
    return _PROGRESSING, "True", "ApplicationSetModified", text


def _rollout(rolling: Rolling) -> list[_Row]:
    step = progressing_step(rolling.entries)
    if step is None:
        progress = (
            _PROGRESSING,
            "False",
            "ApplicationSetRolloutComplete",
            "ApplicationSet Rollout has completed",
        )
    else:
        text = f"ApplicationSet is performing rollout of step {step}"
        progress = (_PROGRESSING, "True", "ApplicationSetModified", text)
    invalid = "True" if rolling.invalid else "False"
    return [
        progress,
        ("InvalidRolloutConfig", invalid, "ApplicationSetInvalidRolloutConfig", rolling.invalid),
    ]


def _condition(row: _Row, known: Mapping[Any, Any], now: str) -> dict[str, Any]:
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
