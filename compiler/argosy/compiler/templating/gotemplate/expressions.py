"""Writes the Python code of a Go template's pipelines: values, fields, calls and their checks.

`Expressions.here` follows Go's notion of the node at work, because that node is what its errors name.
"""

from dataclasses import dataclass, replace

from argosy.compiler.templating.gotemplate.functions import Function, functions
from argosy.compiler.templating.gotemplate.inlining import INLINE
from argosy.compiler.templating.gotemplate.nodes import (
    Argument,
    Bool,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Nil,
    Node,
    Number,
    Pipe,
    String,
    Variable,
)
from argosy.compiler.templating.gotemplate.runtime import Runtime, Site
from argosy.compiler.templating.source import Source
from argosy.schemas.position import Path

__all__ = ["NOTHING", "Expressions", "Unit", "Value", "is_name"]

_ANY = ("interface {}", "reflect.Value")
_NILABLE = (*_ANY, "map[string]interface {}", "[]interface {}")
_CLASSES = {
    "string": "str",
    "int": "int",
    "bool": "bool",
    "float64": "float",
    "map[string]interface {}": "dict",
}


_SLOW = {
    **dict.fromkeys(("bcrypt", "derivePassword", "htpasswd"), 100_000),
    **dict.fromkeys(("genCA", "genSelfSignedCert", "genSignedCert"), 25_000),
    "genPrivateKey": 100_000,
}
"""Functions that are slow on purpose, with the rounds that a call counts as."""

_SMALL = ("bool", "int", "int64", "float64")
_NEW_ELEMENTS = frozenset((
    "chunk", "keys", "mustChunk", "mustRegexFindAll", "mustRegexSplit", "regexFindAll", "regexSplit",
    "split", "splitList", "splitn", "toStrings", "until", "untilStep", "values",
))  # fmt: skip
"""Functions that make the elements of a list, and not only a list of what there is already."""

_WHOLE_TREES = frozenset((
    "deepCopy", "fromJson", "fromYaml", "fromYamlArray", "merge", "mergeOverwrite", "mustDeepCopy",
    "mustFromJson", "mustMerge", "mustMergeOverwrite",
))  # fmt: skip
"""Functions that make all of what they give, whatever lies in it."""


@dataclass(frozen=True, slots=True)
class Value:
    """Python code for a value: a name or a constant. `type` is its Go type where that is known;
    `boxed` is code that says whether Go holds it in an interface."""

    code: str
    type: str | None = None
    boxed: str = "False"


NOTHING = Value("nothing")
"""Stands for the value of an expression that cannot be reached."""


def is_name(code: str) -> bool:
    """Whether code is a variable rather than a constant."""
    return code.isidentifier() and code not in ("None", "True", "False")


@dataclass(frozen=True, slots=True)
class Unit:
    """What is being written: the code, what it names, and what it calls when things go wrong."""

    source: Source
    runtime: Runtime
    names: dict[str, object]


