"""Templates that would take for ever or fill the memory end in an error, quickly."""

import time

import pytest

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate import render_text

DOUBLED = "{{$l := list 1}}{{range until 60}}{{$l = list $l $l}}{{end}}"
BOMBS = {
    "nested-loops": "{{range until 100000}}{{range until 100000}}x{{end}}{{end}}",
    "a-number": "{{range 1000000000}}x{{end}}",
    "repeat": '{{repeat 1000000000 "x"}}',
    "until": "{{until 1000000000}}",
    "endless-recursion": '{{define "r"}}{{template "r" .}}{{end}}{{template "r" .}}',
    "wide-recursion": '{{define "r"}}{{if .}}{{template "r" (rest .)}}{{template "r" (rest .)}}{{end}}{{end}}'
    '{{template "r" (until 30)}}',
    "doubled-text": '{{$x := "aaaaaaaa"}}{{range until 100}}{{$x = print $x $x}}{{end}}{{$x}}',
    "doubled-list": "{{$l := list 1}}{{range until 100}}{{$l = concat $l $l}}{{end}}",
    "shared-list-printed": DOUBLED + "{{$l}}",
    "shared-list-as-json": DOUBLED + "{{toJson $l}}",
    "shared-list-as-yaml": DOUBLED + "{{toYaml $l}}",
    "shared-list-formatted": DOUBLED + '{{printf "%d" $l}}',
    "shared-list-compared": DOUBLED + "{{deepEqual $l $l}}",
    "map-in-itself": '{{set . "x" .}}',
    "slow-function": '{{range until 1000}}{{derivePassword 1 "long" "a" "b" "c"}}{{end}}',
    "large-arguments": '{{$x := repeat 8000000 "a"}}{{range until 100000}}{{upper $x | len}}{{end}}',
    "many-matches": '{{regexFindAll "a" (repeat 1000000 "a") -1 | len}}',
    "wide-verb": '{{range until 100}}{{printf "%1000000d" 1}}{{end}}',
    "deep-parentheses": "{{" + "(" * 3000 + "1" + ")" * 3000 + "}}",
    "deep-loops": "{{range 1}}" * 30 + "x" + "{{end}}" * 30,
    "long-number": "{{" + "9" * 5000 + "}}",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_ends_in_an_error(bomb: str) -> None:
    started = time.process_time()
    with pytest.raises(TemplateError):
        render_text(bomb, {"a": 1.0})
    assert time.process_time() - started < 30


def test_what_real_templates_need_is_far_below_the_limits() -> None:
    assert render_text("{{range until 1000}}{{range until 100}}x{{end}}{{end}}", {}) == "x" * 100_000


def test_numbers_of_thousands_of_digits_are_read() -> None:
    digits = "9" * 10_000
    assert render_text(f'{{{{atoi "{digits}"}}}} {{{{int "{digits}"}}}}', {}) == "9223372036854775807 0"
