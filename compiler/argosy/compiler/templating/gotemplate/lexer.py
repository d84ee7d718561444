"""Splits the text of a Go template into items for the parser, one at a time, as Go's own lexer does.

The parser asks for items lazily, because which error a template ends in depends on how far it was read.
"""

from dataclasses import dataclass
from enum import Enum, auto

from argosy.compiler.templating.quoting import quote

__all__ = ["Item", "Kind", "Lexer"]


class Kind(Enum):
    """What an item is. Keywords are listed last."""

    ERROR = auto()
    BOOL = auto()
    CHAR = auto()
    CHAR_CONSTANT = auto()
    COMPLEX = auto()
    ASSIGN = auto()
    DECLARE = auto()
    EOF = auto()
    FIELD = auto()
    IDENTIFIER = auto()
    LEFT_DELIM = auto()
    LEFT_PAREN = auto()
    NUMBER = auto()
    PIPE = auto()
    RAW_STRING = auto()
    RIGHT_DELIM = auto()
    RIGHT_PAREN = auto()
    SPACE = auto()
    STRING = auto()
    TEXT = auto()
    VARIABLE = auto()
    BLOCK = auto()
    BREAK = auto()
    CONTINUE = auto()
    DOT = auto()
    DEFINE = auto()
    ELSE = auto()
    END = auto()
    IF = auto()
    NIL = auto()
    RANGE = auto()
    TEMPLATE = auto()
    WITH = auto()


