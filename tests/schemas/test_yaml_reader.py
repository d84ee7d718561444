"""Reading YAML agrees with sigs.k8s.io/yaml, whose recorded answers are in `fixtures/go-yaml/read.json`."""

import gc
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from argosy.schemas.yaml_reader import DEPTH_LIMIT, YamlError, read_documents, read_value

GO_YAML = Path(__file__).parent.parent / "fixtures" / "go-yaml"
RECORDED: list[dict[str, Any]] = json.loads((GO_YAML / "read.json").read_text())


def as_json(value: Any) -> Any:
    """Numbers beyond 64 bits lose digits on their way through JSON; compare them as Go does, as floats."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return float(value)
    return value


def error_of(text: str | bytes) -> YamlError:
    with pytest.raises(YamlError) as raised:
        read_documents(text, "set.yaml")
    return raised.value


@pytest.mark.parametrize("case", RECORDED, ids=[case["name"] for case in RECORDED])
def test_a_text_reads_as_go_reads_it(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(YamlError) as raised:
            read_value(case["yaml"])
        assert raised.value.position is not None
    else:
        found = as_json(read_value(case["yaml"]))
        assert json.dumps(found, sort_keys=True) == json.dumps(as_json(case["json"]), sort_keys=True)


def test_integral_floats_are_integers_to_kubernetes() -> None:
    value = read_value("[1.0, 1e3, 1.5, 1e30]")
    assert [type(one) for one in value] == [int, int, float, float]  # type: ignore[attr-defined]  # a list


def test_several_documents_keep_their_number_and_empty_ones_are_left_out() -> None:
    documents = read_documents("---\n# nothing\n---\na: 1\n---\n---\nb: 2\n...\n", "x.yaml")
    assert [(one.index, one.value) for one in documents] == [(1, {"a": 1}), (3, {"b": 2})]


def test_anchors_end_with_their_document() -> None:
    assert str(error_of("a: &x 1\n---\nb: *x\n")) == "no anchor `&x` stands before the alias `*x`"


def test_each_alias_has_a_value_of_its_own() -> None:
    value: Any = read_value("a: &x {k: [1]}\nb: *x\nc: {<<: *x}\n")
    value["a"]["k"].append(2)
    assert value["b"] == {"k": [1]}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: 1\nb:\n\tc: 1\n", "set.yaml:3:1", "a tab stands where only spaces may"),
        ("a: 1\nb: @x\n", "set.yaml:2:4", 'a value may not begin with "@"'),
        ("a: b: c\n", "set.yaml:1:5", "found `:` where no key can stand"),
        ("a: 'b\n", "set.yaml:2:1", "a quoted text is not closed before the end"),
        ("a: {{ name }}\n", "set.yaml:1:5", "a key must be text, a number or a boolean; found a mapping"),
        ("a: !!int x\n", "set.yaml:1:4", "cannot read `x` as a !!int"),
        ("a:\n  ~: 1\n", "set.yaml:2:3", "a key must be text, a number or a boolean; found nothing"),
        ("é: .inf\n", "set.yaml:1:4", "`.inf` is a number that JSON, and so Kubernetes, cannot hold"),
        (
            "ok: 1\n---\nb: [\n",
            "set.yaml:4:1",
            "did not find expected node content while parsing a flow node",
        ),
        ("é: 1\nb: \x07\n", "set.yaml:2:4", "character U+0007 may not stand in YAML"),
        ("a: \ud800\n", "set.yaml:1:4", "character U+D800 is half of a surrogate pair"),
    ],
)
def test_a_mistake_is_named_at_its_place(text: str, place: str, message: str) -> None:
    error = error_of(text)
    assert (str(error.position), error.message) == (place, message)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: 'b\n", "add the closing quote to the text begun in line 1, column 4"),
        ("a: {{name}}-x\n", "a template such as {{name}} that begins a value must stand in quotes"),
        ("a: 1\nb: {{.x}}-y: [\n", "a template such as {{name}} that begins a value must stand in quotes"),
        ("a: [1, 2\nb: 3\n", "look at what was begun in line 1, column 4"),
        ("a: b: c\n", "put a value that contains `: ` in quotes; check the indentation"),
    ],
)
def test_a_mistake_comes_with_what_to_do(text: str, hint: str) -> None:
    assert error_of(text).hint == hint


def test_bytes_that_are_not_utf_8_are_named_at_their_place() -> None:
    error = error_of("a: é\nb: ".encode() + b"\xff\n")
    assert (str(error.position), error.message) == ("set.yaml:2:4", "byte 0xff is not valid UTF-8")


def test_byte_order_marks_choose_the_encoding() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        assert read_value("a: é".encode(encoding)) == {"a": "é"}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "\n".join(" " * depth + "a:" for depth in range(3000)),
        "- " * 3000 + "x",
        "? " * 3000,
    ],
    ids=["lists", "mappings", "block", "dashes", "keys"],
)
def test_deep_nesting_is_an_error_with_a_place(text: str) -> None:
    started = time.perf_counter()
    error = error_of(text)
    assert error.message == f"collections are nested more than {DEPTH_LIMIT} deep"
    assert time.perf_counter() - started < 2


def test_the_deepest_nesting_can_be_read_and_asked_for_places() -> None:
    (document,) = read_documents("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT, "x")
    assert document.position((0,) * (DEPTH_LIMIT - 1)).column == DEPTH_LIMIT
    assert not list(document.duplicate_keys())


def test_aliases_cannot_nest_deeper_than_the_limit() -> None:
    half = DEPTH_LIMIT // 2 + 1
    text = f"a: &a {'[' * half}{']' * half}\nb: {'[' * half}*a{']' * half}\n"
    assert error_of(text).message == f"collections are nested more than {DEPTH_LIMIT} deep"


BOMBS = {
    "laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)),
    "wide": "a: &a [" + "x," * 9000 + "x]\n" + "".join(f"k{i}: *a\n" for i in range(5000)),
    "merges": "a: &a {"
    + ",".join(f"k{i}: {{}}" for i in range(2000))
    + "}\n"
    + "".join(f"m{i}: {{<<: *a}}\n" for i in range(5000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_an_alias_bomb_is_an_error_within_two_seconds_and_300_mib(name: str, tmp_path: Path) -> None:
    file = tmp_path / "bomb.yaml"
    file.write_text(BOMBS[name])
    script = (
        "import sys, time\n"
        "from argosy.schemas.yaml_reader import read_documents, YamlError\n"
        "started = time.process_time()\n"
        "try: read_documents(open(sys.argv[1]).read(), 'bomb.yaml')\n"
        "except YamlError as error: print(error.message)\n"
        "print(time.process_time() - started)\n"
        # Its own peak: `ru_maxrss` would also count what the parent had when it forked.
        "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')))\n"
    )
    run = subprocess.run([sys.executable, "-c", script, file], capture_output=True, text=True, check=True)
    message, seconds, kibibytes = run.stdout.splitlines()
    assert message.startswith("aliases expand to more than ")
    assert float(seconds) < 2
    assert int(kibibytes) < 300 * 1024


def test_reading_leaves_the_garbage_collector_as_it_was() -> None:

    assert gc.isenabled()
    with pytest.raises(YamlError):
        read_value("[")
    assert gc.isenabled()
