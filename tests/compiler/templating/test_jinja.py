"""The dialect jinja2: types of single expressions, strictness, the sandbox, and where an error stands."""

import subprocess
import sys

import pytest

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.jinja import Jinja, compile_tree, render_text
from argosy.schemas.position import Position


def failure(tree: object, values: dict[str, object]) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        compile_tree(tree)(values)
    return caught.value


def test_a_text_that_is_one_expression_keeps_its_type() -> None:
    tree = {"n": "{{ n }}", "l": "{{ l }}", "s": "n={{ n }}", "{{ k }}": "{{ l | length }}", "raw": 1}
    assert compile_tree(tree)({"n": 3, "l": [1], "k": "key"}) == {
        "n": 3,
        "l": [1],
        "s": "n=3",
        "key": 1,
        "raw": 1,
    }


@pytest.mark.parametrize("expression", ["10 ** 100000", "[-(10 ** 400)]", "{'a': 1e308 * 10}"])
def test_a_number_that_nothing_can_write_is_an_error(expression: str) -> None:
    error = failure({"n": f"{{{{ {expression} }}}}"}, {})
    assert "no number that YAML and JSON can hold" in error.message
    assert error.path == ("n",)
    assert compile_tree({"n": "{{ 2 ** 70 }}"})({}) == {"n": 2**70}


def test_a_single_text_is_always_text() -> None:
    assert render_text("{{ n }}", {"n": 3}) == "3"


@pytest.mark.parametrize("text", ["{{ nope }}", "x {{ nope }}", "{% if nope %}{% endif %}"])
def test_what_is_undefined_is_an_error_with_path_and_line(text: str) -> None:
    error = failure({"a": ["ok {{ n }}", "\n" + text]}, {"n": 1})
    assert (error.stage, error.path, error.line) == ("execute", ("a", 1), 2)
    assert "'nope' is undefined" in error.go_text


def test_bad_syntax_is_an_error_of_parsing() -> None:
    error = failure({"a": "x\n{{ n"}, {})
    assert (error.stage, error.path, error.line) == ("parse", ("a",), 2)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ().__class__.__mro__ }}",
        "x{{ ''.__class__ }}",
        "{{ l.append(2) }}",
        "x{{ 'a' * 10 ** 9 }}",
        "x{{ 10 ** (10 ** 10) }}",
        "x{% for i in range(10 ** 9) %}{% endfor %}",
    ],
)
def test_the_sandbox_refuses(text: str) -> None:
    assert failure({"a": text}, {"l": [1]}).stage == "execute"


def test_blocks_of_the_same_name_in_two_texts_do_not_meet() -> None:
    text = "{% block a %}{{ n }}{% endblock %}"
    assert compile_tree([text, text])({"n": 1}) == ["1", "1"]


def test_a_value_with_the_separator_stays_whole() -> None:
    assert compile_tree(["x{{ a }}", "y{{ a }}"])({"a": "1\x1e2"}) == ["x1\x1e2", "y1\x1e2"]


