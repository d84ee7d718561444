"""Turns the templates of a whole manifest into one Python function.

Each field look-up is a plain subscription in a `try`, so that the usual case costs nothing; what goes wrong
goes to `Runtime`, which knows Go's rules and texts. Only names made here and `repr()` of template text enter
the code.
`_Body._here` follows Go's notion of the node at work, because that node is what its errors name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.builtins import length_of_nothing
from argosy.compiler.templating.gotemplate.format import show_action
from argosy.compiler.templating.gotemplate.functions import Function, functions
from argosy.compiler.templating.gotemplate.inlining import INLINE
from argosy.compiler.templating.gotemplate.nodes import (
    Action,
    Argument,
    Bool,
    Branch,
    Break,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Nil,
    Node,
    Number,
    Pipe,
    Statement,
    String,
    TemplateCall,
    Text,
    Variable,
)
from argosy.compiler.templating.gotemplate.parser import Template
from argosy.compiler.templating.gotemplate.runtime import Runtime, Site, boxes, join_output, value_text
from argosy.compiler.templating.gotemplate.walks import walk_template
from argosy.compiler.templating.limits import MAX_ITERATIONS
from argosy.compiler.templating.quoting import quote, scrub
from argosy.compiler.templating.source import Source, text_code, tree_code
from argosy.compiler.templating.trees import Render, Tree
from argosy.schemas.position import Path

__all__ = ["generate"]

_ANY = ("interface {}", "reflect.Value")
_NILABLE = (*_ANY, "map[string]interface {}", "[]interface {}")
_CLASSES = {
    "string": "str",
    "int": "int",
    "bool": "bool",
    "float64": "float",
    "map[string]interface {}": "dict",
}
_SPLITTING = frozenset(
    ("abbrev", "abbrevboth", "b32dec", "b64dec", "decryptAES", "printf", "substr", "trunc", "wrapWith")
)
"""Functions whose results may hold bytes that are not UTF-8."""


@dataclass(frozen=True, slots=True)
class _Value:
    """Python code for a value: a name or a constant. `type` is its Go type where that is known;
    `boxed` is code that says whether Go holds it in an interface."""

    code: str
    type: str | None = None
    boxed: str = "False"


_NOTHING = _Value("nothing")
"""Stands for the value of an expression that cannot be reached."""


def _is_name(code: str) -> bool:
    return code.isidentifier() and code not in ("None", "True", "False")


def generate(tree: Tree, parsed: Mapping[str, Template], missing: str) -> Render:
    """The function that renders `tree`, whose texts with actions are in `parsed`."""
    manifest = _Manifest(parsed, Runtime(missing))
    return manifest.compile(tree)


class _Manifest:
    def __init__(self, parsed: Mapping[str, Template], runtime: Runtime) -> None:
        self._parsed = parsed
        self.runtime = runtime
        self.source = Source()
        self.globals: dict[str, object] = {
            "TemplateError": TemplateError,
            "boxes": boxes,
            "called": runtime.called,
            "fail": runtime.fail,
            "failed": _failed,
            "field": runtime.field,
            "field_is_boxed": runtime.field_is_boxed,
            "invoke": runtime.invoke,
            "join_output": join_output,
            "keep": runtime.keep,
            "length_of_nothing": length_of_nothing,
            "nothing": None,
            "owner": runtime.owner,
            "rounds": runtime.rounds,
            "scrub": scrub,
            "show": show_action,
            "spend": runtime.spend,
            "value_text": value_text,
            "want": runtime.want,
        }

    def compile(self, tree: Tree) -> Render:
        with self.source.block("def render(R):"):
            with self.source.block("try:"):
                self.source.line(f"B = [{MAX_ITERATIONS}]")
                self.source.line(f"return {tree_code(tree, self._leaf, self._constant)}")
            with self.source.block("except TemplateError:"):
                self.source.line("raise")
            with self.source.block("except Exception as error:"):
                self.source.line("raise failed(error)")
        try:
            code = compile(self.source.text(), "<go template>", "exec")
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise TemplateError(
                "parse", f"template: base: the template is nested too deeply ({error})"
            ) from error
        exec(code, self.globals)  # noqa: S102  # the text is made here; see the module's docstring
        return self.globals["render"]  # type: ignore[return-value]  # defined by the line above

    def _constant(self, value: object) -> str:
        name = self.source.fresh("K")
        self.globals[name] = value
        return name

    def _leaf(self, text: str, path: Path) -> str:
        template = self._parsed.get(text)
        if template is None:
            return repr(text)
        body = _Body(self, _Leaf(path, template), "base", _Value("R"))
        code = body.leaf(template.body)
        if not any(map(_splits, walk_template(template))):
            return code
        name = self.source.fresh("s")
        self.source.line(f"{name} = {code}")
        return f"({name} if {name}.isascii() else scrub({name}))"


def _splits(node: Node) -> bool:
    if isinstance(node, Identifier):
        return node.name in _SPLITTING
    return isinstance(node, String) and not node.value.isascii()


def _failed(error: Exception) -> TemplateError:
    what = "the values are nested too deeply" if isinstance(error, RecursionError) else str(error)
    return TemplateError("execute", f"template: base: {what}")


class _Leaf:
    """One text of the manifest, and the functions made for what it defines."""

    def __init__(self, path: Path, template: Template) -> None:
        self.path = path
        self.template = template
        self.defined: dict[str, str] = {}


class _Body:
    """Writes the code of one template: a leaf, or something that a leaf defines."""

    def __init__(self, manifest: _Manifest, leaf: _Leaf, name: str, root: _Value) -> None:
        self._manifest = manifest
        self._source = manifest.source
        self._leaf = leaf
        self._name = name
        self._dot = root
        self._variables: dict[str, _Value] = {"$": root}
        self._here: Node | str = Dot(0)
        self._sites: dict[Node, str] = {}

    # -- places ------------------------------------------------------------------------------------

    def _site(self, node: Node) -> str:
        if node not in self._sites:
            site = Site(self._leaf.path, self._leaf.template.text, self._name, node.start, str(node))
            self._sites[node] = str(self._manifest.runtime.add(site))
        return self._sites[node]

    def _now(self) -> str:
        """Code for the node that Go would name in an error now."""
        return self._here if isinstance(self._here, str) else self._site(self._here)

    def _raise(self, message: str) -> _Value:
        self._source.line(f"raise fail({self._now()}, {message!r})")
        return _NOTHING

    # -- statements --------------------------------------------------------------------------------

    def leaf(self, statements: list[Statement]) -> str:
        """Code for the text of a leaf."""
        if all(isinstance(each, Text | Action) for each in statements):
            pieces: list[tuple[bool, str]] = []
            for each in statements:
                self._piece(each, pieces)
            return text_code(pieces)
        out, write, result = (self._source.fresh(prefix) for prefix in "owr")
        self._source.line(f"{out} = []; {write} = {out}.append")
        self._statements(statements, write)
        self._source.line(f"{result} = join_output({out})")
        return result

    def _piece(self, statement: Statement, pieces: list[tuple[bool, str]]) -> None:
        if isinstance(statement, Text):
            pieces.append((True, statement.text))
            return
        assert isinstance(statement, Action)
        self._here = statement
        value = self._pipeline(statement.pipe)
        if not statement.pipe.variables:
            pieces.append((False, self._as_text(value)))

    def _as_text(self, value: _Value) -> str:
        code, name = value.code, self._source.fresh("s")
        if value.type == "string" and _is_name(code):
            return code
        if value.type == "string":
            self._source.line(f"{name} = {code}")
        elif _is_name(code):
            self._source.line(f"{name} = {code} if {code}.__class__ is str else show({code})")
        else:
            self._source.line(f"{name} = show({code})")
        return name

    def _statements(self, statements: list[Statement], write: str) -> None:
        pieces: list[tuple[bool, str]] = []
        for each in statements:
            if isinstance(each, Text | Action):
                self._piece(each, pieces)
                continue
            self._flush(pieces, write)
            if isinstance(each, Branch):
                self._branch(each, write)
            elif isinstance(each, TemplateCall):
                self._template_call(each, write)
            else:
                self._source.line("break" if isinstance(each, Break) else "continue")
        self._flush(pieces, write)
        self._source.line("pass")

    def _flush(self, pieces: list[tuple[bool, str]], write: str) -> None:
        if pieces:
            self._source.line(f"{write}({text_code(pieces)})")
            pieces.clear()

    def _branch(self, branch: Branch, write: str) -> None:
        self._here = branch
        outer_variables, outer_dot = dict(self._variables), self._dot
        if branch.word == "range":
            self._range(branch, write)
        else:
            value = self._named(self._pipeline(branch.pipe))
            inner = dict(self._variables)
            with self._source.block(f"if {value.code}:"):
                if branch.word == "with":
                    self._dot = value
                self._statements(branch.body, write)
            self._variables, self._dot = inner, outer_dot
            self._otherwise(branch, write)
        self._variables, self._dot = outer_variables, outer_dot

    def _otherwise(self, branch: Branch, write: str) -> None:
        if branch.otherwise is not None:
            with self._source.block("else:"):
                self._statements(branch.otherwise, write)

    def _range(self, branch: Branch, write: str) -> None:
        pipe = branch.pipe
        value = self._named(self._pipeline(pipe))
        pairs = len(pipe.variables) > 1
        found, key, element = (self._source.fresh(prefix) for prefix in "cix")
        self._source.line(f"{found} = rounds({value.code}, {pairs}, {self._now()}, B)")
        inner, dot = dict(self._variables), self._dot
        item = _Value(element, None, f"boxes({value.code})")
        loop = f"for {f'{key}, {element}' if pairs else element} in {found}:"
        with self._source.block(f"if {found}:"), self._source.block(loop):
            targets = [key, element] if pairs else [element]
            for variable, code in zip(pipe.variables, targets, strict=False):
                self._take(variable.names[0], _Value(code), item.boxed if code == element else "False")
            self._dot = item
            self._statements(branch.body, write)
        self._variables, self._dot = inner, dot
        self._otherwise(branch, write)

    def _take(self, name: str, value: _Value, boxed: str) -> None:
        known = self._variables.get(name)
        if known is None:
            # An assignment to nothing: the pipeline before the loop has failed on it.
            return
        self._variables[name] = replace(known, boxed=boxed)
        self._source.line(f"{known.code} = {value.code}")

    def _named(self, value: _Value) -> _Value:
        """The value under a name of its own, which later assignments leave alone."""
        name = self._source.fresh("t")
        self._source.line(f"{name} = {value.code}")
        return replace(value, code=name)

    def _template_call(self, call: TemplateCall, write: str) -> None:
        self._here = call
        site = self._site(call)
        if call.name not in self._leaf.template.definitions:
            self._raise(f"template {quote(call.name)} not defined")
            return
        value = self._pipeline(call.pipe).code if call.pipe else "None"
        self._source.line(f"spend(1, {site}, B)")
        self._source.line(f"try: {self._definition(call.name)}({value}, {write}, B)")
        depth = "exceeded maximum template depth (100000)"
        self._source.line(f"except RecursionError: raise fail({site}, {depth!r})")

    def _definition(self, name: str) -> str:
        """The function of something that the leaf defines."""
        if name not in self._leaf.defined:
            function = self._leaf.defined[name] = self._source.fresh("d")
            body = _Body(self._manifest, self._leaf, name, _Value("dot"))
            with self._source.function(f"def {function}(dot, w, B):"):
                body._statements(self._leaf.template.definitions[name], "w")
        return self._leaf.defined[name]

    # -- pipelines ---------------------------------------------------------------------------------

    def _pipeline(self, pipe: Pipe) -> _Value:
        self._here = pipe
        value: _Value | None = None
        for command in pipe.commands:
            # At the end of each stage Go takes the value out of its interface.
            value = replace(self._command(command, value), boxed="False")
        assert value is not None
        for variable in pipe.variables:
            self._assign(variable.names[0], value, pipe.assigns)
        return value

    def _assign(self, name: str, value: _Value, to_known: bool) -> None:
        if to_known and name not in self._variables:
            self._raise(f"undefined variable: {name}")
            return
        if to_known:
            code = self._variables[name].code
            self._variables[name] = _Value(code)
        else:
            code = self._source.fresh("v")
            self._variables[name] = _Value(code)
        self._source.line(f"{code} = keep({value.code}, {self._now()})")

    def _command(self, command: Command, final: _Value | None) -> _Value:
        first, *rest = command.arguments
        match first:
            case Field():
                self._here = first
                return self._fields(first, self._dot, first.names, rest, final)
            case Chain():
                return self._fields(first, self._chain_base(first), first.names, rest, final)
            case Identifier():
                self._here = first
                return self._call(functions()[first.name], command, rest, final)
            case Variable():
                self._here = first
                base = self._variable(first)
                if len(first.names) > 1:
                    return self._fields(first, base, first.names[1:], rest, final)
                return base if self._alone(first, rest, final) else _NOTHING
            case Pipe():
                return self._pipeline(first) if self._alone(first, rest, final) else _NOTHING
        self._here = first
        if not self._alone(first, rest, final):
            return _NOTHING
        if isinstance(first, Nil):
            return self._raise("nil is not a command")
        return self._dot if isinstance(first, Dot) else self._constant(first)

    def _alone(self, first: Argument, rest: list[Argument], final: _Value | None) -> bool:
        if rest or final is not None:
            self._raise(f"can't give argument to non-function {first}")
            return False
        return True

    def _variable(self, node: Variable) -> _Value:
        known = self._variables.get(node.names[0])
        return known if known is not None else self._raise(f"undefined variable: {node.names[0]}")

    def _chain_base(self, chain: Chain) -> _Value:
        self._here = chain
        if isinstance(chain.node, Nil):
            return self._raise(f"indirection through explicit nil in {chain}")
        self._here = chain.node
        return self._evaluate(chain.node)

    def _fields(
        self, node: Node, base: _Value, names: tuple[str, ...], rest: list[Argument], final: _Value | None
    ) -> _Value:
        if not rest and final is None:
            return self._field(base, names)
        given = len(rest) + (final is not None)
        owner, result = self._source.fresh("t"), self._source.fresh("t")
        self._source.line(f"{owner} = owner({base.code}, {names!r}, {self._now()}, {base.boxed}, {given})")
        self._source.line(f"{result} = None")
        with self._source.block(f"if {owner} is not None:"):
            codes = [self._method_argument(each) for each in rest]
            if final is not None:
                codes.append(f"({final.code}, {self._now()}, None)")
            sites = f"({self._now()}, {self._site(node)})"
            arguments = "(" + "".join(f"{code}, " for code in codes) + ")"
            self._source.line(f"{result} = invoke({owner}, {names[-1]!r}, {sites}, {arguments})")
        return _Value(result)

    def _method_argument(self, node: Argument) -> str:
        code = self._argument(node, "interface {}")
        literal = repr(str(node)) if isinstance(node, Bool | Number | String) else None
        return f"({code}, {self._now()}, {literal})"

    def _field(self, base: _Value, names: tuple[str, ...]) -> _Value:
        base = base if _is_name(base.code) else self._named(base)
        result = self._source.fresh("t")
        arguments = f"{base.code}, {names!r}, {self._now()}, {base.boxed}"
        path = "".join(f"[{name!r}]" for name in names)
        self._source.line(f"try: {result} = {base.code}{path}")
        self._source.line(f"except (KeyError, TypeError): {result} = field({arguments})")
        return _Value(result, None, f"field_is_boxed({arguments})")

    # -- arguments ---------------------------------------------------------------------------------

    def _evaluate(self, node: Argument) -> _Value:
        match node:
            case Dot():
                return self._dot
            case Field():
                self._here = node
                return self._field(self._dot, node.names)
            case Variable():
                self._here = node
                base = self._variable(node)
                return self._field(base, node.names[1:]) if len(node.names) > 1 else base
            case Pipe():
                return self._pipeline(node)
            case Identifier():
                self._here = node
                return self._call(functions()[node.name], node, [], None)
            case Chain():
                return self._field(self._chain_base(node), node.names)
        return self._constant(node)

    def _argument(self, node: Argument, type_: str) -> str:
        """Code for an argument of a parameter of that Go type."""
        self._here = node
        if isinstance(node, Nil):
            if type_ not in _NILABLE:
                return self._raise(f"cannot assign nil to {type_}").code
            return "None"
        if isinstance(node, Bool | Number | String):
            return self._literal(node, type_)
        value = self._evaluate(node)
        self._check(value, type_)
        return value.code

    def _check(self, value: _Value, type_: str) -> None:
        if type_ in _ANY or value.type == type_:
            return
        call = f"want({value.code}, {type_!r}, {self._now()}, {value.boxed})"
        if type_ in _CLASSES and _is_name(value.code):
            call = f"if {value.code}.__class__ is not {_CLASSES[type_]}: {call}"
        self._source.line(call)

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
                return self._raise(f"can't handle {node} for arg of type {type_}").code
        if found is None:
            return self._raise(f"expected {expected}; found {node}").code
        return repr(found)

    def _constant(self, node: Argument) -> _Value:
        """A constant where any type fits."""
        self._here = node
        if isinstance(node, String):
            return _Value(repr(node.value), "string")
        if isinstance(node, Bool):
            return _Value(repr(node.value), "bool")
        assert isinstance(node, Number)
        if node.imaginary is not None:
            return _Value(f"complex({node.imaginary.real!r}, {node.imaginary.imag!r})", "complex128")
        looks_real = any(char in node.text for char in ".eEpP") and not _is_hex_or_rune(node.text)
        if node.floating is not None and looks_real:
            return _Value(repr(node.floating), "float64")
        if node.integer is not None:
            return _Value(repr(node.integer), "int")
        return self._raise(f"{node.text} overflows int")

    # -- calls -------------------------------------------------------------------------------------

    def _call(self, function: Function, node: Node, rest: list[Argument], final: _Value | None) -> _Value:
        name, given = function.name, len(rest) + (final is not None)
        wanted = len(function.parameters)
        if function.variadic and given < wanted - 1:
            return self._raise(f"wrong number of args for {name}: want at least {wanted - 1} got {len(rest)}")
        if not function.variadic and given != wanted:
            return self._raise(f"wrong number of args for {name}: want {wanted} got {given}")
        if name in ("and", "or"):
            return self._choice(name, rest, final)
        codes = [self._argument(each, function.parameter(index)) for index, each in enumerate(rest)]
        if final is not None:
            self._check(final, function.parameter(given - 1))
            codes.append(final.code)
        if name == "call":
            codes.insert(0, repr(str(rest[0])) if rest else f"value_text({codes[0]})")
        result, callee = self._source.fresh("t"), f"f_{name}"
        self._manifest.globals[callee] = function.call
        inline = INLINE[name](codes) if name in INLINE else None
        if inline is not None:
            self._source.line(f"{result} = {inline}")
            return _Value(result, function.result if function.result not in _ANY else None)
        call = f"{result} = {callee}({', '.join(codes)})"
        if name == "len" and (_is_name(codes[0]) or codes[0] == "None"):
            call = f"{self._nil_guard(codes[0], rest, final)}{call}"
        site = self._site(node)
        with self._source.block("try:"):
            for each in call.split("\n"):
                self._source.line(each)
        self._source.line(f"except Exception as error: raise called(error, {site}, {name!r}) from error")
        type_ = function.result if function.result not in _ANY else None
        return _Value(result, type_)

    def _nil_guard(self, code: str, rest: list[Argument], final: _Value | None) -> str:
        boxed = "False"
        if final is None and isinstance(rest[0], Field | Variable | Chain | Dot):
            boxed = self._boxed_again(rest[0])
        test = f"if {code} is None: " if code != "None" else ""
        return f"{test}raise length_of_nothing({boxed})\n"

    def _boxed_again(self, node: Field | Variable | Chain | Dot) -> str:
        if isinstance(node, Field):
            return f"field_is_boxed({self._dot.code}, {node.names!r}, {self._now()}, {self._dot.boxed})"
        if isinstance(node, Dot):
            return self._dot.boxed
        if isinstance(node, Variable):
            base = self._variables[node.names[0]]
            if len(node.names) == 1:
                return base.boxed
            return f"field_is_boxed({base.code}, {node.names[1:]!r}, {self._now()}, {base.boxed})"
        return "True"

    def _choice(self, name: str, rest: list[Argument], final: _Value | None) -> _Value:
        """`and` and `or`, which leave the arguments after the deciding one alone."""
        result, place = self._source.fresh("t"), self._source.fresh("h")
        test = f"if {result}:" if name == "and" else f"if not {result}:"
        self._choose(rest, final, result, place, test)
        if rest:
            self._here = place
        return _Value(result)

    def _choose(self, rest: list[Argument], final: _Value | None, result: str, place: str, test: str) -> None:
        if not rest:
            self._source.line(f"{result} = {final.code if final else None}")
            return
        code = self._argument(rest[0], "reflect.Value")
        self._source.line(f"{result} = {code}; {place} = {self._now()}")
        if len(rest) > 1 or final is not None:
            with self._source.block(test):
                self._choose(rest[1:], final, result, place, test)


def _is_hex_or_rune(text: str) -> bool:
    if text.startswith("'"):
        return True
    return text[:2] in ("0x", "0X") and len(text) > 2 and not any(char in text for char in "pP")
