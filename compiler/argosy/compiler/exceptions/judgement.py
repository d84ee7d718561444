"""Applies exceptions and severities to findings: the last word on what a run reports."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from argosy.compiler.exceptions.comments import LineException, comments_in, removal
from argosy.compiler.exceptions.configuration import Configuration, PathException
from argosy.schemas.catalogue import CATALOGUE
from argosy.schemas.finding import Finding, Fix, Severity
from argosy.schemas.first_findings import first_findings
from argosy.schemas.position import Position

__all__ = ["Judgement", "judge"]

_UNCHECKED = frozenset({"not-checked", "unknown", "unknown-repository"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is left to report, and how many findings an exception took away."""

    findings: tuple[Finding, ...]
    excepted: int


def judge(
    findings: Iterable[Finding],
    configuration: Configuration,
    read_text: Callable[[str], str | None],
    name_of: Callable[[str], str],
    *,
    files: Iterable[str] = (),
    names: Callable[[], Iterable[str]] | None = None,
    unchecked: bool = False,
    keep_errors: bool = False,
) -> Judgement:
    """Takes away what is excepted and gives the rest the severity that the repository wants.

    `read_text` gives a file's text, None where it cannot be read; `name_of` its name from the repository's
    root. `files` are those that were looked at, with findings or without: their comments that match nothing
    are reported. `names`, of all files from the repository's root, is given where the whole repository was
    looked at, so that `argosy.yaml` can be judged, too. `unchecked` says that something was not looked at:
    what matches nothing here may match there, so that no fix removes it. `keep_errors` leaves every error as
    it is, for commands that end because of it.
    """
    judging = _Judge(configuration, read_text, name_of, keep_errors)
    return judging.run(tuple(findings), tuple(files), names, unchecked)


class _Judge:
    def __init__(
        self,
        configuration: Configuration,
        read_text: Callable[[str], str | None],
        name_of: Callable[[str], str],
        keep_errors: bool,
    ) -> None:
        self.configuration = configuration
        self.read_text = read_text
        self.name_of = name_of
        self.keep_errors = keep_errors
        self.comments: dict[str, tuple[LineException, ...]] = {}
        self.said: list[Finding] = list(configuration.findings)
        # The places in which a code of an exception is written that matched something.
        self.used: set[Position] = set()

    def run(
        self,
        findings: Sequence[Finding],
        files: Sequence[str],
        names: Callable[[], Iterable[str]] | None,
        unchecked: bool,
    ) -> Judgement:
        kept = [each for each in findings if not self._is_excepted(each)]
        excepted = len(findings) - len(kept)
        # What could not be checked here may need its exception elsewhere.
        unchecked = unchecked or any(each.code in _UNCHECKED for each in findings)
        certain = names is not None and not unchecked
        for file in dict.fromkeys(files):
            self.said += first_findings(self._unused(self._comments(file), certain))
        if names is not None:
            self.said += self._unused(self.configuration.exceptions, certain)
            self.said += self._unused_rules(names)
        judged = [self._with_severity(each) for each in (*kept, *self.said)]
        return Judgement(tuple(each for each in judged if each is not None), excepted)

    def _is_excepted(self, finding: Finding) -> bool:
        if finding.position is None:
            return False
        matching = [*self._in_file(finding), *self._by_path(finding)]
        self.used.update(matching)
        return bool(matching) and not (self.keep_errors and finding.severity is Severity.ERROR)

    def _in_file(self, finding: Finding) -> Iterator[Position]:
        for place in finding.places:
            for each in self._comments(place.file):
                if finding.code in each.codes and each.speaks_of(place.line):
                    yield each.codes[finding.code]

    def _by_path(self, finding: Finding) -> Iterator[Position]:
        asking = [each for each in self.configuration.exceptions if finding.code in each.codes]
        if asking:
            name = self._name(finding)
            for each in asking:
                if each.covers(name):
                    yield each.codes[finding.code]

    def _comments(self, file: str) -> tuple[LineException, ...]:
        if file not in self.comments:
            text = self.read_text(file)
            self.comments[file], said = comments_in(text, file) if text is not None else ((), ())
            self.said += said
        return self.comments[file]

    def _unused(
        self, exceptions: Iterable[LineException | PathException], certain: bool
    ) -> Iterator[Finding]:
        for each in exceptions:
            for code, position in each.codes.items():
                if position not in self.used:
                    yield _unused_exception(code, position, self._removal(position) if certain else None)

    def _unused_rules(self, names: Callable[[], Iterable[str]]) -> Iterator[Finding]:
        """Severities for files that there are not, or that an earlier pattern speaks of already."""
        severities = self.configuration.severities
        wanted = {code: rules for code, rules in severities.items() if any(each.position for each in rules)}
        every = tuple(names()) if wanted else ()
        for code, rules in wanted.items():
            left = {each.position: each for each in rules}
            for name in every:
                rule = self.configuration.rule(code, name)
                left.pop(rule.position if rule else None, None)
                if not left:
                    break
            for each in left.values():
                message = f"`{each.pattern}` decides on `{code}` for no file"
                hint = "remove it, or write it before the pattern that covers its files"
                yield Finding("unused-exception", Severity.NOTE, message, each.position, hint)

    def _removal(self, code: Position) -> Fix | None:
        text = self.read_text(code.file)
        comments = [each for each in self.comments.get(code.file, ()) if code in each.codes.values()]
        return removal(text, comments[0], code) if text is not None and comments else None

    def _with_severity(self, finding: Finding) -> Finding | None:
        if self.keep_errors and finding.severity is Severity.ERROR:
            return finding
        if finding.code not in self.configuration.severities:
            return finding
        rule = self.configuration.rule(finding.code, self._name(finding))
        if rule is None:
            return None if CATALOGUE[finding.code].opt_in else finding
        return None if rule.severity is None else replace(finding, severity=rule.severity)

    def _name(self, finding: Finding) -> str:
        return self.name_of(finding.position.file) if finding.position else ""


def _unused_exception(code: str, position: Position, fix: Fix | None) -> Finding:
    message = f"nothing here has the code `{code}`"
    return Finding("unused-exception", Severity.NOTE, message, position, "remove the exception", fix=fix)
