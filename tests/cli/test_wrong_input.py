"""Every class of wrong input has a golden folder for each command that meets it.

The folders' own tests are `test_golden_commands` and `test_golden_controller`; here nothing is run.
"""

from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent.parent / "fixtures"
COMMANDS = ("validate", "compile", "controller")
CLASSES = (
    "bad-yaml",
    "a-misspelt-field",
    "an-unknown-parameter",
    "a-missing-path",
    "a-missing-revision",
    "an-unreachable-cluster",
    "an-unknown-cluster",
    "an-unreachable-repository",
    "a-chart-that-does-not-render",
    "a-chart-that-never-ends",
    "a-cycle-of-applications",
    "two-applications-claim-one-object",
    "a-forbidden-destination",
    "a-url-that-git-must-not-see",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_a_golden_folder_for_every_class_of_wrong_input(command: str) -> None:
    there = {path.parent.name for path in (FIXTURES / command).glob("*/expected.txt")}
    assert set(CLASSES) <= there
