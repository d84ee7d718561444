"""`argosy.yaml` and comments for the commands: reads them where the findings' files are read.

Every command that reports findings does it by `judge` or `echo`.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from os import path
from pathlib import Path

from argosy.cli.finding_output import echo_findings
from argosy.cli.reading import unreadable
from argosy.cli.repositories import Standing, Uncommitted
from argosy.compiler.exceptions.configuration import FILE_NAME, Configuration, read_configuration
from argosy.compiler.exceptions.judgement import Judgement, judge
from argosy.generators.controller_parameters import ControllerParameters
from argosy.schemas.finding import ArgosyError, Finding

__all__ = ["Excepting"]


class Excepting:
    """What a repository has decided about findings.

    `texts` are files that have been read already. Without a repository `argosy.yaml` is looked for in the
    folder that one stands in.
    """

    def __init__(self, standing: Standing, here: Path, texts: Mapping[str, str] | None = None) -> None:
        self._standing = standing
        self._here = here
        self._root = standing.root or here
        self._texts = texts or {}

    def judge(
        self,
        findings: Iterable[Finding],
        *,
        files: Iterable[str] = (),
        complete: bool = False,
        unchecked: bool = False,
        keep_errors: bool = False,
    ) -> Judgement:
        """The findings that are left, with the severities that the repository wants; see `judgement.judge`.

        Raises `ArgosyError` where `argosy.yaml` is there and cannot be read.
        """
        return judge(
            findings,
            self._configuration,
            self.text_of,
            self._name_of,
            files=files,
            names=self._names if complete else None,
            unchecked=unchecked,
            keep_errors=keep_errors,
        )

    def echo(self, findings: Iterable[Finding]) -> None:
        """Prints to stderr what a command has to say beside its answer: every error, and what else is not
        excepted. Raises `ArgosyError` where `argosy.yaml` is there and cannot be read."""
        echo_findings(self.judge(findings, keep_errors=True).findings, text_of=self.text_of)

    def max_world_age(self, wanted: timedelta | None) -> timedelta | None:
        """How old a recorded world may be: what is wanted for this run, else what the repository says.

        Raises `ArgosyError` where `argosy.yaml` is there and cannot be read.
        """
        return wanted or self._configuration.world_max_age

    def controller_parameters(self) -> ControllerParameters:
        """How the repository says that Argo CD is set up.

        Raises `ArgosyError` where `argosy.yaml` is there and cannot be read.
        """
        return self._configuration.parameters

    def asked(self) -> frozenset[str]:
        """The codes that `argosy.yaml` switches on or sets a severity for.

        Raises `ArgosyError` where it is there and cannot be read.
        """
        severities = self._configuration.severities
        return frozenset(code for code, rules in severities.items() if any(each.severity for each in rules))

    def text_of(self, file: str) -> str | None:
        """The text of a file that findings name, in the state that is looked at; `None` without one."""
        if file in self._texts:
            return self._texts[file]
        try:
            content = self._read(file, self._place_of(file))
        except ArgosyError:
            return None
        return None if content is None else content.decode("utf-8", errors="replace")

    @property
    def _in_tree(self) -> bool:
        """Whether names of files are paths in the repository, and what counts is not the work tree."""
        return self._standing.root is not None and self._standing.state is not Uncommitted.WORK_TREE

    @cached_property
    def _configuration(self) -> Configuration:
        content = self._read(FILE_NAME, self._root / FILE_NAME)
        if content is None:
            return Configuration()
        shown = FILE_NAME if self._in_tree else path.relpath(self._root / FILE_NAME, self._here)
        return read_configuration(content, shown)

    def _read(self, name: str, file: Path) -> bytes | None:
        try:
            if self._in_tree:
                return self._standing.read("", name)
            return file.read_bytes() if file.is_file() else None
        except OSError as error:
            raise unreadable(name, error) from error

    def _names(self) -> Iterable[str]:
        """All files, as `_name_of` has them."""
        if self._standing.root is not None:
            return self._standing.tree("").files()
        return (each.relative_to(self._root).as_posix() for each in self._root.rglob("*") if each.is_file())

    def _place_of(self, file: str) -> Path:
        """A name is meant from here, or, where a generator has read the file, from the repository's root."""
        from_here = self._here / file
        return from_here if from_here.exists() else self._root / file

    def _name_of(self, file: str) -> str:
        if self._in_tree:
            return file
        return Path(path.relpath(self._place_of(file), self._root)).as_posix()
