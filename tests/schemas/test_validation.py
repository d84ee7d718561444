"""Golden folders `fixtures/validation/<what-is-special>/`: `input.yaml`, and `expected.txt` as
`print_finding` shows it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from argosy.schemas.printing import finding_as_json, print_finding
from argosy.schemas.structure import refusals
from argosy.schemas.validation import kind_of, validate
from argosy.schemas.yaml_reader import read_documents

CASES = Path(__file__).parent.parent / "fixtures" / "validation"


@pytest.mark.parametrize("case", sorted(one.name for one in CASES.iterdir()))
def test_every_mistake_is_named_at_its_place(case: str, golden: Callable[[Path, str], None]) -> None:
    text = (CASES / case / "input.yaml").read_text()
    lines = text.split("\n")
    documents = read_documents(text, "input.yaml")
    findings = [finding for document in documents for finding in validate(document)]
    shown = [print_finding(one, lambda _file, line: lines[line - 1]) for one in findings]
    golden(CASES / case / "expected.txt", "".join(f"{one}\n\n" for one in shown))


@pytest.mark.parametrize("case", sorted(one.name for one in CASES.iterdir()))
def test_what_the_api_server_refuses_is_found_with_the_same_words(case: str) -> None:
    for document in read_documents((CASES / case / "input.yaml").read_text(), "input.yaml"):
        kind = kind_of(document.value)
        if kind is None:
            continue
        refused = {(one.code, one.message) for one in refusals(kind, document.value)}
        assert refused <= {(one.code, one.message) for one in validate(document)}


def test_the_schema_library_is_imported_only_when_something_is_validated() -> None:
    script = (
        "import sys\n"
        "from argosy.schemas.validation import validate\n"
        "from argosy.schemas.yaml_reader import read_documents\n"
        "def validated(kind):\n"
        "    text = 'apiVersion: argoproj.io/v1alpha1\\nkind: ' + kind\n"
        "    return validate(*read_documents(text, 'x'))\n"
        "validated('Workflow')\n"
        "assert 'jsonschema' not in sys.modules\n"
        "assert len(validated('Application')) == 2\n"
        "assert 'jsonschema' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_findings_are_plain_data_for_machines() -> None:
    text = "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: x}\nspec: {sourceRepo: []}\n"
    (document,) = read_documents(text, "p.yaml")
    assert json.loads(json.dumps([finding_as_json(one) for one in validate(document)])) == [
        {
            "code": "unknown-field",
            "severity": "error",
            "message": "unknown field `sourceRepo` in `spec`",
            "file": "p.yaml",
            "line": 4,
            "column": 8,
            "endLine": 4,
            "endColumn": 18,
            "hint": "did you mean `sourceRepos`?",
            "fix": {
                "title": "`sourceRepo` is `sourceRepos` now",
                "edits": [
                    {
                        "text": "sourceRepos",
                        "file": "p.yaml",
                        "line": 4,
                        "column": 8,
                        "endLine": 4,
                        "endColumn": 18,
                    }
                ],
            },
        }
    ]
