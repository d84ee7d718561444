"""`argosy validate --fix`: writes the safe answers to findings into their files, or shows them."""

import difflib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from argosy.cli.finding_output import sorted_findings
from argosy.schemas.finding import ArgosyError, Finding
from argosy.schemas.fixing import Fixed, fix_text

__all__ = ["echo_difference", "fix_files"]


def fix_files(findings: Sequence[Finding], texts: Mapping[str, str]) -> int:
    """Writes the fixes of findings, says each on stderr, and gives their number.

    `texts` are the files as they were read: one that has changed since, or whose bytes are not plain UTF-8,
    is left alone. Raises `ArgosyError` for a file that cannot be written.
    """
    count = 0
    for file, fixed in _fixed(findings, texts):
        if not _write(Path(file), texts[file].encode(), fixed.text.encode()):
            click.echo(f"{file}: not fixed: the file has changed, or is not plain UTF-8", err=True)
            continue
        for finding in fixed.done:
            assert finding.fix is not None
            click.echo(f"{finding.position}: fixed: {finding.fix.title} [{finding.code}]", err=True)
        count += len(fixed.done)
    return count


def echo_difference(findings: Sequence[Finding], texts: Mapping[str, str]) -> None:
    """Prints what `fix_files` would change, as a unified diff that `git apply` and `patch` understand."""
    for file, fixed in _fixed(findings, texts):
        old, new = texts[file].splitlines(keepends=True), fixed.text.splitlines(keepends=True)
        for line in difflib.unified_diff(old, new, f"a/{file}", f"b/{file}"):
            click.echo(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", nl=False)


def _fixed(findings: Sequence[Finding], texts: Mapping[str, str]) -> list[tuple[str, Fixed]]:
    by_file: dict[str, list[Finding]] = {}
    for finding in sorted_findings(findings):
        if finding.fix is not None and finding.position is not None and finding.position.file in texts:
            by_file.setdefault(finding.position.file, []).append(finding)
    fixed = [(file, fix_text(texts[file], file, each)) for file, each in by_file.items()]
    return [(file, each) for file, each in fixed if each.done]


def _write(path: Path, before: bytes, after: bytes) -> bool:
    """Replaces a file as a whole, if it is still what it was."""
    target = path.resolve()
    try:
        if target.read_bytes() != before:
            return False
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(after)
            shutil.copymode(target, temporary)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ArgosyError(f"cannot write {path}: {error.strerror}", code="unreadable-file") from error
    return True
