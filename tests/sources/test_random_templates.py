"""On random charts that the real Helm renders no field is ever led to a line that it does not come from.

Every value of a template is a word that stands there once, so that the line that it came from is known.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from argosy.schemas.position import Path, Position
from argosy.sources.rendering import Renderer

from .conftest import Checkout, Origin

_TEMPLATES = 120
_ACTIONS_ONLY = re.compile(r"(\{\{.*?\}\}\s*)+")


@dataclass
class Author:
    """Writes templates of every construct that charts are made of."""

    chance: random.Random
    count: int = 0
    values: dict[str, object] = field(default_factory=dict)
    helpers: list[str] = field(default_factory=list)

    def word(self) -> str:
        self.count += 1
        return f"word{self.count}x"

    def key(self) -> str:
        self.count += 1
        return f"key{self.count}"

    def scalar(self) -> str:
        if self.chance.random() < 0.5:
            return self.word()
        word = self.word()
        self.values[word] = word
        return self.chance.choice(["{}", '"{}"', "pre-{}"]).format(f"{{{{ $.Values.{word} }}}}")

    def condition(self) -> str:
        name = self.key()
        self.values[name] = self.chance.random() < 0.5
        return f"$.Values.{name}"

    def included(self, indent: int, *keys: str) -> str:
        name = f"helper{len(self.helpers)}"
        lines = "".join(f"{key}: {self.word()}\n" for key in keys or (self.key(), self.key()))
        self.helpers.append(f'{{{{- define "{name}" }}}}\n{lines}{{{{- end }}}}\n')
        return f'{{{{- include "{name}" . | nindent {indent} }}}}'

    def entry(self, indent: int, depth: int, key: str) -> list[str]:
        space, kind = " " * indent, self.chance.random()
        if kind < 0.5 or depth > 3:
            return [f"{space}{key}: {self.scalar()}"]
        if kind < 0.65:
            return [f"{space}{key}:", *self.mapping(indent + 2, depth + 1)]
        if kind < 0.75:
            return [f"{space}{key}: {{{self.key()}: {self.scalar()}, {self.key()}: {self.scalar()}}}"]
        if kind < 0.9:
            return [f"{space}{key}:", *self.items(indent + self.chance.choice([0, 2]), depth + 1)]
        return [f"{space}{key}: {self.included(indent + 2)}"]

    def mapping(self, indent: int, depth: int) -> list[str]:
        lines = self.entry(indent, 9, self.key())
        for _ in range(self.chance.randint(0, 3)):
            space, kind = " " * self.chance.choice([0, indent]), self.chance.random()
            key = self.key()
            if kind < 0.5:
                lines += self.entry(indent, depth, key)
            elif kind < 0.7:
                other = self.chance.choice([key, self.key()])
                lines += [f"{space}{{{{- if {self.condition()} }}}}", *self.entry(indent, depth, key)]
                lines += [
                    f"{space}{{{{- else }}}}",
                    *self.entry(indent, depth, other),
                    f"{space}{{{{- end }}}}",
                ]
            elif kind < 0.8:
                lines.append(space + self.included(indent))
            elif kind < 0.9:
                lines += [f"{space}{{{{- if {self.condition()} }}}}", space + self.included(indent, key)]
                lines += [f"{space}{{{{- else }}}}", *self.entry(indent, 9, key), f"{space}{{{{- end }}}}"]
            else:
                lines += [f"{space}{{{{- range $i := until 2 }}}}"]
                lines += [f"{' ' * indent}{key}-{{{{ $i }}}}: {self.scalar()}", f"{space}{{{{- end }}}}"]
        return lines

    def items(self, indent: int, depth: int) -> list[str]:
        lines, space, named = [], " " * indent, self.chance.random() < 0.6

        def item() -> list[str]:
            if not named:
                return [f"{space}- {self.scalar()}"]
            first = self.chance.choice(["name", "name", self.key()])
            return [f"{space}- {first}: {self.scalar()}", *self.mapping(indent + 2, depth + 1)]

        for _ in range(self.chance.randint(1, 3)):
            opening = self.chance.choice(["", "", f"if {self.condition()}", "range until 2"])
            lines += (
                [f"{space}{{{{- {opening} }}}}", *item(), f"{space}{{{{- end }}}}"] if opening else item()
            )
        return lines

    def template(self, number: int) -> str:
        head = ["apiVersion: v1", "kind: ConfigMap", "metadata:", f"  name: {{{{ .Release.Name }}}}-{number}"]
        return "\n".join([*head, "data:", *self.mapping(2, 0)]) + "\n"


@pytest.mark.parametrize("seed", range(4))
def test_a_value_is_led_to_its_own_line_or_to_what_it_lies_in(
    seed: int, origin: Origin, checkout: Checkout, renderer: Renderer
) -> None:
    author = Author(random.Random(seed))
    templates = {f"chart/templates/{number}.yaml": author.template(number) for number in range(_TEMPLATES)}
    chart = {"chart/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\n"}
    origin.commit({**chart, **templates, "chart/templates/_all.tpl": "".join(author.helpers)})
    request = checkout.request("chart", helm={"valuesObject": author.values})
    exact = 0
    for manifest in renderer.render_now(request).manifests:
        found = manifest.origin_in(request.tree)
        for path, word in _words(manifest.value["data"], ("data",)):
            position = found.position_of(path)
            assert position is not None
            lines = templates[position.file].split("\n")
            own = _lines_of(word, lines, author.helpers)
            if position.line in own:
                exact += 1
            else:
                assert set(own) & set(_block(position, lines)), (path, word, str(position), own)
    assert exact > 300


def _words(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _words(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _words(below, (*path, index))
    elif isinstance(value, str):
        yield path, value.removeprefix("pre-")


def _lines_of(word: str, lines: list[str], helpers: list[str]) -> list[int]:
    """Where a word was written, or where the helper is included that has written it."""
    marks = [word, *(f'"helper{index}"' for index, text in enumerate(helpers) if f"{word}\n" in text)]
    return [number for number, line in enumerate(lines, 1) if any(mark in line for mark in marks)]


def _block(position: Position, lines: list[str]) -> Iterator[int]:
    """The lines of what a position names: a key or an item, with all that is written below it."""
    yield position.line
    column = position.column - 1
    is_item = lines[position.line - 1][column : column + 2] == "- "
    for number, line in enumerate(lines[position.line :], position.line + 1):
        text, indent = line.strip(), len(line) - len(line.lstrip())
        is_below = indent > column or (indent == column and not is_item and text.startswith("- "))
        if text and not is_below and not _ACTIONS_ONLY.fullmatch(text):
            return
        yield number
