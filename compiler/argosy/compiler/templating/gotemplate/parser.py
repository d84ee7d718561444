"""Makes the syntax tree of a Go template, with the messages of Go's own parser.

Which functions exist is handed in. Nothing is evaluated here.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import NoReturn

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.lexer import Item, Kind, Lexer
from argosy.compiler.templating.gotemplate.nodes import (
    Action,
    Argument,
    Bool,
    Branch,
    Break,
    Chain,
    Command,
    Continue,
    Dot,
    Field,
    Identifier,
    Nil,
    Number,
    Pipe,
    Statement,
    String,
    TemplateCall,
    Text,
    Variable,
)
from argosy.compiler.templating.gotemplate.numbers import NumberSyntaxError, parse_number
from argosy.compiler.templating.quoting import QuoteError, quote, unquote

__all__ = ["Template", "parse"]

_OPERANDS = frozenset(
    (
        Kind.BOOL,
        Kind.CHAR_CONSTANT,
        Kind.COMPLEX,
        Kind.DOT,
        Kind.FIELD,
        Kind.IDENTIFIER,
        Kind.NUMBER,
        Kind.NIL,
        Kind.RAW_STRING,
        Kind.STRING,
        Kind.VARIABLE,
        Kind.LEFT_PAREN,
    )
)
_NUMBERS = frozenset((Kind.CHAR_CONSTANT, Kind.COMPLEX, Kind.NUMBER))
_STRINGS = frozenset((Kind.STRING, Kind.RAW_STRING))
_NAME = "base"


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: its body, and the bodies of all that it defines."""

    text: str
    body: list[Statement]
    definitions: dict[str, list[Statement]]


@dataclass(frozen=True, slots=True)
class _End:
    """`{{end}}` or `{{else}}`, which close a list of statements."""

    start: int
    word: str

    def __str__(self) -> str:
        return "{{" + self.word + "}}"


def parse(text: str, functions: Container[str]) -> Template:
    """Parse a template called `base`, as Argo CD calls every one. Raises `TemplateError` (stage parse)."""
    parser = _Parser(text, functions)
    try:
        return parser.parse()
    except RecursionError:
        parser.fail("max expression depth exceeded")


def _is_empty(statements: list[Statement]) -> bool:
    return all(isinstance(each, Text) and not each.text.strip() for each in statements)


