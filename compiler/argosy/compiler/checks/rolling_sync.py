"""Whether the strategy of a set can do what it says: steps, their members, and how many may be updated."""

from collections.abc import Iterator, Mapping, Sequence

from argosy.compiler.checks.generator_walk import generators_of
from argosy.compiler.checks.subject import Subject
from argosy.compiler.expansion import Phase
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet, RolloutStep
from argosy.schemas.model.fields import mapping
from argosy.schemas.position import Path

__all__ = ["check", "member_findings", "strategy_findings"]

_STRATEGY: Path = ("spec", "strategy")
_STEPS: Path = (*_STRATEGY, "rollingSync", "steps")
_TYPES = ("AllAtOnce", "RollingSync")
_ORDERS = ("AllAtOnce", "Reverse")
_SHOWN = 10


def check(subject: Subject) -> Iterator[Finding]:
    """The strategies of all sets, and their members where they are known."""
    for member, applicationset in subject.sets:
        yield from strategy_findings(applicationset)
        expansion = member.expansion
        if expansion is not None and expansion.failed is not Phase.LOAD:
            labels = {each.name: each.labels for each in expansion.applications}
            yield from member_findings(applicationset, labels)
        elif expansion is None:
            yield from _labelless_steps(applicationset)


def _labelless_steps(applicationset: ApplicationSet) -> Iterator[Finding]:
    """Steps that ask for a label which the template gives to no Application, however many there are."""
    given = mapping(mapping(applicationset.template, "metadata"), "labels")
    if applicationset.template_patch or any("{{" in key for key in given):
        return
    if any("template" in spec for _, spec, _ in generators_of(applicationset)):
        return
    for index, step in enumerate(applicationset.steps):
        missing = [each.key for each in step.expressions if each.operator == "In" and each.key not in given]
        if missing:
            yield Finding(
                "empty-step",
                Severity.WARNING,
                f"step {index + 1} selects no Application: the template gives none the label `{missing[0]}`",
                applicationset.position((*_STEPS, index)),
                hint="steps look at labels of the Applications, not of clusters: write it in the template",
            )


def strategy_findings(applicationset: ApplicationSet) -> Iterator[Finding]:
    """What can be said of a strategy without its Applications."""
    strategy = applicationset.spec.get("strategy")
    if not isinstance(strategy, Mapping):
        return
    yield from _known_words(applicationset, strategy)
    rolling = strategy.get("rollingSync")
    steps = rolling.get("steps") if isinstance(rolling, Mapping) else None
    kind = strategy.get("type") or "AllAtOnce"
    if kind == "AllAtOnce" and steps:
        yield Finding(
            "unused-steps",
            Severity.WARNING,
            "the steps have no effect: `spec.strategy.type` is AllAtOnce",
            applicationset.position((*_STRATEGY, "rollingSync"), key=True),
            hint="set `type: RollingSync`, or remove the steps",
        )
    if kind == "RollingSync" and not steps:
        yield Finding(
            "unused-steps",
            Severity.WARNING,
            "a RollingSync without steps: all Applications are updated at once",
            applicationset.position((*_STRATEGY, "type")),
            hint="write `rollingSync.steps`, or `type: AllAtOnce`",
        )
    for index, step in enumerate(applicationset.steps):
        yield from _step(applicationset, index, step)


def member_findings(
    applicationset: ApplicationSet, labels: Mapping[str, Mapping[str, str]]
) -> Iterator[Finding]:
    """What the labels of its Applications, by name, make of a set's steps."""
    steps = applicationset.steps
    if not steps or not labels:
        return
    places = {
        name: [index for index, step in enumerate(steps) if step.matches(found)]
        for name, found in sorted(labels.items())
    }
    for index in range(len(steps)):
        if not any(index in found for found in places.values()):
            yield Finding(
                "empty-step",
                Severity.WARNING,
                f"step {index + 1} selects no Application",
                applicationset.position((*_STEPS, index)),
                hint="compare its matchExpressions with the labels of the template",
            )
    for name, found in places.items():
        if len(found) > 1:
            several = " and ".join(str(index + 1) for index in found)
            yield Finding(
                "several-steps",
                Severity.WARNING,
                f"Application `{name}` is selected by the steps {several}; step {found[0] + 1} counts",
                applicationset.position((*_STEPS, found[1])),
                hint="let each Application match one step",
            )
    if outside := [name for name, found in places.items() if not found]:
        yield _outside(applicationset, outside)


def _outside(applicationset: ApplicationSet, names: Sequence[str]) -> Finding:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    one = len(names) == 1
    return Finding(
        "no-step",
        Severity.WARNING,
        f"no step selects the Application{'' if one else 's'} {shown}{more}: "
        f"{'it is' if one else 'they are'} synced by hand only",
        applicationset.position(_STEPS, key=True),
        hint="add a step that selects the rest: with the operator NotIn, or without matchExpressions",
    )


def _known_words(applicationset: ApplicationSet, strategy: Mapping[str, object]) -> Iterator[Finding]:
    for field, known in (("type", _TYPES), ("deletionOrder", _ORDERS)):
        value = strategy.get(field)
        if not isinstance(value, str) or not value:
            continue
        exact = value in known if field == "type" else value.casefold() in map(str.casefold, known)
        if not exact:
            # Imported only to word an error.
            from difflib import get_close_matches

            near = get_close_matches(value, known, n=1)
            yield Finding(
                "unknown-strategy",
                Severity.ERROR,
                f"`{value}` is no `strategy.{field}`: Argo CD ignores it, as if it were AllAtOnce",
                applicationset.position((*_STRATEGY, field)),
                hint=f"did you mean `{near[0]}`?" if near else f"use {' or '.join(known)}",
            )
    if str(strategy.get("deletionOrder")).casefold() == "reverse" and not applicationset.steps:
        yield Finding(
            "unused-steps",
            Severity.WARNING,
            "`deletionOrder: Reverse` has no effect without the steps of a RollingSync",
            applicationset.position((*_STRATEGY, "deletionOrder")),
            hint="remove it, or write the steps of `rollingSync`",
        )


def _step(applicationset: ApplicationSet, index: int, step: RolloutStep) -> Iterator[Finding]:
    place: Path = (*_STEPS, index)
    for number, expression in enumerate(step.expressions):
        if expression.operator not in ("In", "NotIn"):
            yield Finding(
                "invalid-step",
                Severity.ERROR,
                f"step {index + 1} has the operator `{expression.operator}`; expected In or NotIn",
                applicationset.position((*place, "matchExpressions", number, "operator")),
            )
    if step.is_manual:
        yield Finding(
            "manual-step",
            Severity.NOTE,
            f"step {index + 1} waits for a person: with maxUpdate {step.max_update} none of its Applications "
            "is updated by the controller, and later steps wait for them",
            applicationset.position((*place, "maxUpdate")),
        )
    elif not step.max_update_is_valid:
        yield Finding(
            "invalid-step",
            Severity.ERROR,
            f"step {index + 1} has the maxUpdate `{step.max_update}`, which counts as 1; "
            "expected a number or a percentage such as 25%",
            applicationset.position((*place, "maxUpdate")),
        )
