"""A place of a filled text leads back to the place of the template that made it."""

import pytest

from argosy.compiler.dialect import Choice, Filler
from argosy.generators.filled_text import FilledText, trace_filling
from argosy.schemas.position import Position

GO = """\
spec:
{{- range $name := .hosts }}
  - host: {{ $name }}.example.com
{{- end }}
{{ if .large }}
  size: "{{ .size }}" # {{/* a comment }} */}}
{{ end -}}
  values:
    {{- .block | nindent 4 }}
  last: x{{ "}}" }}y
"""
VALUES = {"hosts": ["a", "b"], "large": True, "size": 3, "block": "k: 1\nl: 2"}


def traced(template: str, dialect: str = "go") -> FilledText:
    filler = Filler(Choice(dialect))
    found = trace_filling(template, lambda text: filler(text, VALUES))
    assert found is not None
    return found


def place(text: str, word: str, number: int = 0) -> Position:
    """Where a word appears."""
    offset = -1
    for _ in range(number + 1):
        offset = text.index(word, offset + 1)
    before = text[:offset]
    line, column = before.count("\n") + 1, offset - before.rfind("\n")
    return Position("", line, column, line, column + len(word))


def span(text: str, word: str, number: int = 0) -> tuple[int, int, int]:
    at = place(text, word, number)
    return at.line, at.column, len(word)


@pytest.mark.parametrize(
    ("word", "number", "made_by"),
    [
        ("spec", 0, "spec"),
        ("host:", 0, "host:"),
        ("host:", 1, "host:"),
        ("a.example.com", 0, "{{ $name }}.example.com"),
        ("b.ex", 0, "{{ $name }}.ex"),
        (".example", 1, ".example"),
        ("3", 0, "{{ .size }}"),
        ("l: 2", 0, "{{- .block | nindent 4 }}"),
        ("}}y", 0, '{{ "}}" }}y'),
    ],
)
def test_each_place_leads_to_what_made_it(word: str, number: int, made_by: str) -> None:
    found = traced(GO)
    assert found.span(place(found.text, word, number)) == span(GO, made_by)


def test_loops_of_jinja_are_followed_too() -> None:
    template = "{% for host in hosts -%}\n  - {{ host }}{# why #}\n{% endfor %}\nend: {{ size }}"
    found = traced(template, "jinja2")
    assert found.span(place(found.text, "b")) == span(template, "{{ host }}")
    assert found.span(place(found.text, "end:")) == span(template, "end:")


def test_fasttemplate_has_lines_too() -> None:
    template = "a: {{large}}\nb: {{size}}x\n"
    filler = Filler(Choice("fasttemplate"))
    found = trace_filling(template, lambda text: filler(text, {"large": "one\ntwo", "size": "3"}))
    assert found is not None
    assert found.span(Position("", 3, 5)) == (2, 12, 0)
    assert found.span(Position("", 2, 2)) == (1, 4, 0)


def test_tags_of_a_part_are_its_own_and_those_of_the_loops_around_it() -> None:
    found = traced(GO)
    assert list(found.tags(place(found.text, "b.example"))) == [
        "{{ $name }}",
        "{{- range $name := .hosts }}",
    ]
    size = place(found.text, "size")
    assert list(found.tags(Position("", size.line, size.column))) == [
        "{{ .size }}",
        "{{/* a comment }} */}}",
    ]


@pytest.mark.parametrize(
    "template",
    ["{{ fail `no` }}", "{{ .none.of.this }}", "{{ unclosed", "\ue000", '{{ define "a" }}x{{ end }}{{ a }}'],
)
def test_what_cannot_be_filled_has_no_origin(template: str) -> None:
    filler = Filler(Choice("go", ("missingkey=error",)))
    assert trace_filling(template, lambda text: filler(text, {})) is None


def test_a_text_that_a_function_has_cut_has_no_origin() -> None:
    filler = Filler(Choice("jinja2"))
    template = "{% filter trunc(3) %}abcdef{% endfilter %}"
    assert trace_filling(template, lambda text: filler(text, {})) is None
