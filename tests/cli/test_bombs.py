"""Specifications that would fill the memory or never end give a finding within 2 seconds and 300 MiB."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DATA_IN_A_LIST = (
    '{{$x := printf "[%s0]" (repeat 90000 "0,")}}{{$l := list}}'
    "{{range until 1000}}{{$l = append $l (fromJson $x)}}{{end}}"
)
COPIES = "{{$k := list}}{{range until 5000}}{{$k = append $k (append $l 1)}}{{end}}"
DOUBLED = "{{$l := list 1}}{{range until 60}}{{$l = list $l $l}}{{end}}"
RECURSION = '{{define "r"}}{{if .}}{{template "r" (rest .)}}{{template "r" (rest .)}}{{end}}{{end}}'
GO = {
    "nested loops": "{{range until 100000}}{{range until 100000}}x{{end}}{{end}}",
    "a large number": "{{range 1000000000}}x{{end}}",
    "repeat": '{{repeat 1000000000 "x"}}',
    "until": "{{until 1000000000}}",
    "recursion": '{{define "r"}}{{template "r" .}}{{end}}{{template "r" .}}',
    "wide recursion": RECURSION + '{{template "r" (until 30)}}',
    "doubled text": '{{$x := "aaaaaaaa"}}{{range until 100}}{{$x = print $x $x}}{{end}}{{$x}}',
    "doubled list": "{{$l := list 1}}{{range until 100}}{{$l = concat $l $l}}{{end}}",
    "shared list, printed": DOUBLED + "{{$l}}",
    "shared list, as YAML": DOUBLED + "{{toYaml $l}}",
    "shared list, compared": DOUBLED + "{{deepEqual $l $l}}",
    "lists in a list": "{{$l := list}}{{range until 1000}}{{$l = append $l (until 400000)}}{{end}}",
    "texts in a list": '{{$l := list}}{{range until 1000}}{{$l = append $l (repeat 8000000 "x")}}{{end}}',
    "copies in a list": "{{$l := until 400000}}" + COPIES,
    "data in a list": DATA_IN_A_LIST,
    "many variables": "{{$l := until 400000}}" * 100,
    "slow function": '{{range until 1000}}{{derivePassword 1 "long" "a" "b" "c"}}{{end}}',
    "large arguments": '{{$x := repeat 8000000 "a"}}{{range until 100000}}{{upper $x | len}}{{end}}',
    "wide verb": '{{range until 100}}{{printf "%1000000d" 1}}{{end}}',
    "deep parentheses": "{{" + "(" * 3000 + "1" + ")" * 3000 + "}}",
}
SHARED = "{% set n = namespace(l=[1]) %}{% for i in range(40) %}{% set n.l = [n.l, n.l] %}{% endfor %}"
JINJA = {
    "loop": "{% for a in range(100000000) %}x{% endfor %}!",
    "nested loops": "{% for a in range(10000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}!",
    "empty loops": "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}!",
    "product": "{{ 'x' * 1000000000 }}",
    "power": "{{ 9 ** 99999999 }}",
    "recursive macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}!",
    "macros that call macros": "{% macro m0(x) %}{{ x }}{{ x }}{% endmacro %}"
    + "".join(f"{{% macro m{n}(x) %}}{2 * f'{{{{ m{n - 1}(x) }}}}'}{{% endmacro %}}" for n in range(1, 40))
    + "{{ m39('') }}!",
    "joined": "{% set a = 'x' * 8000000 %}" + 9 * "{% set a = a ~ a ~ a %}" + "{{ a | length }}!",
    "shared list, printed": SHARED + "{{ n.l }}!",
    "shared list, kept": SHARED + "{{ n.l | string }}",
    "shared list, in a text": SHARED + "{{ '%s' % n.l }}!",
    "width": "{{ 'x' | center(1000000000) }}!",
    "width of a field": "{{ '{:{}}'.format(1, 1000000000) }}!",
    "width of an indentation": "{{ 'x' | indent(1000000000, true) }}!",
    "replaced": "{{ ('x' * 1000000) | replace('x', 'y' * 1000000) }}!",
    "list of a long text": "{{ ['x' * 8000000] * 1000 }}!",
    "list of a long text, joined": "{{ (['x' * 8000000] * 1000) | join }}!",
    "slices": "{{ [1] | slice(100000000) | list | length }}!",
    "widths of many": "{{ (['x'] * 1000) | map('center', 1000000) | list | length }}!",
    "lists of many": "{{ ([range(100000) | list] * 100000) | map('list') | list | length }}!",
    "many long texts": "{% set n = namespace(l=[]) %}{% for i in range(2000) %}"
    "{% set n.l = n.l + ['x' * 1000000] %}{% endfor %}{{ n.l | length }}!",
    "sum of lists": "{{ ([[1] * 1000] * 100000) | sum(start=[]) | length }}!",
    "wrapped": "{{ ('x ' * 4000000) | wordwrap(1) | length }}!",
}
KEYS = [f"k{number}" for number in range(100_000)]
LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
MERGES = "b: &b {a: 1}\nc0: &c0 {}\n" + "".join(
    f"c{n}: &c{n} {{<<: [*c{n - 1}, *b], k{n}: 1}}\n" for n in range(1, 3000)
)
HEAD = """apiVersion: argoproj.io/v1alpha1
kind: Application # argosy: ignore missing-path -- known
"""
SET = """metadata: {name: bomb, namespace: argocd}
spec:
  template:
    metadata: {name: one}
    spec:
      project: default
      source: {repoURL: https://git.example.com/a.git, path: a}
      destination: {name: b}
  generators:
"""
YAML = {
    "nested mappings": "metadata: " + "{a: " * 50_000,
    "nested lists": "metadata: " + "[" * 200_000,
    "nested blocks": "".join(" " * n + "a:\n" for n in range(1, 3000)),
    "nested items": "m: \n" + "- " * 100_000,
    "nested keys": "? " * 100_000,
    "a billion laughs": LAUGHS,
    "a chain of merges": MERGES,
    "a chain of merges that doubles": MERGES.replace("*b", "*c0") + "spec: {<<: *c2999}\n",
    "anchors": "".join(f"{key}: &{key} 1\n" for key in KEYS),
    "unknown fields": "".join(f"{key}: 1\n" for key in KEYS),
    "duplicate keys": "k: 1\n" * 50_000,
    "duplicate keys in a line": "a: {" + "b: 1, " * 100_000 + "}",
    "lists as keys": "a: {" + "[b]: 1, " * 100_000 + "}",
    "wrong items": "spec:\n  sources: [" + "1, " * 50_000 + "]\n",
    "items without a value": "spec:\n  sources:\n" + "  - helm:\n" * 5_000,
    "surprising elements": SET + "  - list:\n      elements:\n" + "      - a: on\n" * 10_000,
    "a patch of unknown fields": SET
    + "  - list: {elements: [{a: b}]}\n  goTemplate: true\n  templatePatch: |\n"
    + "".join(f"    {key}: 1\n" for key in KEYS[:10_000]),
    "a long line": "a: " + "x" * 5_000_000,
    "a long key": "x" * 100_000 + ": 1",
    "quotes": "a: '" + "''" * 1_000_000,
    "escapes": 'a: "' + "\\u0041" * 500_000 + '"',
    "folded lines": "a: >\n" + "  x\n" * 300_000,
    "tags": "a: " + "!!str " * 100_000,
    "a long number": "a: " + "9" * 1_000_000,
    "a large exponent": "a: 1e" + "9" * 100_000,
    "a number to the base of sixty": "a: " + "1:" * 200_000 + "1",
    "control characters": "a: \0" * 10,
    "empty documents": "---\n" * 200_000,
    "exceptions for one line": "# argosy: ignore missing-path -- known\n" * 50_000 + "a: 1\n",
    "exceptions without a code": "# argosy: ignore\n" * 50_000 + "a: 1\n",
    "exceptions for unknown codes": "".join(f"# argosy: ignore {key} -- known\n" for key in KEYS[:50_000]),
    "braces": "a: " + "{{" * 100_000,
    "template comments": "a: " + "{{/* " * 100_000,
    "template actions": "a: 1\n" + "{{ x\n" * 50_000,
}
CHILD = """
import json, sys, time
from click.testing import CliRunner
from argosy.cli.main import argosy
started = time.process_time()
result = CliRunner().invoke(argosy, ["validate", sys.argv[1], "-o", "json"])
took = time.process_time() - started
# Its own peak: `ru_maxrss` would also count what the parent had when it forked.
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"status": result.exit_code, "seconds": took, "mebibytes": peak / 1024,
                  "found": json.loads(result.stdout), "error": repr(result.exception)}))
