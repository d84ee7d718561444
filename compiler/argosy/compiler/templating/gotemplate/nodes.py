"""The syntax tree of a Go template: what the parser makes and the compiler reads.

`str(node)` is the source text that Go shows in its messages (`executing "base" at <…>`).
"""

from dataclasses import dataclass

from argosy.compiler.templating.quoting import quote

__all__ = [
    "Action",
    "Argument",
    "Bool",
    "Branch",
    "Break",
    "Chain",
    "Command",
    "Continue",
    "Dot",
    "Field",
    "Identifier",
    "Nil",
    "Node",
    "Number",
    "Pipe",
    "Statement",
    "String",
    "TemplateCall",
    "Text",
    "Variable",
]


@dataclass(slots=True, eq=False)
class Node:
    """`start` counts characters of the template from 0."""

    start: int


@dataclass(slots=True, eq=False)
class Dot(Node):
    """`.`"""

    def __str__(self) -> str:
        return "."


@dataclass(slots=True, eq=False)
class Nil(Node):
    """`nil`"""

    def __str__(self) -> str:
        return "nil"


@dataclass(slots=True, eq=False)
class Bool(Node):
    """`true` or `false`"""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


@dataclass(slots=True, eq=False)
class Number(Node):
    """A number with each reading that its text allows: `3.0` is also the integer 3 where one is wanted."""

    text: str
    integer: int | None
    unsigned: int | None
    floating: float | None
    imaginary: complex | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, eq=False)
class String(Node):
    """A string with its spelling in the template."""

    quoted: str
    value: str

    def __str__(self) -> str:
        return self.quoted


@dataclass(slots=True, eq=False)
class Field(Node):
    """`.a.b`; the start is that of the second field where there are several, as in Go."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join("." + name for name in self.names)


@dataclass(slots=True, eq=False)
class Variable(Node):
    """`$x.a.b`; the first name is the variable with its dollar."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.names)


@dataclass(slots=True, eq=False)
class Identifier(Node):
    """The name of a function."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True, eq=False)
class Chain(Node):
    """`(…).a.b`, or fields of a function's result."""

    node: "Argument"
    names: tuple[str, ...]

    def __str__(self) -> str:
        inner = f"({self.node})" if isinstance(self.node, Pipe) else str(self.node)
        return inner + "".join("." + name for name in self.names)


@dataclass(slots=True, eq=False)
class Command(Node):
    """One stage of a pipeline: a function or a value, and its arguments."""

    arguments: list["Argument"]

    def __str__(self) -> str:
        return " ".join(f"({each})" if isinstance(each, Pipe) else str(each) for each in self.arguments)


@dataclass(slots=True, eq=False)
class Pipe(Node):
    """`$x := a | b`"""

    variables: list[Variable]
    assigns: bool
    commands: list[Command]

    def __str__(self) -> str:
        stages = " | ".join(map(str, self.commands))
        if not self.variables:
            return stages
        return ", ".join(map(str, self.variables)) + (" = " if self.assigns else " := ") + stages


Argument = Dot | Nil | Bool | Number | String | Field | Variable | Identifier | Chain | Pipe


@dataclass(slots=True, eq=False)
class Text(Node):
    """Text between actions."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, eq=False)
class Action(Node):
    """`{{pipeline}}`"""

    pipe: Pipe

    def __str__(self) -> str:
        return "{{" + str(self.pipe) + "}}"


@dataclass(slots=True, eq=False)
class Branch(Node):
    """`if`, `with` or `range`; `otherwise` is None without an `else`."""

    word: str
    pipe: Pipe
    body: list["Statement"]
    otherwise: list["Statement"] | None

    def __str__(self) -> str:
        text = "{{" + f"{self.word} {self.pipe}" + "}}" + "".join(map(str, self.body))
        if self.otherwise is not None:
            text += "{{else}}" + "".join(map(str, self.otherwise))
        return text + "{{end}}"


@dataclass(slots=True, eq=False)
class TemplateCall(Node):
    """`{{template "name" pipeline}}`"""

    name: str
    pipe: Pipe | None

    def __str__(self) -> str:
        return "{{template " + quote(self.name) + (f" {self.pipe}" if self.pipe else "") + "}}"


@dataclass(slots=True, eq=False)
class Break(Node):
    """`{{break}}`"""

    def __str__(self) -> str:
        return "{{break}}"


@dataclass(slots=True, eq=False)
class Continue(Node):
    """`{{continue}}`"""

    def __str__(self) -> str:
        return "{{continue}}"


Statement = Text | Action | Branch | TemplateCall | Break | Continue
