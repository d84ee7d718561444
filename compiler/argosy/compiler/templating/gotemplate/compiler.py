"""Turns the templates of a whole manifest into one Python function.

Each field look-up is a plain subscription in a `try`, so that the usual case costs nothing; what goes wrong
goes to `Runtime`, which knows Go's rules and texts. Only names made here and `repr()` of template text enter
the code.
"""

from collections.abc import Mapping
from dataclasses import replace

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.builtins import length_of_nothing
from argosy.compiler.templating.gotemplate.expressions import Expressions, Unit, Value, is_name
from argosy.compiler.templating.gotemplate.format import show_action
from argosy.compiler.templating.gotemplate.nodes import (
    Action,
    Branch,
    Break,
    Identifier,
    Node,
    Statement,
    String,
    TemplateCall,
    Text,
)
from argosy.compiler.templating.gotemplate.parser import Template
from argosy.compiler.templating.gotemplate.runtime import Runtime, boxes, join_output, value_text
from argosy.compiler.templating.gotemplate.walks import walk_template
from argosy.compiler.templating.limits import MAX_ITERATIONS
from argosy.compiler.templating.quoting import quote, scrub
from argosy.compiler.templating.source import Source, text_code, tree_code
from argosy.compiler.templating.trees import Render, Tree
from argosy.schemas.position import Path

__all__ = ["generate"]

_SPLITTING = frozenset(
    ("abbrev", "abbrevboth", "b32dec", "b64dec", "decryptAES", "printf", "substr", "trunc", "wrapWith")
)
"""Functions whose results may hold bytes that are not UTF-8."""


def generate(tree: Tree, parsed: Mapping[str, Template], missing: str) -> Render:
    """The function that renders `tree`, whose texts with actions are in `parsed`."""
    manifest = _Manifest(parsed, Runtime(missing))
    return manifest.compile(tree)


