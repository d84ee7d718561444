"""Whole manifests in the Go dialect: what is rendered, what is left alone, and where an error stands."""

import pytest

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate import compile_tree, render_text
from argosy.generators.go_values import RawJson, StringMap


def failure(tree: object, values: dict[str, object], options: tuple[str, ...] = ()) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        compile_tree(tree, options)(values)
    return caught.value


def test_every_text_and_key_is_rendered_and_other_values_stay() -> None:
    tree = {"{{.k}}": ["{{.v}}", 1, 2.5, True, None, {"plain": "text }}"}]}
    assert compile_tree(tree)({"k": "key", "v": "value"}) == {
        "key": ["value", 1, 2.5, True, None, {"plain": "text }}"}]
    }


def test_each_rendering_gives_objects_of_its_own() -> None:
    render = compile_tree({"a": {"b": []}})
    first, second = render({}), render({})
    assert first == second
    assert isinstance(first, dict) and isinstance(second, dict)
    assert first["a"] is not second["a"] and first["a"]["b"] is not second["a"]["b"]


def test_equal_trees_with_other_types_are_not_confused() -> None:
    assert compile_tree({"a": 1})({}) == {"a": 1}
    assert compile_tree({"a": True})({}) == {"a": True}
    rendered = compile_tree({"a": True})({})
    assert isinstance(rendered, dict) and rendered["a"] is True


def test_an_error_of_execution_names_path_line_and_column() -> None:
    error = failure({"spec": {"list": ["ok", "é\n x{{ .name.sub }}"]}}, {"name": "n"})
    assert (error.stage, error.path, error.line, error.column) == ("execute", ("spec", "list", 1), 2, 11)
    assert error.go_text == (
        'template: base:2:10: executing "base" at <.name.sub>: can\'t evaluate field sub in type interface {}'
    )


def test_an_error_of_parsing_names_path_and_line() -> None:
    error = failure({"metadata": {"name": "\n{{ .name | nope }}"}}, {})
    assert (error.stage, error.path, error.line) == ("parse", ("metadata", "name"), 2)


def test_an_error_in_a_key_names_the_path_of_its_value() -> None:
    assert failure({"labels": {"{{.a.b.c}}": "x"}}, {"a": {"b": None}}).path == ("labels", "{{.a.b.c}}")


def test_the_same_template_in_two_places_names_the_failing_one() -> None:
    tree = {"first": "{{$x := 1}}", "second": "{{.zz}}"}
    assert failure(tree, {}, ("missingkey=error",)).path == ("second",)


def test_an_unknown_option_is_a_panic_after_the_texts_were_read() -> None:
    assert failure("x", {}, ("bogus=1",)).stage == "panic"
    assert failure("{{", {}, ("bogus=1",)).stage == "parse"


def test_the_last_option_wins() -> None:
    assert render_text("{{.zz}}", {}, ("missingkey=error", "missingkey=default")) == "<no value>"


def test_a_map_of_strings_is_not_what_has_key_takes() -> None:
    error = failure("{{hasKey .labels `a`}}", {"labels": StringMap(a="b")})
    assert "expected map[string]interface {}; got map[string]string" in error.go_text


def test_texts_are_rendered_in_the_order_of_the_manifest() -> None:
    tree = {"a": "{{ $_ := set .m `x` 1 }}", "b": "{{ .m.x }}"}
    assert compile_tree(tree)({"m": {}}) == {"a": "", "b": "1"}


def test_bytes_that_are_no_text_come_out_as_replacement_characters() -> None:
    assert render_text("{{ trunc 2 .name }}", {"name": "hé"}) == "h\ufffd"
    assert render_text("{{ trunc 2 .name }}{{ substr 2 3 .name }}", {"name": "hé"}) == "hé"
    assert render_text("{{ .x }}", {"x": "\ud800"}) in ("\ud800", "\ufffd")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ .raw }}", "{[34 97 34]}"),
        ("{{ .raw | toJson }}", '"a"'),
        ("{{ .raw.Raw }}", "[34 97 34]"),
        ("{{ .raw.Raw | toString }}", '"a"'),
        ('{{ printf "%s %T" .raw.Raw .raw }}', '"a" v1.JSON'),
        ("{{ kindOf .raw }}", "struct"),
    ],
)
def test_raw_json_is_a_struct_with_bytes(template: str, text: str) -> None:
    assert compile_tree(template)({"raw": RawJson('"a"')}) == text