class Expressions:
    """The pipelines of one template: a leaf at `path`, or something of the `name` that it defines."""

    def __init__(self, unit: Unit, path: Path, text: str, name: str, root: Value) -> None:
        self.unit = unit
        self.source = unit.source
        self.dot = root
        self.variables: dict[str, Value] = {"$": root}
        self.here: Node | str = Dot(0)
        self.repeats = False
        self._path = path
        self._text = text
        self._name = name
        self._sites: dict[Node, str] = {}

    # -- places ------------------------------------------------------------------------------------

    def site(self, node: Node) -> str:
        """The number of a node's place, for generated code."""
        if node not in self._sites:
            site = Site(self._path, self._text, self._name, node.start, str(node))
            self._sites[node] = str(self.unit.runtime.add(site))
        return self._sites[node]

    def now(self) -> str:
        """Code for the node that Go would name in an error now."""
        return self.here if isinstance(self.here, str) else self.site(self.here)

    def fail(self, message: str) -> Value:
        """Write the error that Go ends in here."""
        self.source.line(f"raise fail({self.now()}, {message!r})")
        return NOTHING

    def named(self, value: Value) -> Value:
        """The value under a name of its own, which later assignments leave alone."""
        name = self.source.fresh("t")
        self.source.line(f"{name} = {value.code}")
        return replace(value, code=name)

    # -- pipelines ---------------------------------------------------------------------------------

    def pipeline(self, pipe: Pipe) -> Value:
        """Write a pipeline with its declarations; its value."""
        self.here = pipe
        value: Value | None = None
        for command in pipe.commands:
            # At the end of each stage Go takes the value out of its interface.
            value = replace(self._command(command, value), boxed="False")
        assert value is not None
        for variable in pipe.variables:
            self._assign(variable.names[0], value, pipe.assigns)
        return value

    def _assign(self, name: str, value: Value, to_known: bool) -> None:
        if to_known and name not in self.variables:
            self.fail(f"undefined variable: {name}")
            return
        if to_known:
            code = self.variables[name].code
            self.variables[name] = Value(code)
        else:
            code = self.source.fresh("v")
            self.variables[name] = Value(code)
        self.source.line(f"{code} = keep({value.code}, {self.now()})")

    def _command(self, command: Command, final: Value | None) -> Value:
        first, *rest = command.arguments
        match first:
            case Field():
                self.here = first
                return self._fields(first, self.dot, first.names, rest, final)
            case Chain():
                return self._fields(first, self._chain_base(first), first.names, rest, final)
            case Identifier():
                self.here = first
                return self._call(functions()[first.name], command, rest, final)
            case Variable():
                self.here = first
                base = self._variable(first)
                if len(first.names) > 1:
                    return self._fields(first, base, first.names[1:], rest, final)
                return base if self._alone(first, rest, final) else NOTHING
            case Pipe():
                return self.pipeline(first) if self._alone(first, rest, final) else NOTHING
        self.here = first
        if not self._alone(first, rest, final):
            return NOTHING
        if isinstance(first, Nil):
            return self.fail("nil is not a command")
        return self.dot if isinstance(first, Dot) else self._constant(first)

    def _alone(self, first: Argument, rest: list[Argument], final: Value | None) -> bool:
        if rest or final is not None:
            self.fail(f"can't give argument to non-function {first}")
            return False
        return True

    def _variable(self, node: Variable) -> Value:
        known = self.variables.get(node.names[0])
        return known if known is not None else self.fail(f"undefined variable: {node.names[0]}")

    def _chain_base(self, chain: Chain) -> Value:
        self.here = chain
        if isinstance(chain.node, Nil):
            return self.fail(f"indirection through explicit nil in {chain}")
        self.here = chain.node
        return self._evaluate(chain.node)

    def _fields(
        self, node: Node, base: Value, names: tuple[str, ...], rest: list[Argument], final: Value | None
    ) -> Value:
        if not rest and final is None:
            return self._field(base, names)
        given = len(rest) + (final is not None)
        owner, result = self.source.fresh("t"), self.source.fresh("t")
        self.source.line(f"{owner} = owner({base.code}, {names!r}, {self.now()}, {base.boxed}, {given})")
        self.source.line(f"{result} = None")
        with self.source.block(f"if {owner} is not None:"):
            codes = [self._method_argument(each) for each in rest]
            if final is not None:
                codes.append(f"({final.code}, {self.now()}, None)")
            sites = f"({self.now()}, {self.site(node)})"
            arguments = "(" + "".join(f"{code}, " for code in codes) + ")"
            self.source.line(f"{result} = invoke({owner}, {names[-1]!r}, {sites}, {arguments})")
        return Value(result)

    def _method_argument(self, node: Argument) -> str:
        code = self._argument(node, "interface {}").code
        literal = repr(str(node)) if isinstance(node, Bool | Number | String) else None
        return f"({code}, {self.now()}, {literal})"

    def _field(self, base: Value, names: tuple[str, ...]) -> Value:
        base = base if is_name(base.code) else self.named(base)
        result = self.source.fresh("t")
        arguments = f"{base.code}, {names!r}, {self.now()}, {base.boxed}"
        path = "".join(f"[{name!r}]" for name in names)
        self.source.line(f"try: {result} = {base.code}{path}")
        self.source.line(f"except (KeyError, TypeError): {result} = field({arguments})")
        return Value(result, None, f"field_is_boxed({arguments})")

    # -- arguments ---------------------------------------------------------------------------------

    def _evaluate(self, node: Argument) -> Value:
        match node:
            case Dot():
                return self.dot
            case Field():
                self.here = node
                return self._field(self.dot, node.names)
            case Variable():
                self.here = node
                base = self._variable(node)
                return self._field(base, node.names[1:]) if len(node.names) > 1 else base
            case Pipe():
                return self.pipeline(node)
            case Identifier():
                self.here = node
                return self._call(functions()[node.name], node, [], None)
            case Chain():
                return self._field(self._chain_base(node), node.names)
        return self._constant(node)

    def _argument(self, node: Argument, type_: str) -> Value:
        """An argument of a parameter of that Go type."""
        self.here = node
        if isinstance(node, Nil):
            if type_ not in _NILABLE:
                return self.fail(f"cannot assign nil to {type_}")
            return Value("None")
        if isinstance(node, Bool | Number | String):
            return Value(self._literal(node, type_))
        value = self._evaluate(node)
        self._check(value, type_)
        return value

    def _check(self, value: Value, type_: str) -> None:
        if type_ in _ANY or value.type == type_:
            return
        call = f"want({value.code}, {type_!r}, {self.now()}, {value.boxed})"
        if type_ in _CLASSES and is_name(value.code):
            call = f"if {value.code}.__class__ is not {_CLASSES[type_]}: {call}"
        self.source.line(call)

    def _literal(self, node: Bool | Number | String, type_: str) -> str:
        if type_ in _ANY:
            return self._constant(node).code
        found: object = None
        match type_:
            case "string":
                found, expected = (node.value if isinstance(node, String) else None), "string"
            case "bool":
                found, expected = (node.value if isinstance(node, Bool) else None), "bool"
            case "int":
                found, expected = (node.integer if isinstance(node, Number) else None), "integer"
            case "float64":
                found, expected = (node.floating if isinstance(node, Number) else None), "float"
            case "uint32":
                found = (
                    node.unsigned & 0xFFFFFFFF
                    if isinstance(node, Number) and node.unsigned is not None
                    else None
                )
                expected = "unsigned integer"
            case _:
                return self.fail(f"can't handle {node} for arg of type {type_}").code
        if found is None:
            return self.fail(f"expected {expected}; found {node}").code
        return repr(found)

    def _constant(self, node: Argument) -> Value:
        """A constant where any type fits."""
        self.here = node
        if isinstance(node, String):
            return Value(repr(node.value), "string")
        if isinstance(node, Bool):
            return Value(repr(node.value), "bool")
        assert isinstance(node, Number)
        if node.imaginary is not None:
            return Value(f"complex({node.imaginary.real!r}, {node.imaginary.imag!r})", "complex128")
        looks_real = any(char in node.text for char in ".eEpP") and not _is_hex_or_rune(node.text)
        if node.floating is not None and looks_real:
            return Value(repr(node.floating), "float64")
        if node.integer is not None:
            return Value(repr(node.integer), "int")
        return self.fail(f"{node.text} overflows int")

    # -- calls -------------------------------------------------------------------------------------

    def _call(self, function: Function, node: Node, rest: list[Argument], final: Value | None) -> Value:
        name, given = function.name, len(rest) + (final is not None)
        wanted = len(function.parameters)
        if function.variadic and given < wanted - 1:
            return self.fail(f"wrong number of args for {name}: want at least {wanted - 1} got {len(rest)}")
        if not function.variadic and given != wanted:
            return self.fail(f"wrong number of args for {name}: want {wanted} got {given}")
        if name in ("and", "or"):
            return self._choice(name, rest, final)
        values = [self._argument(each, function.parameter(index)) for index, each in enumerate(rest)]
        if final is not None:
            self._check(final, function.parameter(given - 1))
            values.append(final)
        codes = [value.code for value in values]
        if name == "call":
            codes.insert(0, repr(str(rest[0])) if rest else f"value_text({codes[0]})")
        result, callee = self.source.fresh("t"), f"f_{name}"
        self.unit.names[callee] = function.call
        inline = INLINE[name](codes) if name in INLINE else None
        if inline is not None:
            self.source.line(f"{result} = {inline}")
            return Value(result, function.result if function.result not in _ANY else None)
        call = f"{result} = {callee}({', '.join(codes)})"
        if name == "len" and (is_name(codes[0]) or codes[0] == "None"):
            # A nil interface is something else to it than no value at all.
            test = f"if {codes[0]} is None: " if codes[0] != "None" else ""
            call = f"{test}raise length_of_nothing({values[0].boxed})\n{call}"
        site = self.site(node)
        self._charge(name, codes, site)
        with self.source.block("try:"):
            for each in call.split("\n"):
                self.source.line(each)
        self.source.line(f"except Exception as error: raise called(error, {site}, {name!r}) from error")
        self._weigh(name, function.result, result, site)
        type_ = function.result if function.result not in _ANY else None
        return Value(result, type_)

    def _weigh(self, name: str, type_: str, result: str, site: str) -> None:
        """Count the memory of what a call has made: a variable or a list may keep it."""
        if name in _WHOLE_TREES:
            self.source.line(f"made_tree({result}, {site}, B)")
        elif type_ == "string":
            self.source.line(f"if len({result}) > 1000: made({result}, {site}, B)")
        elif type_ not in _SMALL:
            self.source.line(f"made({result}, {site}, B{', 5' if name in _NEW_ELEMENTS else ''})")

    def _charge(self, name: str, codes: list[str], site: str) -> None:
        """Count what a call costs against the limit on rounds, where it is repeated or slow by itself."""
        if name in _SLOW:
            self.source.line(f"spend({_SLOW[name]}, {site}, B)")
        elif self.repeats and any(map(is_name, codes)):
            self.source.line(f"charge(({', '.join(filter(is_name, codes))},), {site}, B)")

    def _choice(self, name: str, rest: list[Argument], final: Value | None) -> Value:
        """`and` and `or`, which leave the arguments after the deciding one alone."""
        result, place = self.source.fresh("t"), self.source.fresh("h")
        test = f"if {result}:" if name == "and" else f"if not {result}:"
        self._choose(rest, final, result, place, test)
        if rest:
            self.here = place
        return Value(result)

    def _choose(self, rest: list[Argument], final: Value | None, result: str, place: str, test: str) -> None:
        if not rest:
            self.source.line(f"{result} = {final.code if final else None}")
            return
        code = self._argument(rest[0], "reflect.Value").code
        self.source.line(f"{result} = {code}; {place} = {self.now()}")
        if len(rest) > 1 or final is not None:
            with self.source.block(test):
                self._choose(rest[1:], final, result, place, test)


def _is_hex_or_rune(text: str) -> bool:
    if text.startswith("'"):
        return True
    return text[:2] in ("0x", "0X") and len(text) > 2 and not any(char in text for char in "pP")
