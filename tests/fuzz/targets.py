"""What the fuzzers call: each target takes bytes and may do anything but fail in a way that is not foreseen.

A target returns, or raises what is a bug. `SEEDS` gives each target's corpus: texts of the fixtures, and what
lies in `corpus/<target>/`.
"""

import contextlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as File

from click.testing import CliRunner

from argosy.cli.main import argosy
from argosy.cli.manifest_world import ManifestWorld
from argosy.cli.offline_world import OfflineWorld
from argosy.compiler.app_of_apps import Hierarchy
from argosy.compiler.templating import fasttemplate, gotemplate, jinja
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.validation import validate_documents
from argosy.generators.globbing import BadPatternError, doublestar, path_match, pathspec
from argosy.schemas.finding import ArgosyError
from argosy.schemas.knowledge import Unknown
from argosy.schemas.position import Path
from argosy.schemas.printing import print_finding
from argosy.schemas.yaml_reader import read_documents, read_value
from argosy.sources.template_places import TemplatePlaces

__all__ = ["SEEDS", "TARGETS"]

FIXTURES = File(__file__).parents[1] / "fixtures"
VALUES = {"s": "text é", "n": 3.5, "t": True, "z": None, "l": ["a", 1.0, None], "m": {"a": {"b": "c"}}}
CLUSTERS = """
apiVersion: v1
kind: Secret
metadata: {name: dev, labels: {argocd.argoproj.io/secret-type: cluster, env: dev}}
stringData: {name: dev, server: https://dev.example.com}
"""


class Lookup:
    """No repository is known."""

    def path_state(self, repo_url: str, revision: str, path: str) -> Unknown:
        return Unknown("no repository")

    def __getattr__(self, name: str) -> Callable[..., Unknown]:
        return lambda *_, **__: Unknown("no repository")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def yaml(data: bytes) -> None:
    """The YAML reader; positions of what it read exist."""
    with contextlib.suppress(ArgosyError):
        for document in read_documents(data, "fuzzed.yaml"):
            document.position(("spec", "generators", 0))
            tuple(document.duplicate_keys())


def go_template(data: bytes) -> None:
    """Go templates, parsed and rendered."""
    with contextlib.suppress(TemplateError):
        gotemplate.render_text(_text(data), dict(VALUES))


def other_templates(data: bytes) -> None:
    """The other two dialects."""
    for dialect in (fasttemplate, jinja):
        with contextlib.suppress(TemplateError):
            dialect.render_text(_text(data), dict(VALUES))


def globs(data: bytes) -> None:
    """Patterns, the part before the first line break, and a path."""
    pattern, _, path = _text(data).partition("\n")
    for glob in (path_match, pathspec, doublestar):
        with contextlib.suppress(BadPatternError):
            assert glob(pattern)(path) in (True, False)


def specifications(data: bytes) -> None:
    """Everything that `validate` does with a file: schema, generators (matrix, merge), templates, checks."""
    try:
        documents = read_documents(data, "fuzzed.yaml")
    except ArgosyError:
        return
    clusters = ManifestWorld(read_documents(CLUSTERS, "clusters.yaml"), "argocd", "clusters.yaml")
    world = OfflineWorld(clusters, lambda *_: Unknown("no repository"), {})
    lines = _text(data).splitlines()
    found = validate_documents(documents, world, lambda _: Unknown("not rendered"), Lookup())  # type: ignore[arg-type]
    assert isinstance(found.hierarchy, Hierarchy)
    for each in found.findings:
        print_finding(each, lambda _, line: lines[line - 1] if 0 < line <= len(lines) else None)


def commands(data: bytes) -> None:
    """The commands themselves on a file: whatever it holds, they end with a status and no traceback."""
    with tempfile.TemporaryDirectory() as folder:
        file = File(folder) / "fuzzed.yaml"
        file.write_bytes(data)
        for arguments in (
            ["compile", str(file), "-o", "json"],
            ["compile", "--recursive", str(file), "-o", "tree"],
            ["validate", str(file), "-o", "sarif"],
            ["template", str(file), "--data", str(file)],
        ):
            result = CliRunner().invoke(argosy, arguments)
            if result.exception is not None and not isinstance(result.exception, SystemExit | ArgosyError):
                raise result.exception


def chart_templates(data: bytes) -> None:
    """Lines of a chart's template; the value is what a document of it is without its actions."""
    text = _text(data)
    with contextlib.suppress(ArgosyError):
        value = read_value(re.sub(r"\{\{.*?\}\}", "x", text, flags=re.DOTALL))
        if isinstance(value, dict):
            places = TemplatePlaces(text, "fuzzed.yaml").of(value)
            assert places.span.line <= places.span.end_line
            for path in (("kind",), ("metadata", "name"), ("metadata", "labels", "app"), *_paths(value)):
                position = places.field(path)
                assert position is None or position.line <= text.count("\n") + 1


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, below in entries:
        yield (*path, step)
        yield from _paths(below, (*path, step))


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "yaml": yaml,
    "go-template": go_template,
    "other-templates": other_templates,
    "chart-templates": chart_templates,
    "globs": globs,
    "specifications": specifications,
    "commands": commands,
}


def _sets() -> Iterator[bytes]:
    for file in sorted((FIXTURES / "applicationsets").glob("*/appset.yaml")):
        yield file.read_bytes()


def _templates() -> Iterator[bytes]:
    for file in sorted((FIXTURES / "go-templates").rglob("*.json")):
        for case in json.loads(file.read_text())["cases"]:
            yield case["template"].encode("utf-8", "surrogatepass")


def _charts() -> Iterator[bytes]:
    for file in sorted((FIXTURES / "validate").rglob("templates/*.yaml")):
        yield file.read_bytes()


def _patterns() -> Iterator[bytes]:
    for pattern in (
        "apps/*",
        "**/x",
        "a/**/b",
        "[a-c]?",
        "{a,b}/*.yaml",
        "[!x]",
        "\\*",
        "[[:alpha:]]",
        "a{b,c{d,e}}",
    ):
        yield f"{pattern}\napps/web/x.yaml".encode()


SEEDS: Mapping[str, Callable[[], Iterator[bytes]]] = {
    "yaml": _sets,
    "go-template": _templates,
    "other-templates": _templates,
    "chart-templates": _charts,
    "globs": _patterns,
    "specifications": _sets,
    "commands": _sets,
}