"""


def applicationset(template: str, dialect: str) -> str:
    """A set whose Application has the template as an annotation; JSON, which is YAML."""
    jinja = dialect == "jinja2"
    value = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {
            "name": "bomb",
            "annotations": {"argosy.dev/template-engine": "jinja2"} if jinja else {},
        },
        "spec": {
            "goTemplate": not jinja,
            "generators": [{"list": {"elements": [{"a": "1"}]}}],
            "template": {
                "metadata": {"name": "bomb", "annotations": {"text": template}},
                "spec": {
                    "project": "default",
                    "source": {"repoURL": "https://git.example.com/a.git", "path": "a"},
                    "destination": {"server": "https://kubernetes.default.svc"},
                },
            },
        },
    }
    return json.dumps(value)


CASES = [
    *((name, text, "go") for name, text in GO.items()),
    *((name, text, "jinja2") for name, text in JINJA.items()),
]


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(
    ("name", "text", "dialect"), CASES, ids=[f"{dialect}, {name}" for name, _, dialect in CASES]
)
def test_a_bomb_in_a_template_is_a_finding(name: str, text: str, dialect: str, tmp_path: Path) -> None:
    outcome, codes = validated(applicationset(text, dialect), tmp_path)
    assert "template-error" in codes
    assert outcome["seconds"] < 2
    assert outcome["mebibytes"] < 300


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("text", YAML.values(), ids=YAML)
def test_a_bomb_in_yaml_is_a_finding(text: str, tmp_path: Path) -> None:
    head = HEAD.replace("Application", "ApplicationSet") if text.startswith(SET) else HEAD
    outcome, codes = validated(head + text, tmp_path)
    assert codes
    assert outcome["seconds"] < 2
    assert outcome["mebibytes"] < 300


def validated(text: str, folder: Path) -> tuple[dict[str, Any], set[str]]:
    """What the child says of a text, and the codes of its errors; the text has some."""
    file = folder / "bomb.yaml"
    file.write_text(text)
    command = [sys.executable, "-c", CHILD, str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    outcome = json.loads(run.stdout)
    assert outcome["status"] == 1, outcome
    assert outcome["error"] == "SystemExit(1)"
    return outcome, {each["code"] for each in outcome["found"]["findings"] if each["severity"] == "error"}
