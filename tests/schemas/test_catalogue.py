"""Every code that a finding can bear is in the catalogue and has its page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from argosy.schemas.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "findings"
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*")
MAKERS = {"Finding": 0, "Fault": 0, "_fault": 0, "Refusal": 1}
"""Calls that take a code, and as which argument."""


def codes_in(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            position = MAKERS.get(name)
            if position is not None and len(node.args) > position:
                yield from constants(node.args[position])
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield from constants(keyword.value)
        elif isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") == "code":
                    yield from constants(each.value)


def constants(node: ast.expr) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and CODE.fullmatch(each.value):
            yield each.value


def test_every_code_in_the_source_is_listed() -> None:
    found = {
        code
        for component in ("schemas", "generators", "compiler", "sources", "clusters", "reconciler", "cli")
        for file in (ROOT / component).rglob("*.py")
        for code in codes_in(file.read_text())
    }
    assert len(found) > 30
    assert found - CATALOGUE.keys() == set()


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} - {"README"} == CATALOGUE.keys()


def test_a_page_says_what_the_catalogue_says() -> None:
    for code, each in CATALOGUE.items():
        name, severity, *rest = (PAGES / f"{code}.md").read_text().split("\n\n")
        assert name == f"# {code}"
        assert severity.startswith(f"Severity: {each.severity.value}"), code
        assert "## What to do" in "\n".join(rest), code