class _Parser:
    def __init__(self, text: str, functions: Container[str]) -> None:
        self._text = text
        self._functions = functions
        self._lexer = Lexer(text)
        self._pending: list[Item] = []
        self._newest: Item | None = None
        self._definitions: dict[str, list[Statement]] = {}
        self._variables = ["$"]
        self._ranges = 0
        self._action_line = 0

    # -- items -------------------------------------------------------------------------------------

    def _next(self) -> Item:
        if self._pending:
            return self._pending.pop()
        item = self._newest = self._lexer.next_item()
        return item

    def _peek(self) -> Item:
        item = self._next()
        self._pending.append(item)
        return item

    def _next_solid(self) -> Item:
        while True:
            item = self._next()
            if item.kind is not Kind.SPACE:
                return item

    def _peek_solid(self) -> Item:
        item = self._next_solid()
        self._pending.append(item)
        return item

    def fail(self, message: str) -> NoReturn:
        """Raise Go's error at the line of the item read last."""
        line = self._newest.line if self._newest else 1
        raise TemplateError("parse", f"template: {_NAME}:{line}: {message}", line=line)

    def _unexpected(self, item: Item, context: str) -> NoReturn:
        if item.kind is Kind.ERROR:
            extra = ""
            if self._action_line not in (0, item.line):
                extra = f" in action started at {_NAME}:{self._action_line}"
                if item.value.endswith(" action"):
                    extra = extra.removeprefix(" in action")
            self.fail(f"{item}{extra}")
        self.fail(f"unexpected {item} in {context}")

    def _expect(self, kinds: Container[Kind], context: str) -> Item:
        item = self._next_solid()
        if item.kind not in kinds:
            self._unexpected(item, context)
        return item

    # -- statements --------------------------------------------------------------------------------

    def parse(self) -> Template:
        body: list[Statement] = []
        while self._peek().kind is not Kind.EOF:
            if self._peek().kind is Kind.LEFT_DELIM:
                delimiter = self._next()
                word = self._next_solid()
                if word.kind is Kind.DEFINE:
                    self._definition()
                    continue
                self._pending += (word, delimiter)
            statement = self._text_or_action()
            if isinstance(statement, _End):
                self.fail(f"unexpected {statement}")
            body.append(statement)
        return Template(self._text, self._define(_NAME, body), self._definitions)

    def _define(self, name: str, body: list[Statement]) -> list[Statement]:
        known = self._definitions.get(name)
        if known is None or _is_empty(known):
            self._definitions[name] = body
        elif not _is_empty(body):
            self.fail(f"template: multiple definition of template {quote(name)}")
        return self._definitions[name]

    def _nested(self, context: str) -> list[Statement]:
        """The body of a `define` or `block`, which sees no variables and no loop of its surroundings."""
        outer = self._variables, self._ranges, self._action_line
        self._variables, self._ranges, self._action_line = ["$"], 0, 0
        body, end = self._statements()
        if end.word != "end":
            self.fail(f"unexpected {end} in {context}")
        self._variables, self._ranges, self._action_line = outer
        return body

    def _definition(self) -> None:
        context = "define clause"
        name = self._string(self._expect(_STRINGS, context))
        self._expect((Kind.RIGHT_DELIM,), context)
        self._define(name, self._nested(context))

    def _statements(self) -> tuple[list[Statement], _End]:
        body: list[Statement] = []
        while True:
            if self._peek_solid().kind is Kind.EOF:
                self.fail("unexpected EOF")
            statement = self._text_or_action()
            if isinstance(statement, _End):
                return body, statement
            body.append(statement)

    def _text_or_action(self) -> Statement | _End:
        item = self._next_solid()
        if item.kind is Kind.TEXT:
            return Text(item.start, item.value)
        if item.kind is not Kind.LEFT_DELIM:
            self._unexpected(item, "input")
        self._action_line = item.line
        statement = self._action()
        self._action_line = 0
        return statement

    def _action(self) -> Statement | _End:
        item = self._next_solid()
        match item.kind:
            case Kind.IF | Kind.RANGE | Kind.WITH:
                return self._branch(item.value)
            case Kind.END:
                return _End(self._expect((Kind.RIGHT_DELIM,), "end").start, "end")
            case Kind.ELSE:
                return self._else()
            case Kind.TEMPLATE:
                return self._template_call()
            case Kind.BLOCK:
                return self._block()
            case Kind.BREAK | Kind.CONTINUE:
                return self._leave_loop(item)
        self._pending.append(item)
        return Action(item.start, self._pipeline("command", Kind.RIGHT_DELIM))

    def _leave_loop(self, item: Item) -> Break | Continue:
        word = "{{" + item.value + "}}"
        following = self._next_solid()
        if following.kind is not Kind.RIGHT_DELIM:
            self._unexpected(following, word)
        if self._ranges == 0:
            self.fail(f"{word} outside {{{{range}}}}")
        return Break(item.start) if item.kind is Kind.BREAK else Continue(item.start)

    def _else(self) -> _End:
        item = self._peek_solid()
        if item.kind not in (Kind.IF, Kind.WITH):
            item = self._expect((Kind.RIGHT_DELIM,), "else")
        return _End(item.start, "else")

    def _branch(self, word: str) -> Branch:
        known = len(self._variables)
        pipe = self._pipeline(word, Kind.RIGHT_DELIM)
        self._ranges += word == "range"
        body, end = self._statements()
        self._ranges -= word == "range"
        otherwise: list[Statement] | None = None
        if end.word == "else":
            following = self._peek()
            if word in ("if", "with") and following.value == word and following.kind in (Kind.IF, Kind.WITH):
                self._next()
                otherwise = [self._branch(word)]
            else:
                otherwise, end = self._statements()
                if end.word != "end":
                    self.fail(f"expected end; found {end}")
        del self._variables[known:]
        return Branch(pipe.start, word, pipe, body, otherwise)

    def _template_call(self) -> TemplateCall:
        context = "template clause"
        item = self._next_solid()
        name = self._template_name(item, context)
        following = self._next_solid()
        pipe = None
        if following.kind is not Kind.RIGHT_DELIM:
            self._pending.append(following)
            pipe = self._pipeline(context, Kind.RIGHT_DELIM)
        return TemplateCall(item.start, name, pipe)

    def _block(self) -> TemplateCall:
        context = "block clause"
        item = self._next_solid()
        name = self._template_name(item, context)
        pipe = self._pipeline(context, Kind.RIGHT_DELIM)
        self._define(name, self._nested(context))
        return TemplateCall(item.start, name, pipe)

    def _template_name(self, item: Item, context: str) -> str:
        if item.kind not in _STRINGS:
            self._unexpected(item, context)
        return self._string(item)

    def _string(self, item: Item) -> str:
        try:
            return unquote(item.value)
        except QuoteError as error:
            self.fail(str(error))

    # -- pipelines ---------------------------------------------------------------------------------

    def _pipeline(self, context: str, end: Kind) -> Pipe:
        pipe = Pipe(self._peek_solid().start, [], False, [])
        self._declarations(pipe, context)
        while True:
            item = self._next_solid()
            if item.kind is end:
                break
            if item.kind not in _OPERANDS:
                self._unexpected(item, context)
            self._pending.append(item)
            pipe.commands.append(self._command())
        if not pipe.commands:
            self.fail(f"missing value for {context}")
        for stage, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.arguments[0], Bool | Dot | Nil | Number | String):
                self.fail(f"non executable command in pipeline stage {stage}")
        return pipe

    def _declarations(self, pipe: Pipe, context: str) -> None:
        while self._peek_solid().kind is Kind.VARIABLE:
            variable = self._next()
            after = self._peek()
            following = self._peek_solid()
            if following.kind in (Kind.ASSIGN, Kind.DECLARE):
                pipe.assigns = following.kind is Kind.ASSIGN
                self._next_solid()
                self._declare(pipe, variable)
                return
            if following.kind is Kind.CHAR and following.value == ",":
                self._next_solid()
                self._declare(pipe, variable)
                if context == "range" and len(pipe.variables) < 2:
                    if self._peek_solid().kind in (Kind.VARIABLE, Kind.RIGHT_DELIM, Kind.RIGHT_PAREN):
                        continue
                    self.fail("range can only initialize variables")
                self.fail(f"too many declarations in {context}")
            if after.kind is Kind.SPACE:
                self._pending.append(after)
            self._pending.append(variable)
            return

    def _declare(self, pipe: Pipe, item: Item) -> None:
        pipe.variables.append(Variable(item.start, (item.value,)))
        self._variables.append(item.value)

    def _command(self) -> Command:
        command = Command(self._peek_solid().start, [])
        while True:
            self._peek_solid()
            operand = self._operand()
            if operand is not None:
                command.arguments.append(operand)
            item = self._next()
            if item.kind is Kind.SPACE:
                continue
            if item.kind in (Kind.RIGHT_DELIM, Kind.RIGHT_PAREN):
                self._pending.append(item)
            elif item.kind is not Kind.PIPE:
                self._unexpected(item, "operand")
            break
        if not command.arguments:
            self.fail("empty command")
        return command

    def _operand(self) -> Argument | None:
        node = self._term()
        if node is None or self._peek().kind is not Kind.FIELD:
            return node
        start = self._peek().start
        names: list[str] = []
        while self._peek().kind is Kind.FIELD:
            names.append(self._next().value[1:])
        if isinstance(node, Field):
            return Field(start, (*node.names, *names))
        if isinstance(node, Variable):
            return Variable(start, (*node.names, *names))
        if isinstance(node, Bool | String | Number | Nil | Dot):
            self.fail(f"unexpected . after term {quote(str(node))}")
        return Chain(start, node, tuple(names))

    def _term(self) -> Argument | None:
        item = self._next_solid()
        start, value = item.start, item.value
        match item.kind:
            case Kind.IDENTIFIER:
                if value not in self._functions:
                    self.fail(f"function {quote(value)} not defined")
                return Identifier(start, value)
            case Kind.DOT:
                return Dot(start)
            case Kind.NIL:
                return Nil(start)
            case Kind.VARIABLE:
                if value not in self._variables:
                    self.fail(f"undefined variable {quote(value)}")
                return Variable(start, (value,))
            case Kind.FIELD:
                return Field(start, (value[1:],))
            case Kind.BOOL:
                return Bool(start, value == "true")
            case Kind.LEFT_PAREN:
                return self._pipeline("parenthesized pipeline", Kind.RIGHT_PAREN)
        if item.kind in _NUMBERS:
            try:
                return parse_number(item)
            except (NumberSyntaxError, QuoteError) as error:
                self.fail(str(error))
        if item.kind in _STRINGS:
            return String(start, value, self._string(item))
        self._pending.append(item)
        return None