class _Manifest:
    def __init__(self, parsed: Mapping[str, Template], runtime: Runtime) -> None:
        self._parsed = parsed
        self._source = Source()
        self._names: dict[str, object] = {
            "TemplateError": TemplateError,
            "boxes": boxes,
            "called": runtime.called,
            "charge": runtime.charge,
            "fail": runtime.fail,
            "failed": _failed,
            "field": runtime.field,
            "field_is_boxed": runtime.field_is_boxed,
            "invoke": runtime.invoke,
            "join_output": join_output,
            "keep": runtime.keep,
            "made": runtime.made,
            "made_tree": runtime.made_tree,
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
        self._unit = Unit(self._source, runtime, self._names)

    def compile(self, tree: Tree) -> Render:
        with self._source.block("def render(R):"):
            with self._source.block("try:"):
                self._source.line(f"B = [{MAX_ITERATIONS}]")
                self._source.line(f"return {tree_code(tree, self._leaf, self._constant)}")
            with self._source.block("except TemplateError:"):
                self._source.line("raise")
            with self._source.block("except Exception as error:"):
                self._source.line("raise failed(error)")
        try:
            code = compile(self._source.text(), "<go template>", "exec")
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise TemplateError(
                "parse", f"template: base: the template is nested too deeply ({error})"
            ) from error
        exec(code, self._names)  # noqa: S102  # the text is made here; see the module's docstring
        return self._names["render"]  # type: ignore[return-value]  # defined by the line above

    def _constant(self, value: object) -> str:
        name = self._source.fresh("K")
        self._names[name] = value
        return name

    def _leaf(self, text: str, path: Path) -> str:
        template = self._parsed.get(text)
        if template is None:
            return repr(text)
        body = _Body(self._unit, _Leaf(path, template), "base", Value("R"))
        code = body.leaf(template.body)
        if not any(map(_splits, walk_template(template))):
            return code
        name = self._source.fresh("s")
        self._source.line(f"{name} = {code}")
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


class _Body(Expressions):
    """Writes the code of one template: a leaf, or something that a leaf defines."""

    def __init__(self, unit: Unit, leaf: _Leaf, name: str, root: Value) -> None:
        super().__init__(unit, leaf.path, leaf.template.text, name, root)
        self._leaf = leaf

    # -- statements --------------------------------------------------------------------------------

    def leaf(self, statements: list[Statement]) -> str:
        """Code for the text of a leaf."""
        if all(isinstance(each, Text | Action) for each in statements):
            pieces: list[tuple[bool, str]] = []
            for each in statements:
                self._piece(each, pieces)
            return text_code(pieces)
        out, write, result = (self.source.fresh(prefix) for prefix in "owr")
        self.source.line(f"{out} = []; {write} = {out}.append")
        self._statements(statements, write)
        self.source.line(f"{result} = join_output({out})")
        return result

    def _piece(self, statement: Statement, pieces: list[tuple[bool, str]]) -> None:
        if isinstance(statement, Text):
            pieces.append((True, statement.text))
            return
        assert isinstance(statement, Action)
        self.here = statement
        value = self.pipeline(statement.pipe)
        if not statement.pipe.variables:
            pieces.append((False, self._as_text(value)))

    def _as_text(self, value: Value) -> str:
        code, name = value.code, self.source.fresh("s")
        if value.type == "string" and is_name(code):
            return code
        if value.type == "string":
            self.source.line(f"{name} = {code}")
        elif is_name(code):
            self.source.line(f"{name} = {code} if {code}.__class__ is str else show({code})")
        else:
            self.source.line(f"{name} = show({code})")
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
                self.source.line("break" if isinstance(each, Break) else "continue")
        self._flush(pieces, write)
        self.source.line("pass")

    def _flush(self, pieces: list[tuple[bool, str]], write: str) -> None:
        if pieces:
            self.source.line(f"{write}({text_code(pieces)})")
            pieces.clear()

    def _branch(self, branch: Branch, write: str) -> None:
        self.here = branch
        outer_variables, outer_dot = dict(self.variables), self.dot
        if branch.word == "range":
            self._range(branch, write)
        else:
            value = self.named(self.pipeline(branch.pipe))
            inner = dict(self.variables)
            with self.source.block(f"if {value.code}:"):
                if branch.word == "with":
                    self.dot = value
                self._statements(branch.body, write)
            self.variables, self.dot = inner, outer_dot
            self._otherwise(branch, write)
        self.variables, self.dot = outer_variables, outer_dot

    def _otherwise(self, branch: Branch, write: str) -> None:
        if branch.otherwise is not None:
            with self.source.block("else:"):
                self._statements(branch.otherwise, write)

    def _range(self, branch: Branch, write: str) -> None:
        pipe = branch.pipe
        value = self.named(self.pipeline(pipe))
        pairs = len(pipe.variables) > 1
        found, key, element = (self.source.fresh(prefix) for prefix in "cix")
        self.source.line(f"{found} = rounds({value.code}, {pairs}, {self.now()}, B)")
        inner, dot = dict(self.variables), self.dot
        item = Value(element, None, f"boxes({value.code})")
        loop = f"for {f'{key}, {element}' if pairs else element} in {found}:"
        with self.source.block(f"if {found}:"), self.source.block(loop):
            outer, self.repeats = self.repeats, True
            targets = [key, element] if pairs else [element]
            for variable, code in zip(pipe.variables, targets, strict=False):
                self._take(variable.names[0], Value(code), item.boxed if code == element else "False")
            self.dot = item
            self._statements(branch.body, write)
            self.repeats = outer
        self.variables, self.dot = inner, dot
        self._otherwise(branch, write)

    def _take(self, name: str, value: Value, boxed: str) -> None:
        known = self.variables.get(name)
        if known is None:
            # An assignment to nothing: the pipeline before the loop has failed on it.
            return
        self.variables[name] = replace(known, boxed=boxed)
        self.source.line(f"{known.code} = {value.code}")

    def _template_call(self, call: TemplateCall, write: str) -> None:
        self.here = call
        site = self.site(call)
        if call.name not in self._leaf.template.definitions:
            self.fail(f"template {quote(call.name)} not defined")
            return
        value = self.pipeline(call.pipe).code if call.pipe else "None"
        self.source.line(f"spend(1, {site}, B)")
        self.source.line(f"try: {self._definition(call.name)}({value}, {write}, B)")
        depth = "exceeded maximum template depth (100000)"
        self.source.line(f"except RecursionError: raise fail({site}, {depth!r})")

    def _definition(self, name: str) -> str:
        """The function of something that the leaf defines."""
        if name not in self._leaf.defined:
            function = self._leaf.defined[name] = self.source.fresh("d")
            body = _Body(self.unit, self._leaf, name, Value("dot"))
            body.repeats = True
            with self.source.function(f"def {function}(dot, w, B):"):
                body._statements(self._leaf.template.definitions[name], "w")
        return self._leaf.defined[name]
