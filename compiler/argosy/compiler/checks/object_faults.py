"""Faults of deployed objects become findings; what many Applications have from one line is said once."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from argosy.compiler.checks.subject import Deployed
from argosy.compiler.folding import listed
from argosy.schemas.finding import Finding, Related, Severity
from argosy.schemas.position import Position

__all__ = ["ObjectFault", "object_findings"]

_NAMED = 3
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class ObjectFault:
    """One thing that is wrong with an object. `message` goes on after its kind and name."""

    deployed: Deployed
    code: str
    severity: Severity
    message: str
    position: Position | None
    hint: str = ""
    related: tuple[Related, ...] = ()
    confidential: bool = False

    @property
    def mistake(self) -> object:
        """The same for the same mistake: one code, place and text, whatever Application and object it is told
        of. What stands in one line may be the first item of a list here and the second one there."""
        text = _INDEX.sub("[]", self.message_for("Application"))
        return self.code, self.severity, self.position, self.deployed.kind, text, self.hint

    @property
    def names_application(self) -> bool:
        """Whether the message itself says of which Application it speaks."""
        return self._application in self.message

    def message_for(self, applications: str) -> str:
        """The message, speaking of others than the one Application that it is told of."""
        return self.message.replace(self._application, applications)

    @property
    def _application(self) -> str:
        return listed([self.deployed.application.name])


def object_findings(faults: Iterable[ObjectFault]) -> Iterator[Finding]:
    """A finding for each mistake. It speaks of the first object, names the Applications that have it, and the
    other objects of the first of them."""
    groups: dict[object, list[ObjectFault]] = {}
    for fault in faults:
        groups.setdefault(fault.mistake, []).append(fault)
    return map(_finding, groups.values())


def _finding(sharing: Sequence[ObjectFault]) -> Finding:
    fault = sharing[0]
    deployed, related, maker = fault.deployed, fault.related, ""
    names = tuple(dict.fromkeys(name for each in sharing for name in each.deployed.applications))
    if deployed.manifest.document is None:
        related += deployed.manifest.way(deployed.application)
        if not fault.names_application:
            # Many Applications may render one template, each to other objects.
            maker = f" ({listed(names)})"
    related += _also(deployed, sharing)
    return Finding(
        fault.code,
        fault.severity,
        f"{deployed.kind} {deployed.name}{maker}{fault.message_for(listed(names))}",
        fault.position,
        fault.hint,
        related,
        fault.confidential,
        applications=names,
    )


def _also(first: Deployed, sharing: Sequence[ObjectFault]) -> tuple[Related, ...]:
    """The other objects of its Application that come from the same line, or from lines that are not known."""
    own = (each.deployed for each in sharing if each.deployed.application is first.application)
    names = [name for name in dict.fromkeys(each.name for each in own) if name != first.name]
    if not names:
        return ()
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (Related(f"the same for {first.kind} {', '.join(names[:_NAMED])}{more}"),)
