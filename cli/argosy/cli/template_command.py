"""`argosy template`: tries a template on data, or answers a file of recorded cases."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn, cast

import click

from argosy.cli.beside import FolderMacros
from argosy.cli.failure import ExitStatus
from argosy.cli.finding_output import line_reader, shown
from argosy.cli.reading import no_text, read_json
from argosy.compiler.dialect import Choice, Filler
from argosy.compiler.templating.dialects import DIALECTS
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.yaml_text import read_go_yaml
from argosy.compiler.text_places import place_in_text
from argosy.generators.parameters import floats
from argosy.schemas.finding import ArgosyError
from argosy.schemas.position import Position
from argosy.schemas.yaml_writer import write_yaml

__all__ = ["command"]

_STDIN = "<stdin>"


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

    In the dialect jinja2 it may import files that lie beside it (with `-`: in the current folder), and a
    template that is nothing but one expression gives its value, shown as YAML.

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
    if data is not None and data.name == file.name == _STDIN:
        raise click.UsageError("template and data cannot both come from standard input")
    template = _read(file)
    try:
        given = _given(data, dialect)
        made = _filler(file, Choice(dialect, options))(template, given)
    except (GoError, TemplateError) as error:
        _refuse(error, file if isinstance(error, TemplateError) else data, template, output)
    if output == "json":
        _print({"output": made})
    else:
        click.echo(made if isinstance(made, str) else write_yaml(made), nl=False)


def _read(file: IO[str]) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as error:
        raise no_text(error, file.name) from error


def _given(data: IO[str] | None, dialect: str) -> Mapping[str, object]:
    """The parameters. Raises `GoError` for data that cannot be read."""
    values = read_go_yaml(_read(data)) if data is not None else None
    if dialect != "go":
        values = {} if values is None else values
        if not isinstance(values, Mapping):
            raise GoError("the data is no map of parameters")
    # The top of Go's data need be no map: `{{.}}` of a number is a template like any other.
    return cast(Mapping[str, object], values)


def _filler(file: IO[str], choice: Choice) -> Filler:
    folder = Path() if file.name == _STDIN else Path(file.name).parent
    return Filler(choice, FolderMacros(folder).load if choice.name == "jinja2" else None)


def _refuse(error: GoError | TemplateError, file: IO[str] | None, template: str, output: str) -> NoReturn:
    """Says what is wrong with the data or the template, where it stands, and ends the command."""
    name = file.name if file else ""
    if output == "json":
        _print(_error_answer(error))
    elif isinstance(error, GoError):
        click.echo(f"argosy: {name}: {error}", err=True)
    else:
        line, column, length = place_in_text(template, error) or (1, 1, 0)
        error.position = Position(name, line, column, line, column + length)
        files, lines = line_reader(), template.splitlines()

        def read_line(file: str, line: int) -> str | None:
            return lines[line - 1] if file == name and line <= len(lines) else files(file, line)

        click.echo(shown(error.finding(), read_line), err=True)
    raise SystemExit(ExitStatus.FINDINGS)


def _read_cases(path: Path) -> list[dict[str, object]]:
    cases = read_json(path.read_bytes(), str(path))
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise ArgosyError(
            "expected a list of objects", position=Position(str(path), 1, 1), code="invalid-answer"
        )
    return cases


def _answer(case: Mapping[str, object]) -> dict[str, str]:
    """What one case gives, in the form that the recorded answers have."""
    name = str(case.get("dialect") or "go")
    if name not in DIALECTS:
        return {"error": f"unknown dialect {name}", "errorStage": "parse"}
    options = cast(Sequence[str], case.get("options") or ())
    try:
        values = cast(Mapping[str, object], _values(case))
        return {"output": DIALECTS[name].render_text(str(case.get("template", "")), values, options)}
    except (GoError, TemplateError) as error:
        return _error_answer(error)


def _error_answer(error: GoError | TemplateError) -> dict[str, str]:
    if isinstance(error, TemplateError):
        return {"error": error.go_text, "errorStage": error.stage}
    return {"error": str(error), "errorStage": "data"}


def _values(case: Mapping[str, object]) -> object:
    if case.get("dataYaml") is not None:
        return read_go_yaml(str(case["dataYaml"]))
    return floats(case.get("data"))


def _print(answer: object) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
