"""What `validate -o sarif` prints fits the schema that the standard's committee publishes.

The schema comes with a Go module that tests itself by it; nothing of it is kept here.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft4Validator

from argosy.cli.main import argosy

_MODULE = "github.com/securego/gosec/v2@v2.30.0"
_FILE = "report/sarif/testdata/sarif-schema-2.1.0.json"
_FOLDERS = sorted((Path(__file__).parents[1] / "fixtures" / "validate").glob("*/repo"))


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Draft4Validator:
    """Skips where there is no Go or where the module cannot be had."""
    if shutil.which("go") is None:
        pytest.skip("there is no go to get the schema with")
    command = ["go", "mod", "download", "-json", _MODULE]
    done = subprocess.run(command, cwd=tmp_path_factory.mktemp("go"), capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"the schema cannot be had: {done.stdout}{done.stderr}")
    text = (Path(json.loads(done.stdout)["Dir"]) / _FILE).read_text()
    return Draft4Validator(json.loads(text))


@pytest.mark.parametrize("folder", _FOLDERS, ids=[each.parent.name for each in _FOLDERS])
def test_findings_fit_the_schema(
    folder: Path, schema: Draft4Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    printed = CliRunner().invoke(argosy, ["validate", "-o", "sarif"]).stdout
    if printed:
        log: dict[str, Any] = json.loads(printed)
        assert [each.message for each in schema.iter_errors(log)] == []
