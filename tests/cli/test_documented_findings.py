"""Every class of finding has a golden folder, and its page shows what a command really prints there.

A page says what is wrong by a finding as one of the golden folders has it; a fragment of YAML or of a
template before it stands in a file of the same folder. Nothing is run here: `test_golden_commands` does.
After its `--rewrite-golden`, the same flag brings the pages up to date.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

import pytest

from argosy.cli.main import COMMANDS
from argosy.schemas.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "findings"
GOLDEN = [
    file for name in COMMANDS for file in sorted((ROOT / "tests/fixtures" / name).glob("*/expected.txt"))
]
FINDING = re.compile(r"(argosy|\S.*:\d+:\d+): (error|warning|note): .* \[([a-z-]+)\]")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Printed(NamedTuple):
    """A finding as a golden folder has it: with its place, or the program's name where none is to blame."""

    case: Path
    code: str
    lines: list[str]


def printed_in(golden: Path) -> Iterator[Printed]:
    lines = golden.read_text().splitlines()
    for start, line in enumerate(lines):
        if match := FINDING.fullmatch(line):
            end = next((at for at in range(start + 1, len(lines)) if not lines[at].startswith("  ")), start)
            yield Printed(golden.parent, match[3], lines[start:end])


PRINTED = [each for golden in GOLDEN for each in printed_in(golden)]


def test_every_class_of_finding_has_a_golden_folder() -> None:
    assert {each.code for each in PRINTED} == CATALOGUE.keys()


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_example_of_a_page_is_what_a_golden_folder_has(code: str, request: pytest.FixtureRequest) -> None:
    page = PAGES / f"{code}.md"
    if request.config.getoption("--rewrite-golden"):
        bring_up_to_date(page)
    *fragments, said = blocks(page)
    same = [each for each in PRINTED if (each.code, each.lines) == (code, said)]
    assert same, "the last block of the example is no finding with this code in any golden folder"
    for fragment in fragments:
        assert any(holds(each.case, fragment) for each in same), "\n".join(fragment)


def blocks(page: Path) -> list[list[str]]:
    """The lines of the fenced blocks of a page, up to what is to be done."""
    what, _, _ = page.read_text().partition("\n## What to do\n")
    return [text.splitlines() for _, text in FENCED.findall(what)]


def bring_up_to_date(page: Path) -> None:
    """Puts the finding into the example that is most like the one that it has."""
    said = "\n".join(blocks(page)[-1])
    of_code = ["\n".join(each.lines) for each in PRINTED if each.code == page.stem]
    nearest = max(of_code, key=lambda text: SequenceMatcher(None, said, text).ratio())
    page.write_text(page.read_text().replace(f"```\n{said}\n```", f"```\n{nearest}\n```"))


def holds(case: Path, fragment: list[str]) -> bool:
    """Whether a file of the case has these lines, indented by as much as you like."""
    texts = (file.read_text(errors="replace") for file in case.rglob("*") if file.is_file())
    return any(has_lines(text.splitlines(), fragment) for text in texts)


def has_lines(lines: list[str], fragment: list[str]) -> bool:
    for start in range(len(lines) - len(fragment) + 1):
        margin = len(lines[start]) - len(lines[start].lstrip())
        if lines[start : start + len(fragment)] == [" " * margin + each for each in fragment]:
            return True
    return False
