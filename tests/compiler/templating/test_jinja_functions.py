"""Functions of Go templates in Jinja: the same results, and nothing that differs from run to run."""

import pytest

from argosy.compiler.templating import gotemplate, jinja
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.function_index import MODULES
from argosy.compiler.templating.jinja_functions import reproducible

VALUES = {
    "name": "Web Shop_v2",
    "version": "1.4.2",
    "names": ["b", "a", "b"],
    "path": "apps/web/values.yaml",
    "deep": {"a": {"b": "c"}},
    "text": "a: [1, 2]\n",
}


@pytest.mark.parametrize(
    ("in_jinja", "in_go"),
    [
        ("{{ name | trunc(3) }}!", "{{ .name | trunc 3 }}!"),
        ("{{ name | normalize }}!", "{{ normalize .name }}!"),
        ("{{ name | slugify }}!", "{{ slugify .name }}!"),
        ("{{ name | kebabcase }}!", "{{ .name | kebabcase }}!"),
        ("{{ names | uniq | toJson }}!", "{{ .names | uniq | toJson }}!"),
        ("{{ names | sortAlpha | toJson }}!", "{{ .names | sortAlpha | toJson }}!"),
        ("{{ path | base }} {{ path | dir }}", "{{ base .path }} {{ dir .path }}"),
        (
            "{{ version | semverCompare('>=1.2') }}!",
            '{{ semverCompare ">=1.2" .version }}!',
        ),
        ("{{ name | b64enc }}!", "{{ b64enc .name }}!"),
        ("{{ name | sha256sum }}!", "{{ sha256sum .name }}!"),
        ("{{ deep | toYaml }}!", "{{ toYaml .deep }}!"),
        ("{{ sprig.dig('a', 'b', 'none', deep) }}!", '{{ dig "a" "b" "none" .deep }}!'),
        ("{{ sprig.ternary('yes', 'no', true) }}!", '{{ ternary "yes" "no" true }}!'),
    ],
)
def test_a_function_gives_what_it_gives_in_go(in_jinja: str, in_go: str) -> None:
    found = jinja.render_text(in_jinja, VALUES).replace("True", "true")
    assert found == gotemplate.render_text(in_go, VALUES)


def test_jinjas_own_filters_keep_their_names() -> None:
    assert jinja.render_text("{{ names | join('-') }}!", VALUES) == "b-a-b!"
    assert jinja.render_text("{{ missing | default('x') }}!", VALUES) == "x!"


def test_a_value_keeps_its_type_through_a_filter() -> None:
    assert jinja.compile_tree({"a": "{{ text | fromYaml }}"})(VALUES) == {"a": {"a": [1, 2]}}
    assert jinja.compile_tree({"a": "{{ names | uniq }}"})(VALUES) == {"a": ["b", "a"]}


@pytest.mark.parametrize("template", ["{{ 1 | randAlpha }}", "{{ sprig.now() }}", "{{ sprig.uuidv4() }}"])
def test_what_differs_from_run_to_run_does_not_exist(template: str) -> None:
    with pytest.raises(TemplateError):
        jinja.render_text(template, {})


def test_wrong_arguments_are_said_in_plain_words() -> None:
    with pytest.raises(TemplateError, match="trunc takes a whole number, not 'x'"):
        jinja.render_text("{{ name | trunc('x') }}!", VALUES)
    with pytest.raises(TemplateError, match="trunc takes 2 arguments"):
        jinja.render_text("{{ name | trunc }}!", VALUES)


def test_most_functions_are_there() -> None:
    assert sum(map(reproducible, MODULES)) > 170
