"""The dialect fasttemplate: only string parameters go in, all else stays as it is spelled."""

import pytest

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.fasttemplate import compile_tree, render_text, tags, unresolved_tags


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{name}}", "prod"),
        ("{{  name\t}}-{{name}}", "prod-prod"),
        ("{{ missing }}", "{{ missing }}"),
        ("{{number}}{{flag}}{{none}}", "{{number}}{{flag}}{{none}}"),
        ("{{nested}}", "{{name}}"),
        ("{{}}{{ }}", "{{}}{{ }}"),
        ("{{\nname\n}}", "{{\nname\n}}"),
        ("{{\nname\n}}{{name}}", "prodprod"),
        ("{{name", "{{name"),
        ("}}{{name}}", "}}prod"),
        ("{{{name}}}", "{{{name}}}"),
    ],
)
def test_tags_are_replaced_as_argo_cd_does(template: str, expected: str) -> None:
    values = {"name": "prod", "number": 3.0, "flag": True, "none": None, "nested": "{{name}}", "": "empty"}
    assert render_text(template, values) == expected


def test_keys_are_rendered_and_other_values_stay() -> None:
    assert compile_tree({"{{a}}": [1, None, "{{a}}-{{b}}"]})({"a": "x"}) == {"x": [1, None, "x-{{b}}"]}


def test_a_tag_that_is_not_closed_is_an_error_with_its_place() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_tree({"a": ["ok", "{{name}}\n {{"]})
    error = caught.value
    assert (error.stage, error.path, error.line, error.column) == ("parse", ("a", 1), 2, 2)
    assert 'Cannot find end tag="}}"' in error.go_text


def test_unresolved_tags_are_listed_with_their_paths() -> None:
    tree = {"a": "{{ x }}{{y}}", "{{z}}": "plain"}
    assert tags(tree) == ((("a",), "x"), (("a",), "y"), (("{{z}}",), "z"))
    assert unresolved_tags(tree, {"x": "1", "y": 2.0}) == ((("a",), "y"), (("{{z}}",), "z"))
