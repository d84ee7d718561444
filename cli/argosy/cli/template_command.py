"""`argosy template`: tries a template on data, or answers a file of recorded cases."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, cast

import click

from argosy.cli.failure import ExitStatus
from argosy.compiler.templating.dialects import DIALECTS
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.yaml_text import read_go_yaml
from argosy.generators.parameters import floats
from argosy.schemas.finding import ArgosyError
from argosy.schemas.position import Position

__all__ = ["command"]


@click.command("template")
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
@click.option("--data", type=click.File("r", encoding="utf-8"), help="The parameters: YAML or JSON.")
@click.option("--dialect", type=click.Choice(sorted(DIALECTS)), default="go", show_default=True)
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="Such as missingkey=error.")
@click.option(
    "--cases",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A JSON list of {id, template, data or dataYaml, options, dialect}; prints what each gives.",
)
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    file: IO[str] | None,
    data: IO[str] | None,
    dialect: str,
    options: tuple[str, ...],
    cases: Path | None,
    output: str,
) -> None:
    """Render the template in FILE (`-` is standard input) with the parameters of --data.

    With -o json the answer is {"output": …} or {"error": …, "errorStage": …}; with --cases a list of
    them with ids. The stage says what failed: data, parse, execute or panic (an unknown option).
    Exit status 1: the template cannot be read or rendered.
    """
    if (file is None) == (cases is None):
        raise click.UsageError("give either a template's FILE or --cases")
    if cases is not None:
        if output != "json":
            raise click.UsageError("--cases needs -o json")
        _print([{"id": case.get("id"), **_answer(case)} for case in _read_cases(cases)])
        return
    assert file is not None
    case: dict[str, object] = {"template": _read(file), "options": options, "dialect": dialect}
    if data is not None:
        case["dataYaml"] = _read(data)
    answer = _answer(case)
    if output == "json":
        _print(answer)
    elif "output" in answer:
        click.echo(answer["output"], nl=False)
    else:
        click.echo(f"argosy: {_place(case, answer, file, data)}{answer['error']}", err=True)
    if "error" in answer:
        raise SystemExit(ExitStatus.FINDINGS)


def _read(file: IO[str]) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as error:
        raise ArgosyError(
            f"{file.name} is not UTF-8 text: {error.reason} at byte {error.start}", code="unreadable-file"
        ) from error


def _place(case: Mapping[str, object], answer: Mapping[str, str], file: IO[str], data: IO[str] | None) -> str:
    name = data.name if answer["errorStage"] == "data" and data is not None else file.name
    return f"{name}: " if case.get("template") else ""


def _read_cases(path: Path) -> list[dict[str, object]]:
    try:
        cases = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ArgosyError(f"not JSON: {error}", position=Position(str(path), 1, 1)) from error
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise ArgosyError("expected a list of objects", position=Position(str(path), 1, 1))
    return cases


def _answer(case: Mapping[str, object]) -> dict[str, str]:
    """What one case gives, in the form that the recorded answers have."""
    try:
        values = _values(case)
    except GoError as error:
        return {"error": str(error), "errorStage": "data"}
    name = str(case.get("dialect") or "go")
    if name not in DIALECTS:
        return {"error": f"unknown dialect {name}", "errorStage": "parse"}
    options = cast(Sequence[str], case.get("options") or ())
    try:
        # The top of the data need be no mapping here: `{{.}}` of a number is a template like any other.
        text = DIALECTS[name].render_text(
            str(case.get("template", "")), cast(Mapping[str, object], values), options
        )
    except TemplateError as error:
        return {"error": error.go_text, "errorStage": error.stage}
    return {"output": text}


def _values(case: Mapping[str, object]) -> object:
    if case.get("dataYaml") is not None:
        return read_go_yaml(str(case["dataYaml"]))
    return floats(case.get("data"))


def _print(answer: object) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
