"""A validation of one file stays short: it imports nothing heavy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures" / "applicationsets"
HEAVY = ("kubernetes", "aiohttp", "jinja2", "rich", "git", "jsonschema", "msgspec", "ruamel")
PROGRAM = f"""
import json, sys
from argosy.cli.main import main
sys.argv = ["argosy", "validate", sys.argv[1]]
try:
    main()
except SystemExit as done:
    print(json.dumps([done.code, [name for name in {HEAVY!r} if name in sys.modules]]))
"""


@pytest.mark.parametrize("case", ["list-fast-values", "list-go-empty-element", "go-normalize"])
def test_validating_one_file_imports_nothing_heavy(case: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, FIXTURES / case / "appset.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [0, []]
