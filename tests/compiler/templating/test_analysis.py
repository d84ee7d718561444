"""What templates read and call is found without rendering them."""

from argosy.compiler.templating.analysis import IRREPRODUCIBLE, fields_read, functions_called, uses_everything
from argosy.compiler.templating.gotemplate.functions import functions


def test_functions_are_listed_with_the_texts_that_call_them() -> None:
    tree = {"a": "{{ .x | lower | trunc 3 }}", "b": ["{{ now }}", "{{if eq (lower .y) `z`}}{{end}}"]}
    called = functions_called(tree)
    assert called["lower"] == (("a",), ("b", 1))
    assert called["now"] == (("b", 0),)
    assert set(called) == {"lower", "trunc", "now", "eq"}


def test_fields_are_followed_through_with_and_variables() -> None:
    text = "{{.a.b}}{{$.c}}{{with .d}}{{.e}}{{$.f}}{{end}}{{$v := .g}}{{$v.h}}{{index .i `k`}}"
    expected = {("a", "b"), ("c",), ("d",), ("d", "e"), ("f",), ("g",), ("g", "h"), ("i",)}
    assert set(fields_read(text)) == expected


def test_the_elements_of_a_loop_are_no_parameters() -> None:
    assert set(fields_read("{{range .l}}{{.name}}{{end}}{{range $k, $v := .m}}{{$v.x}}{{$k}}{{end}}")) == {
        ("l",),
        ("m",),
    }


def test_templates_are_followed_where_they_are_called() -> None:
    assert set(fields_read('{{define "t"}}{{.x}}{{$.y}}{{end}}{{template "t" .a}}')) >= {
        ("a", "x"),
        ("a", "y"),
    }


def test_taking_all_parameters_is_noticed() -> None:
    assert uses_everything({"a": "{{ toYaml . }}"})
    assert uses_everything({"a": "{{ range $k, $v := $ }}{{ end }}"})
    assert not uses_everything({"a": "{{ .a }}{{ with .b }}{{ . }}{{ end }}"})


def test_the_irreproducible_functions_exist() -> None:
    assert set(functions()) >= IRREPRODUCIBLE
