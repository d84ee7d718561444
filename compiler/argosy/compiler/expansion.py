"""One ApplicationSet and a World become concrete Applications, each with its origin.

    generate → render template → patch → validate → admit → normalize

The phases are Argo CD's: what fails in `generate` gives nothing at all; what fails in `validate` or
`create` leaves out the Applications at fault and keeps the others.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from argosy.compiler.checks.generated import admission_findings, validation_findings
from argosy.compiler.dialect import Filler, make_filler
from argosy.compiler.generator_filling import GeneratorFiller
from argosy.compiler.generator_template import merge_templates
from argosy.compiler.inputs import Input, RecordingWorld
from argosy.compiler.rendering import RenderedTemplate
from argosy.compiler.template_origins import TemplatePlace
from argosy.generators.generator import AnswerMissingError, Context, Settings
from argosy.generators.parameters import Parameters
from argosy.generators.registry import GENERATORS
from argosy.generators.transform import Generated, transform
from argosy.generators.world import World
from argosy.schemas.finding import ArgosyError, Finding, Severity
from argosy.schemas.knowledge import Unknown
from argosy.schemas.model.application import Application
from argosy.schemas.model.applicationset import ApplicationSet

__all__ = ["Expansion", "Phase", "UnknownExpansion", "expand"]

_SHOWN_FAILURES = 20


class Phase(StrEnum):
    """Where Argo CD raises an error, from the API server on."""

    LOAD = "load"
    GENERATE = "generate"
    VALIDATE = "validate"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a set generates.

    `applications` are those that Argo CD would create, `generated` all of them before validation.
    `failed` names the first phase with an error, `None` where all is well.
    """

    applications: tuple[Application, ...] = ()
    generated: tuple[Application, ...] = ()
    findings: tuple[Finding, ...] = ()
    inputs: tuple[Input, ...] = ()
    failed: Phase | None = None
    parameters: tuple[Parameters, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownExpansion(Unknown):
    """A set whose Applications cannot be known, with everything that was found on the way."""

    findings: tuple[Finding, ...] = ()
    inputs: tuple[Input, ...] = ()
    missing: tuple[Finding, ...] = ()
    """The questions that the world could not answer, each at the place that asked."""


def expand(
    applicationset: ApplicationSet, world: World, settings: Settings | None = None
) -> Expansion | UnknownExpansion:
    """Expands a set as Argo CD's controller does, and says everything that is wrong with it."""
    with _without_collecting():
        return _Expander(applicationset, world, settings or Settings()).run()


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Holds the garbage collector: ten thousand new manifests hold no cycles, but it would look for them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@dataclass(slots=True)
class _Found:
    findings: list[Finding] = field(default_factory=list)
    missing: list[AnswerMissingError] = field(default_factory=list)
    failures: dict[tuple[object, ...], int] = field(default_factory=dict)

    def error(self, error: ArgosyError) -> None:
        """Keeps an error; the same one from many parameter sets counts as one."""
        if isinstance(error, AnswerMissingError):
            self.missing.append(error)
            return
        key = (error.position, error.message)
        self.failures[key] = self.failures.get(key, 0) + 1
        if self.failures[key] == 1 and len(self.failures) <= _SHOWN_FAILURES:
            self.findings.append(error.finding())


class _Expander:
    def __init__(self, applicationset: ApplicationSet, world: World, settings: Settings) -> None:
        self.set = applicationset
        self.manifest: Mapping[str, Any] = applicationset.manifest
        self.spec: Mapping[str, Any] = self.manifest.get("spec") or {}
        self.metadata: Mapping[str, Any] = self.manifest.get("metadata") or {}
        self.world = RecordingWorld(world)
        self.settings = settings
        self.found = _Found()
        # By identity, which holds as long as the list of Applications does.
        self.templates: dict[int, RenderedTemplate] = {}

    def run(self) -> Expansion | UnknownExpansion:
        try:
            filler = make_filler(self.set, self.world)
        except AnswerMissingError as error:
            self.found.error(error)
            return self._unknown()
        except ArgosyError as error:
            return Expansion(findings=(error.finding(),), inputs=self.world.inputs, failed=Phase.LOAD)
        template = self.spec.get("template") or {}
        context = Context(
            world=self.world,
            settings=self.settings,
            application_set=str(self.metadata.get("name", "")),
            project=str((template.get("spec") or {}).get("project", "")),
            dialect=filler.name,
            render=filler,
            fill_spec=GeneratorFiller(filler, self.set.position_in_text),
            locate=self.set.position,
            locate_in_text=self.set.position_in_text,
            generators=GENERATORS,
        )
        generated = self._generate(context)
        applications = self._render(generated, filler, template)
        parameters = tuple(each for one in generated for each in one.parameters)
        if self.found.missing:
            return self._unknown()
        if self.found.findings:
            return self._expansion((), applications, Phase.GENERATE, parameters)
        return self._validated(applications, parameters)

    def _generate(self, context: Context) -> list[Generated]:
        generated: list[Generated] = []
        for index, entry in enumerate(self.spec.get("generators") or ()):
            try:
                generated += transform(entry, ("spec", "generators", index), context)
            except ArgosyError as error:
                self.found.error(error)
        return generated

    def _render(
        self, generated: Sequence[Generated], filler: Filler, template: Mapping[str, Any]
    ) -> list[Application]:
        applications: list[Application] = []
        for each in generated:
            tree = merge_templates(each.template, template) if each.template else dict(template)
            place = TemplatePlace(each.path, each.template, self.set)
            try:
                rendered = RenderedTemplate(tree, self.set, filler, place, self._namespace)
            except ArgosyError as error:
                if each.parameters:
                    self.found.error(error)
                continue
            for parameters in each.parameters:
                try:
                    application = rendered.application(parameters)
                except ArgosyError as error:
                    self.found.error(error)
                    continue
                applications.append(application)
                self.templates[id(application)] = rendered
        return applications

    @property
    def _namespace(self) -> str:
        return str(self.metadata.get("namespace") or self.settings.namespace)

    def _validated(
        self, applications: Sequence[Application], parameters: tuple[Parameters, ...]
    ) -> Expansion | UnknownExpansion:
        clusters = None
        if self.settings.strict_destinations:
            answer = self.world.clusters()
            if isinstance(answer, Unknown):
                self.found.missing.append(AnswerMissingError(answer, self.set.position(("spec", "template"))))
                return self._unknown()
            clusters = answer.value
        name = str(self.metadata.get("name", ""))
        steps: tuple[tuple[Phase, Callable[[Sequence[Application]], Mapping[int, Finding]]], ...] = (
            (
                Phase.VALIDATE,
                partial(
                    validation_findings, set_name=name, projects=self.world.projects(), clusters=clusters
                ),
            ),
            (Phase.CREATE, admission_findings),
        )
        failed = None
        kept = list(applications)
        for phase, check in steps:
            faults = check(kept)
            if faults:
                failed = failed or phase
                self.found.findings += dict.fromkeys(faults.values())  # one may speak of several
                kept = [each for each in kept if id(each) not in faults]
        # Argo CD normalizes after its checks: an empty project is a fault before it would become `default`.
        normal = [self.templates[id(each)].normalized(each) for each in kept]
        return self._expansion(normal, applications, failed, parameters)

    def _expansion(
        self,
        applications: Sequence[Application],
        generated: Sequence[Application],
        failed: Phase | None,
        parameters: tuple[Parameters, ...],
    ) -> Expansion:
        return Expansion(
            applications=tuple(applications),
            generated=tuple(generated),
            findings=self._findings(),
            inputs=self.world.inputs,
            failed=failed,
            parameters=parameters,
        )

    def _findings(self) -> tuple[Finding, ...]:
        hidden = sum(self.found.failures.values()) - min(len(self.found.failures), _SHOWN_FAILURES)
        if hidden <= 0:
            return tuple(self.found.findings)
        more = Finding(
            "more-failures",
            Severity.NOTE,
            f"{hidden} more parameter set{' fails' if hidden == 1 else 's fail'} in this set",
            self.set.position(("spec", "generators")),
        )
        return (*self.found.findings, more)

    def _unknown(self) -> UnknownExpansion:
        first = self.found.missing[0]
        missing = tuple(each.finding(Severity.NOTE) for each in self.found.missing)
        return UnknownExpansion(
            first.unknown.reason,
            first.unknown.hint,
            first.unknown.code,
            findings=self._findings(),
            inputs=self.world.inputs,
            missing=tuple(dict.fromkeys(missing)),
        )
