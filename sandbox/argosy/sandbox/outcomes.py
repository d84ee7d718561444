"""How simulated workloads fare: rules from the image, labels and annotations of a workload to an outcome."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

__all__ = ["OUTCOME", "READY_AFTER", "Fate", "Outcome", "Rule", "WorkloadSettings", "parse_duration"]

OUTCOME = "argosy.test/outcome"
"""Annotation or label of a workload or its pod template that chooses its outcome (a value of `Outcome`)."""

READY_AFTER = "argosy.test/ready-after"
"""Annotation or label with a duration (`90s`, `2m`) after which the workload is ready."""


class Outcome(Enum):
    """What becomes of a workload."""

    READY = "ready"
    CRASH = "crash"
    """Pods start and crash again and again (CrashLoopBackOff); a Job fails."""
    IMAGE = "image"
    """The image cannot be pulled (ImagePullBackOff)."""
    FAIL = "fail"
    """The rollout gives up at once (ProgressDeadlineExceeded, before the deadline); a Job fails."""
    NEVER = "never"
    """Nothing happens: pods stay pending for ever."""


@dataclass(frozen=True, slots=True)
class Fate:
    """The outcome of one workload and the seconds until it shows."""

    outcome: Outcome
    after: float


@dataclass(frozen=True, slots=True)
class Rule:
    """The first rule whose patterns all match decides. Patterns are shell globs."""

    outcome: Outcome = Outcome.READY
    after: float | None = None
    image: str = "*"
    kind: str = "*"
    namespace: str = "*"
    name: str = "*"

    def matches(self, workload: Mapping[str, Any], images: tuple[str, ...]) -> bool:
        metadata = workload["metadata"]
        return (
            fnmatchcase(workload["kind"], self.kind)
            and fnmatchcase(metadata.get("namespace", ""), self.namespace)
            and fnmatchcase(metadata["name"], self.name)
            and (self.image == "*" or any(fnmatchcase(image, self.image) for image in images))
        )


_TAG_RULES = (
    Rule(Outcome.CRASH, image="*:broken"),
    Rule(Outcome.IMAGE, image="*:missing"),
    Rule(Outcome.NEVER, image="*:never"),
    Rule(Outcome.READY, after=90.0, image="*:slow"),
)


@dataclass(frozen=True, slots=True)
class WorkloadSettings:
    """The simulation of one cluster."""

    ready_after: float = 2.0
    """Seconds from a change of a workload until its new pods are ready."""
    job_after: float = 2.0
    """Seconds a Job's pods run."""
    react_after: float = 0.02
    """Seconds until a controller notices a change."""
    most_pods: int = 10
    """Pods created as objects for one workload; status counts are exact beyond that."""
    rules: tuple[Rule, ...] = _TAG_RULES
    """Tried in order, before the defaults."""

    def with_rules(self, *rules: Rule) -> "WorkloadSettings":
        """The same settings with more rules, tried first."""
        return replace(self, rules=(*rules, *self.rules))

    def fate_of(self, workload: Mapping[str, Any]) -> Fate:
        """What becomes of a workload (Deployment, StatefulSet, DaemonSet, Job, Pod) as it is written now."""
        usual = self.job_after if workload["kind"] == "Job" else self.ready_after
        template = workload["spec"].get("template") or {}
        spec = workload["spec"] if workload["kind"] == "Pod" else template.get("spec") or {}
        marks = {**_marks(template), **_marks(workload)}
        try:
            after = parse_duration(marks[READY_AFTER]) if READY_AFTER in marks else None
        except ValueError:
            return Fate(Outcome.FAIL, usual)  # as with a misspelt outcome
        if OUTCOME in marks:
            return Fate(_outcome(marks[OUTCOME]), usual if after is None else after)
        images = tuple(container.get("image", "") for container in spec.get("containers") or ())
        for rule in self.rules:
            if rule.matches(workload, images):
                if after is None:
                    after = rule.after
                return Fate(rule.outcome, usual if after is None else after)
        return Fate(Outcome.READY, usual if after is None else after)


def _marks(obj: Mapping[str, Any]) -> dict[str, str]:
    metadata = obj.get("metadata") or {}
    return {**(metadata.get("labels") or {}), **(metadata.get("annotations") or {})}


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError:
        return Outcome.FAIL  # a misspelt outcome must not pass for health


def parse_duration(text: str) -> float:
    """Seconds of a duration as Go writes it (`1m30s`, `500ms`) or a bare number. Raises ValueError."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text)
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    if not re.fullmatch(r"([0-9]+(\.[0-9]+)?(ms|s|m|h))+", text):
        raise ValueError(f"not a duration: {text!r} (write 90s, 1m30s or 500ms)")
    return sum(
        float(number) * units[unit] for number, unit in re.findall(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)", text)
    )
