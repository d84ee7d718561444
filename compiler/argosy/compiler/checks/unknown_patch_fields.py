"""Fields in a templatePatch that no Application has: they vanish without a word."""

from collections.abc import Iterator

from argosy.compiler.checks.subject import Subject
from argosy.compiler.dialect import Filler, make_filler
from argosy.compiler.expansion import Expansion
from argosy.compiler.patch_lines import PatchLines
from argosy.compiler.template_patch import unknown_in_patch
from argosy.generators.parameters import Parameters
from argosy.generators.world import World
from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.first_findings import first_findings
from argosy.schemas.model.applicationset import ApplicationSet
from argosy.schemas.position import Path

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """Each field once, whichever elements it is rendered for."""
    for member, applicationset in subject.sets:
        if applicationset.template_patch and member.expansion is not None:
            yield from first_findings(_of_set(applicationset, member.expansion, subject.world))


def _of_set(applicationset: ApplicationSet, expansion: Expansion, world: World) -> Iterator[Finding]:
    try:
        filler = make_filler(applicationset, world)
    except ArgosyError:
        return
    seen: set[Path] = set()
    for text, parameters in _texts(applicationset.template_patch, expansion, filler).items():
        lines = PatchLines(applicationset.template_patch, applicationset, parameters, filler)
        for unknown in unknown_in_patch(text):
            if unknown.path not in seen:
                seen.add(unknown.path)
                yield Finding(
                    unknown.code,
                    Severity.ERROR,
                    f"{unknown.message} of the patch",
                    lines.position(unknown.path, key=True),
                    hint=unknown.hint,
                )


def _texts(patch: str, expansion: Expansion, filler: Filler) -> dict[str, Parameters]:
    """What the patch is filled to, each text with the first parameter set that gives it."""
    texts: dict[str, Parameters] = {}
    for parameters in expansion.parameters:
        try:
            text = filler(patch, parameters.values)
        except ArgosyError:
            continue
        if isinstance(text, str):
            texts.setdefault(text, parameters)
    return texts
