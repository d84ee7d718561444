"""Which parameters a field of a template may speak of."""

import pytest

from argosy.generators.template_names import names_read


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{.env.name}}-{{ .app }}", ["env.name", "app"]),
        ("{{ env.paths.0 }}", ["env.paths.0"]),
        ("{{ env.paths[0] }}", ["env.paths.0"]),
        ("{{ env['a-b'].c }}", ["env.a-b.c"]),
        ('{{ $.env.name | default "no.name" }}', ["env.name", "default"]),
        ("{% if env.large %}x{% endif %}", ["if", "env.large", "endif"]),
        ('{{ index .hosts 1 }}-{{ (index . "a-b" 0).c }}', ["hosts.1", "a-b.0.c"]),
        ('{{ index $.a "b" | upper }}', ["a.b", "upper"]),
        ("{{ toJson . }}", ["", "toJson"]),
        ("{{ $name | index $ }}", ["", "name", "index"]),
        ("no.braces", []),
        ('{{ "unclosed', []),
    ],
)
def test_names_stand_between_braces_and_not_in_quotes(text: str, names: list[str]) -> None:
    assert [".".join(map(str, each)) for each in names_read({"a": [text]}, ("a", 0))] == names


def test_a_mapping_speaks_of_what_its_texts_speak_of() -> None:
    tree = {"spec": {"destination": {"server": "{{.server}}", "namespace": "{{.name}}"}}}
    assert list(names_read(tree, ("spec", "destination"))) == [("server",), ("name",)]


def test_a_field_that_the_template_does_not_have_speaks_of_nothing() -> None:
    assert list(names_read({"spec": {}}, ("spec", "source", "path"))) == []
