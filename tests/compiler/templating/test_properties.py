"""Whatever the template and the values, a dialect renders or raises `TemplateError`; nothing else."""

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argosy.compiler.templating import fasttemplate, gotemplate, jinja
from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.functions import functions
from argosy.generators.go_values import StringMap

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SLOW = {"genPrivateKey", "genCA", "genCAWithKey", "derivePassword", "bcrypt", "htpasswd"}
SLOW |= {name for name in functions() if name.startswith("gen")}
NAMES = sorted(set(functions()) - SLOW)
ATOMS = st.sampled_from(
    [
        *(f".{name}" for name in ("s", "n", "t", "z", "l", "m", "sm", "zz", "m.a", "m.a.b", "l.x")),
        ".",
        "$",
        "nil",
        '"a"',
        '"é"',
        "`x y`",
        '"1.2.3"',
        "1",
        "-2",
        "3.5",
        "'c'",
        "true",
        "0x1F",
        '""',
        '"%s"',
        '"2006-01-02"',
    ]
)
VALUES = {
    "s": "text é",
    "n": 3.5,
    "t": True,
    "z": None,
    "l": ["a", 1.0, None, [2.0]],
    "m": {"a": {"b": "c"}, "k": 1.0},
}


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    call = st.builds(
        lambda name, given: f"({' '.join([name, *given])})",
        st.sampled_from(NAMES),
        st.lists(inner, max_size=4),
    )
    return call | st.builds(lambda left, right: f"({left} | {right[1:-1]})", inner, call)


EXPRESSIONS = st.recursive(ATOMS, calls, max_leaves=6)
ACTIONS = EXPRESSIONS.map(lambda each: "{{" + each + "}}") | st.builds(
    lambda word, each, body, other: f"{{{{{word} {each}}}}}{body}{{{{else}}}}{other}{{{{end}}}}",
    st.sampled_from(["if", "with", "range", "range $i, $e :="]),
    EXPRESSIONS,
    st.sampled_from(["x", "{{.}}", "{{.a}}", "{{$x := .}}{{$x}}"]),
    st.sampled_from(["", "y"]),
)
WORDS = (
    "{{ }} {{- -}} if else end range define template with break block . $ $x := = | ( ) , \" ` ' \\ 1 0x 1e i"
)
MORE_WORDS = "\"a\" 'c' .a lower print nope /* */ é % {% %} {# for in s \x00 \ud800"
PIECES = st.sampled_from([*WORDS.split(), *MORE_WORDS.split(" "), " ", "\n"])
SOUP = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=20)


def values() -> dict[str, object]:
    return {**VALUES, "l": list(VALUES["l"]), "m": {"a": {"b": "c"}, "k": 1.0}, "sm": StringMap(a="b")}  # type: ignore[call-overload]


@QUICK
@given(st.lists(ACTIONS, min_size=1, max_size=3).map("-".join), st.sampled_from([(), ("missingkey=error",)]))
def test_calls_of_any_function_render_or_fail_as_go_does(template: str, options: tuple[str, ...]) -> None:
    with contextlib.suppress(TemplateError):
        assert isinstance(gotemplate.render_text(template, values(), options), str)


@QUICK
@given(SOUP)
def test_any_text_is_a_template_or_an_error(template: str) -> None:
    for dialect in (gotemplate, fasttemplate, jinja):
        with contextlib.suppress(TemplateError):
            assert isinstance(dialect.render_text(template, values()), str)


@QUICK
@given(st.text().filter(lambda text: "{{" not in text))
def test_text_without_actions_stays(text: str) -> None:
    assert gotemplate.render_text(text, {}) == text
    assert fasttemplate.render_text(text, {}) == text


@QUICK
@given(st.text())
def test_quoted_text_comes_out_as_it_went_in(text: str) -> None:
    assert gotemplate.render_text("{{.a}}|{{print .a}}", {"a": text}) == f"{text}|{text}"
