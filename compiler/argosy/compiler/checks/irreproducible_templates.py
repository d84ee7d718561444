"""Templates whose result changes from one reconciliation to the next, or with the order of rendering."""

from collections.abc import Iterator, Mapping, Sequence

from argosy.compiler.checks.generator_walk import generators_of
from argosy.compiler.checks.subject import Subject
from argosy.compiler.templating.analysis import (
    IRREPRODUCIBLE,
    fields_read,
    functions_called,
    parameters_changed,
)
from argosy.compiler.templating.errors import TemplateError
from argosy.schemas.finding import Finding, Severity
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path

__all__ = ["check"]

_Names = tuple[str, ...]

_LOCAL = frozenset(("date", "htmlDate", "mustToDate", "toDate"))


def check(subject: Subject) -> Iterator[Finding]:
    """The Go templates of every set; those that cannot be parsed have their error already."""
    for _, applicationset in subject.sets:
        if applicationset.go_template and not applicationset.template_engine:
            for path, tree in _templates(applicationset):
                try:
                    yield from _findings(applicationset, path, tree)
                except TemplateError:
                    continue


def _templates(applicationset: ApplicationSet) -> Iterator[tuple[Path, object]]:
    spec = applicationset.spec
    for name in ("template", "templatePatch"):
        if name in spec:
            yield ("spec", name), spec[name]
    for _, generator, path in generators_of(applicationset):
        for name in ("template", "values"):
            if isinstance(generator.get(name), Mapping):
                yield (*path, name), generator[name]


def _findings(applicationset: ApplicationSet, place: Path, tree: object) -> Iterator[Finding]:
    for function, paths in functions_called(tree).items():
        position = applicationset.position((*place, *paths[0]))
        if function in IRREPRODUCIBLE:
            yield Finding(
                "irreproducible-template",
                Severity.WARNING,
                f"`{function}` gives something else each time: the Applications change on every "
                "reconciliation",
                position,
                hint="make the value a parameter that is written down in Git",
            )
        elif function in _LOCAL:
            yield Finding(
                "local-time",
                Severity.NOTE,
                f"`{function}` takes the time zone of the machine that renders",
                position,
                hint='use `dateInZone` with a zone, such as "UTC"',
            )
    read = fields_read(tree)
    for names, paths in parameters_changed(tree).items():
        if place[-1] == "values" and not _is_seen(names, paths, read):
            continue  # what is filled after all values sees it, always
        what = f"the parameter `.{'.'.join(names)}`" if names else "the parameters"
        yield Finding(
            "changed-parameter",
            Severity.WARNING,
            f"this template changes {what}: fields that are rendered later see the change, and Argo CD "
            "renders fields in no fixed order",
            applicationset.position((*place, *paths[0])),
            hint="change a copy: `deepCopy` it, or merge into `dict`",
        )


def _is_seen(names: _Names, paths: Sequence[Path], read: Mapping[_Names, Sequence[Path]]) -> bool:
    """Whether another text reads what these change."""
    others = (each for each, places in read.items() if each and set(places) - set(paths))
    return any(each[: len(names)] == names[: len(each)] for each in others)
