"""What fuzzers found once stays mended: every input that is kept in the corpus is played again."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
FOUND = sorted(CORPUS.glob("*/*"))


def test_each_folder_of_the_corpus_belongs_to_a_target() -> None:
    assert {file.parent.name for file in FOUND} <= set(TARGETS)


@pytest.mark.parametrize("file", FOUND, ids=[f"{file.parent.name}/{file.name}" for file in FOUND])
def test_an_input_that_once_crashed_does_so_no_more(file: Path) -> None:
    TARGETS[file.parent.name](file.read_bytes())