def test_jinja_is_not_imported_for_other_dialects() -> None:
    code = (
        "import sys; from argosy.compiler.templating.dialects import DIALECTS;"
        "DIALECTS['go'].render_text('{{.a}}', {}); DIALECTS['fasttemplate'].render_text('{{a}}', {});"
        "assert not {'jinja2', 're2', 'cryptography', 'bcrypt'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_two_expressions_between_one_pair_of_braces_are_a_text() -> None:
    assert render_text("{{ a, b }}", {"a": 1, "b": 2}) == "(1, 2)"


def test_a_filter_that_does_not_exist_is_an_error_of_the_template() -> None:
    with pytest.raises(TemplateError, match="No filter named 'nothing'"):
        render_text("{{ a | nothing }}", {"a": 1})


def test_loops_that_are_counted_know_where_they_are() -> None:
    template = "{% for a in l %}{{ loop.index }}/{{ loop.length }}{{ a }}{% else %}none{% endfor %}"
    assert render_text(template, {"l": ["x", "y"]}) == "1/2x2/2y"
    assert render_text(template, {"l": []}) == "none"
    tree = [{"n": "a", "c": [{"n": "b"}]}]
    nested = (
        "{% for k in t recursive %}{{ k.n }}{% if k.c is defined %}({{ loop(k.c) }}){% endif %}{% endfor %}"
    )
    assert render_text(nested, {"t": tree}) == "a(b)"


FILES = {
    "host.j2": "{% macro host(name) %}{{ name }}.example.com{% endmacro %}",
    "deep/more.j2": "{% from 'host.j2' import host %}"
    "{% macro both(name) %}{{ host(name) }},{{ host('b') }}{% endmacro %}",
    "rounds.j2": "{% macro m() %}{% for i in range(9999) %}{% for j in range(9999) %}"
    "{% endfor %}{% endfor %}{% endmacro %}",
    "loop.j2": "{% import 'loop.j2' as m %}",
    "broken.j2": "\n{% macro %}",
}


def load(name: str) -> tuple[str, str]:
    if name not in FILES:
        raise LookupError(f"{name} is not here")
    return FILES[name], f"macros/{name}"


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("{% import 'host.j2' as m %}{{ m.host(n) }}", "a.example.com"),
        ("{% from 'host.j2' import host as h %}{{ h(n) }}", "a.example.com"),
        ("{% from 'deep/more.j2' import both %}{{ both(n) }}", "a.example.com,b.example.com"),
        ("{% include 'none.j2' ignore missing %}{{ n }}!", "a!"),
    ],
)
def test_every_text_may_import(text: str, gives: str) -> None:
    tree = {"a": text, "b": "{{ n }}", text: 1}
    assert Jinja(load).compile_tree(tree)({"n": "a"}) == {"a": gives, "b": "a", gives: 1}


@pytest.mark.parametrize(
    ("name", "words", "place"),
    [
        ("none.j2", "none.j2 is not here", None),
        ("broken.j2", "expected token", Position("macros/broken.j2", 2, 1)),
        ("loop.j2", "calls itself without end", None),
    ],
)
def test_what_cannot_be_imported_is_an_error_of_the_text_that_imports(
    name: str, words: str, place: Position | None
) -> None:
    with pytest.raises(TemplateError) as caught:
        Jinja(load).compile_tree({"a": ["x\n{% import '" + name + "' as m %}"]})({})
    assert (caught.value.path, caught.value.line) == (("a", 0), 2)
    assert words in caught.value.go_text
    assert place is None or place in [each.position for each in caught.value.related]


def test_rounds_of_imported_macros_count() -> None:
    with pytest.raises(TemplateError, match="rounds"):
        Jinja(load).compile_tree({"a": "{% import 'rounds.j2' as m %}{{ m.m() }}"})({})


def test_without_files_nothing_can_be_imported() -> None:
    error = failure({"a": "{% import 'host.j2' as m %}{{ m.host(1) }}"}, {})
    assert "cannot be imported" in error.go_text


@pytest.mark.parametrize(
    "text", ["{% set x = 1 %}", "{% macro x() %}{% endmacro %}", "{%- import 'host.j2' as x -%}"]
)
def test_what_one_text_defines_is_unknown_to_the_others(text: str) -> None:
    with pytest.raises(TemplateError, match="'x' is undefined") as caught:
        Jinja(load).compile_tree({"a": text, "b": "x: {{ x }}"})({})
    assert caught.value.path == ("b",)


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("{{ 'a' ~ 1 ~ [2] }}", "a1[2]"),
        ("{{ ['a', 'b'] | join('-') }}{{ users | join(',', attribute='name') }}", "a-bx,y"),
        ("{{ '%s-%d' | format('a', 3) }}{{ '{0}{1:>3}'.format('a', 'b') }}", "a-3a  b"),
        ("{{ 'x' | center(5) }}|{{ 'x'.ljust(3) }}|{{ 'a b' | wordwrap(1) }}", "  x  |x  |a\nb"),
        ("{{ 'a.b' | replace('.', '-') }}{{ 'a'.replace('a', 'c') }}{{ 'x\ny' | indent(2) }}", "a-bcx\n  y"),
        ("{{ [1, 2, 3] | batch(2) | list }}{{ {'a': [1]} | tojson }}!", '[[1, 2], [3]]{"a": [1]}!'),
        ("{{ [[1], [2, 3]] | sum(start=[0]) }}{{ [1, 2] | sum }}!", "[0, 1, 2, 3]3!"),
        ("{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call m(1) %}2{% endcall %}", "12"),
    ],
)
def test_bounds_change_nothing_else(text: str, gives: str) -> None:
    assert render_text(text, {"users": [{"name": "x"}, {"name": "y"}]}) == gives