_KEYWORDS = {
    "block": Kind.BLOCK,
    "break": Kind.BREAK,
    "continue": Kind.CONTINUE,
    "define": Kind.DEFINE,
    "else": Kind.ELSE,
    "end": Kind.END,
    "if": Kind.IF,
    "nil": Kind.NIL,
    "range": Kind.RANGE,
    "template": Kind.TEMPLATE,
    "with": Kind.WITH,
}
_SPECIAL = frozenset((*_KEYWORDS.values(), Kind.DOT))
_SPACES = " \t\r\n"
_SIMPLE = {"=": Kind.ASSIGN, "|": Kind.PIPE}
_DECIMAL, _HEX = "0123456789_", "0123456789abcdefABCDEF_"


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of the template; `start` counts characters from 0, `line` from 1."""

    kind: Kind
    start: int
    value: str
    line: int

    def __str__(self) -> str:
        if self.kind is Kind.EOF:
            return "EOF"
        if self.kind is Kind.ERROR:
            return self.value
        if self.kind in _SPECIAL:
            return f"<{self.value}>"
        return (
            quote(self.value[:10]) + "..."
            if len(self.value.encode("utf-8", "surrogatepass")) > 10
            else quote(self.value)
        )


def _is_word(char: str) -> bool:
    return char == "_" or char.isalpha() or char.isdecimal()


class Lexer:
    """Reads one template. After an error only errors follow."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._start = 0
        self._line = 1
        self._counted = 0
        self._inside = False
        self._parens = 0

    def next_item(self) -> Item:
        """The next item; `EOF` for ever after the end."""
        return self._action() if self._inside else self._outside()

    # -- positions ---------------------------------------------------------------------------------

    def _line_of(self, start: int) -> int:
        if start >= self._counted:
            self._line += self._text.count("\n", self._counted, start)
        else:
            self._line -= self._text.count("\n", start, self._counted)
        self._counted = start
        return self._line

    def _emit(self, kind: Kind) -> Item:
        item = Item(kind, self._start, self._text[self._start : self._at], self._line_of(self._start))
        self._start = self._at
        return item

    def _error(self, message: str) -> Item:
        item = Item(Kind.ERROR, self._start, message, self._line_of(self._start))
        self._text, self._at, self._start = "", 0, 0
        self._counted = 0
        return item

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    # -- text between actions ----------------------------------------------------------------------

    def _outside(self) -> Item:
        while True:
            delimiter = self._text.find("{{", self._at)
            if delimiter < 0:
                self._at = len(self._text)
                return self._emit(Kind.TEXT if self._at > self._start else Kind.EOF)
            self._at = delimiter
            trims = self._text[delimiter + 2 : delimiter + 3] == "-" and self._is_space(delimiter + 3)
            if trims:
                kept = len(self._text[self._start : delimiter].rstrip(_SPACES))
                self._at = self._start + kept
            item = self._emit(Kind.TEXT) if self._at > self._start else None
            self._at = self._start = delimiter
            if item is not None:
                return item
            marker = 2 if trims else 0
            if not self._text.startswith("/*", delimiter + 2 + marker):
                self._at += 2
                item = self._emit(Kind.LEFT_DELIM)
                self._inside, self._parens = True, 0
                self._at += marker
                self._start = self._at
                return item
            self._at = self._start = delimiter + 2 + marker
            failure = self._comment()
            if failure is not None:
                return failure

    def _comment(self) -> Item | None:
        end = self._text.find("*/", self._at + 2)
        if end < 0:
            return self._error("unclosed comment")
        self._at = end + 2
        closes, trims = self._right_delimiter()
        if not closes:
            return self._error("comment ends before closing delimiter")
        self._at += 4 if trims else 2
        if trims:
            self._skip_spaces()
        self._start = self._at
        return None

    def _is_space(self, index: int) -> bool:
        return self._text[index : index + 1] in (" ", "\t", "\r", "\n")

    def _skip_spaces(self) -> None:
        while self._is_space(self._at):
            self._at += 1

    def _right_delimiter(self) -> tuple[bool, bool]:
        if self._is_space(self._at) and self._text.startswith("-}}", self._at + 1):
            return True, True
        return self._text.startswith("}}", self._at), False

    def _close(self) -> Item:
        trims = not self._text.startswith("}}", self._at)
        if trims:
            self._at += 2
            self._start = self._at
        self._at += 2
        item = self._emit(Kind.RIGHT_DELIM)
        if trims:
            self._skip_spaces()
            self._start = self._at
        self._inside = False
        return item

    # -- inside an action --------------------------------------------------------------------------

    def _action(self) -> Item:
        if self._right_delimiter()[0]:
            return self._close() if self._parens == 0 else self._error("unclosed left paren")
        char = self._peek()
        self._at += 1
        if char == "":
            return self._error("unclosed action")
        if char in _SPACES:
            return self._space()
        if char in _SIMPLE:
            return self._emit(_SIMPLE[char])
        if char == ":":
            if self._peek() != "=":
                return self._error("expected :=")
            self._at += 1
            return self._emit(Kind.DECLARE)
        if char in "\"'`":
            return self._quoted(char)
        if char == "$" or (char == "." and not self._peek().isascii()):
            return self._field(Kind.VARIABLE if char == "$" else Kind.FIELD)
        if char == "." and self._at < len(self._text) and self._peek() not in "0123456789":
            return self._field(Kind.FIELD)
        if char in ".+-0123456789":
            self._at -= 1
            return self._number()
        if _is_word(char):
            return self._word()
        if char in "()":
            return self._paren(char)
        if char.isascii() and char.isprintable():
            return self._emit(Kind.CHAR)
        shown = f"U+{ord(char):04X}" + (f" '{char}'" if char.isprintable() else "")
        return self._error(f"unrecognized character in action: {shown}")

    def _paren(self, char: str) -> Item:
        if char == "(":
            self._parens += 1
            return self._emit(Kind.LEFT_PAREN)
        self._parens -= 1
        if self._parens < 0:
            return self._error("unexpected right paren")
        return self._emit(Kind.RIGHT_PAREN)

    def _space(self) -> Item:
        self._skip_spaces()
        if self._text.startswith("-}}", self._at):
            self._at -= 1
            if self._at == self._start:
                return self._close()
        return self._emit(Kind.SPACE)

    def _at_terminator(self) -> bool:
        char = self._peek()
        return char == "" or char in " \t\r\n.,|:)(" or self._text.startswith("}}", self._at)

    def _bad_character(self) -> Item:
        char = self._peek()
        shown = f"U+{ord(char):04X}" + (f" '{char}'" if char.isprintable() else "")
        return self._error(f"bad character {shown}")

    def _word(self) -> Item:
        while _is_word(self._peek()):
            self._at += 1
        if not self._at_terminator():
            return self._bad_character()
        word = self._text[self._start : self._at]
        if word in ("true", "false"):
            return self._emit(Kind.BOOL)
        return self._emit(_KEYWORDS.get(word, Kind.IDENTIFIER))

    def _field(self, kind: Kind) -> Item:
        if self._at_terminator():
            return self._emit(kind if kind is Kind.VARIABLE else Kind.DOT)
        while _is_word(self._peek()):
            self._at += 1
        return self._emit(kind) if self._at_terminator() else self._bad_character()

    def _quoted(self, mark: str) -> Item:
        kind, name = {
            '"': (Kind.STRING, "quoted string"),
            "'": (Kind.CHAR_CONSTANT, "character constant"),
            "`": (Kind.RAW_STRING, "raw quoted string"),
        }[mark]
        while True:
            char = self._peek()
            self._at += 1
            if char == "\\" and mark != "`":
                char = self._peek()
                self._at += 1
                if char not in ("", "\n"):
                    continue
            if char == "" or (char == "\n" and mark != "`"):
                return self._error(f"unterminated {name}")
            if char == mark:
                return self._emit(kind)

    # -- numbers -----------------------------------------------------------------------------------

    def _number(self) -> Item:
        if not self._scan_number():
            return self._error(f"bad number syntax: {quote(self._text[self._start : self._at])}")
        if self._peek() in ("+", "-"):
            if not self._scan_number() or self._text[self._at - 1] != "i":
                return self._error(f"bad number syntax: {quote(self._text[self._start : self._at])}")
            return self._emit(Kind.COMPLEX)
        return self._emit(Kind.NUMBER)

    def _accept(self, valid: str) -> bool:
        found = self._peek() != "" and self._peek() in valid
        self._at += found
        return found

    def _accept_run(self, valid: str) -> None:
        while self._accept(valid):
            pass

    def _scan_number(self) -> bool:
        self._accept("+-")
        digits = _DECIMAL
        if self._accept("0"):
            if self._accept("xX"):
                digits = _HEX
            elif self._accept("oO"):
                digits = "01234567_"
            elif self._accept("bB"):
                digits = "01_"
        self._accept_run(digits)
        if self._accept("."):
            self._accept_run(digits)
        if digits in (_DECIMAL, _HEX) and self._accept("eE" if digits is _DECIMAL else "pP"):
            self._accept("+-")
            self._accept_run(_DECIMAL)
        self._accept("i")
        if _is_word(self._peek()):
            self._at += 1
            return False
        return True
