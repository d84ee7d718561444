"""What a manifest's Go templates read and call, without rendering them. Serves the checks of a set."""

from collections.abc import Sequence

from argosy.compiler.templating.gotemplate import parse_tree
from argosy.compiler.templating.gotemplate.nodes import (
    Action,
    Argument,
    Branch,
    Chain,
    Dot,
    Field,
    Identifier,
    Pipe,
    Statement,
    String,
    TemplateCall,
    Variable,
)
from argosy.compiler.templating.gotemplate.parser import Template
from argosy.compiler.templating.gotemplate.walks import walk_template
from argosy.compiler.templating.trees import Tree, leaves
from argosy.schemas.position import Path

__all__ = [
    "IRREPRODUCIBLE",
    "MUTATING",
    "fields_read",
    "functions_called",
    "parameters_changed",
    "uses_everything",
]

IRREPRODUCIBLE = frozenset(
    (
        "ago",
        "bcrypt",
        "encryptAES",
        "genCA",
        "genCAWithKey",
        "genPrivateKey",
        "genSelfSignedCert",
        "genSelfSignedCertWithKey",
        "genSignedCert",
        "genSignedCertWithKey",
        "htpasswd",
        "now",
        "randAlpha",
        "randAlphaNum",
        "randAscii",
        "randBytes",
        "randInt",
        "randNumeric",
        "shuffle",
        "uuidv4",
    )
)
"""Functions that give something else each time: the Application would change on every reconciliation."""

MUTATING = frozenset(("merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite", "set", "unset"))
"""Functions that change the map they are given: if it is a parameter, other texts see the
change, in Argo CD in random order."""


def functions_called(tree: Tree) -> dict[str, tuple[Path, ...]]:
    """Every function that the templates call, with the ways to the texts that do. Raises `TemplateError`."""
    found: dict[str, dict[Path, None]] = {}
    for path, template in _templates(tree):
        for node in walk_template(template):
            if isinstance(node, Identifier):
                found.setdefault(node.name, {})[path] = None
    return {name: tuple(paths) for name, paths in found.items()}


def fields_read(tree: Tree) -> dict[tuple[str, ...], tuple[Path, ...]]:
    """The parameters that the templates read by name (`.a.b`, `$.a.b`, and through variables and `with` where
    that can be followed), with the ways to the texts that do. Raises `TemplateError`.

    What `index`, `get` or `range` take out of a parameter counts as reading that parameter.
    """
    found: dict[tuple[str, ...], dict[Path, None]] = {}
    for path, template in _templates(tree):
        reader = _Reader(template)
        reader.run()
        for names in reader.found:
            found.setdefault(names, {})[path] = None
    return {names: tuple(paths) for names, paths in found.items()}


def parameters_changed(tree: Tree) -> dict[tuple[str, ...], tuple[Path, ...]]:
    """The parameters (`()` for all of them) that a function of `MUTATING` changes, as far as that can be
    followed, with the ways to the texts that do. Raises `TemplateError`."""
    found: dict[tuple[str, ...], dict[Path, None]] = {}
    for path, template in _templates(tree):
        reader = _Reader(template)
        reader.run()
        for names in reader.changed:
            found.setdefault(names, {})[path] = None
    return {names: tuple(paths) for names, paths in found.items()}


def uses_everything(tree: Tree) -> bool:
    """Whether a template takes the parameters as a whole (`.` or `$`), so that none can be called unused."""
    return any(() in _read(template) for _, template in _templates(tree))


def _read(template: Template) -> dict[tuple[str, ...], None]:
    reader = _Reader(template)
    reader.run()
    return reader.found


def _templates(tree: Tree) -> list[tuple[Path, Template]]:
    parsed = parse_tree(tree)
    return [(path, parsed[text]) for path, text in leaves(tree) if text in parsed]


def _key(function: Identifier, arguments: Sequence[Argument]) -> tuple[str, ...]:
    """The one key that `set` and `unset` change, where it is written out."""
    if function.name not in ("set", "unset") or len(arguments) < 2 or not isinstance(arguments[1], String):
        return ()
    return (arguments[1].value,)


_Names = tuple[str, ...] | None
"""Where a value comes from: a parameter, the parameters as a whole, or None for anything else."""


class _Reader:
    """Follows the dot and the variables through one template."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._variables: dict[str, _Names] = {"$": ()}
        self._visited: set[tuple[str, _Names]] = set()
        self.found: dict[tuple[str, ...], None] = {}
        self.changed: dict[tuple[str, ...], None] = {}

    def run(self) -> None:
        self._statements(self._template.body, ())

    def _statements(self, statements: list[Statement], dot: _Names) -> None:
        for statement in statements:
            match statement:
                case Action():
                    self._take(self._pipe(statement.pipe, dot), whole=not statement.pipe.variables)
                case Branch():
                    self._branch(statement, dot)
                case TemplateCall():
                    self._call(statement, dot)

    def _branch(self, branch: Branch, dot: _Names) -> None:
        outer = dict(self._variables)
        value = self._pipe(branch.pipe, dot)
        self._take(value, whole=branch.word == "range")
        if branch.word == "range":
            self._variables.update((variable.names[0], None) for variable in branch.pipe.variables)
        inner = {"if": dot, "with": value, "range": None}[branch.word]
        self._statements(branch.body, inner)
        self._statements(branch.otherwise or [], dot)
        self._variables = outer

    def _call(self, call: TemplateCall, dot: _Names) -> None:
        value = self._pipe(call.pipe, dot) if call.pipe else None
        if call.name not in self._template.definitions or (call.name, value) in self._visited:
            return
        self._visited.add((call.name, value))
        outer, self._variables = self._variables, {"$": value}
        self._statements(self._template.definitions[call.name], value)
        self._variables = outer

    def _take(self, names: _Names, whole: bool = True) -> None:
        if names is not None and (names or whole):
            self.found[names] = None

    def _pipe(self, pipe: Pipe, dot: _Names) -> _Names:
        value: _Names = None
        for stage, command in enumerate(pipe.commands):
            if stage:
                self._take(value)
            first, *rest = command.arguments
            sources = [self._argument(argument, dot) for argument in rest]
            for names in sources:
                self._take(names)
            target = sources[0] if sources else None
            if target is not None and isinstance(first, Identifier) and first.name in MUTATING:
                self.changed[(*target, *_key(first, rest))] = None
            value = self._argument(first, dot)
        for variable in pipe.variables:
            self._variables[variable.names[0]] = value
        return value

    def _argument(self, node: Argument, dot: _Names) -> _Names:
        match node:
            case Dot():
                return dot
            case Field():
                return None if dot is None else (*dot, *node.names)
            case Variable():
                base = self._variables.get(node.names[0])
                return None if base is None else (*base, *node.names[1:])
            case Pipe():
                return self._pipe(node, dot)
            case Chain():
                base = self._argument(node.node, dot)
                return None if base is None else (*base, *node.names)
        return None
