"""`printf`: the verbs, flags and complaints (`%!d(string=x)`) of Go's package `fmt`."""

import re
from dataclasses import dataclass, replace

from argosy.compiler.templating.gotemplate.digits import float_text, integer_text
from argosy.compiler.templating.gotemplate.format import go_syntax, show
from argosy.compiler.templating.gotemplate.values import GoObject, NamedInt, Slice, go_type, weigh
from argosy.compiler.templating.limits import check_text
from argosy.compiler.templating.quoting import as_bytes, quote, quote_rune

__all__ = ["printf"]

_TOO_LARGE = 1_000_000
_NUMBER = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Verb:
    flags: str = ""
    width: int | None = None
    precision: int | None = None
    letter: str = "v"

    def has(self, flag: str) -> bool:
        return flag in self.flags


def printf(template: str, *values: object) -> str:
    """`fmt.Sprintf`."""
    return _Printer(template, values).run()


class _Printer:
    def __init__(self, template: str, values: tuple[object, ...]) -> None:
        self._template = template
        self._values = values
        self._at = 0
        self._argument = 0
        self._reordered = False
        self._good_index = True
        self._out: list[str] = []
        self._length = 0

    def run(self) -> str:
        while True:
            percent = self._template.find("%", self._at)
            end = len(self._template) if percent < 0 else percent
            self._write(self._template[self._at : end])
            if percent < 0:
                break
            self._at = percent + 1
            self._verb()
        if not self._reordered and self._argument < len(self._values):
            extra = ", ".join(
                "<nil>" if value is None else f"{go_type(value)}={show(value)}"
                for value in self._values[self._argument :]
            )
            self._write(f"%!(EXTRA {extra})")
        return "".join(self._out)

    def _write(self, text: str) -> None:
        self._length += len(text)
        check_text(self._length)
        self._out.append(text)

    def _char(self) -> str:
        return self._template[self._at : self._at + 1]

    def _verb(self) -> None:
        flags, precision = "", None
        self._good_index = True
        while self._char() != "" and self._char() in "#0+- ":
            flags += self._char()
            self._at += 1
        after_index = self._index()
        if self._char() == "*":
            self._at += 1
            width = self._star("WIDTH")
            if width is not None and width < 0:
                width, flags = -width, flags + "-"
            after_index = False
        else:
            width = self._number()
            if after_index and width is not None:
                self._good_index = False
        if self._char() == ".":
            precision, after_index = self._precision(after_index)
        if not after_index:
            self._index()
        letter = self._char()
        self._at += 1
        self._finish(_Verb(flags, width, precision, letter))

    def _precision(self, after_index: bool) -> tuple[int | None, bool]:
        self._at += 1
        if after_index:
            self._good_index = False
        after_index = self._index()
        if self._char() != "*":
            return self._number() or 0, after_index
        self._at += 1
        precision = self._star("PREC", least=0)
        return precision, False

    def _finish(self, verb: _Verb) -> None:
        letter = verb.letter
        if letter == "":
            self._write("%!(NOVERB)")
        elif letter == "%":
            self._write("%")
        elif not self._good_index:
            self._write(f"%!{letter}(BADINDEX)")
        elif self._argument >= len(self._values):
            self._write(f"%!{letter}(MISSING)")
        else:
            value = self._values[self._argument]
            self._argument += 1
            self._write(_format(value, verb))

    def _number(self) -> int | None:
        match = _NUMBER.match(self._template, self._at)
        if not match:
            return None
        if len(match[0]) > 9 or (len(match[0]) > 1 and int(match[0][:-1]) > _TOO_LARGE):
            # Go gives up on the whole rest of the template.
            self._at = len(self._template)
            return None
        self._at = match.end()
        check_text(int(match[0]))
        return int(match[0])

    def _star(self, name: str, least: int = -_TOO_LARGE) -> int | None:
        value = self._values[self._argument] if self._argument < len(self._values) else None
        if self._argument < len(self._values):
            self._argument += 1
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _TOO_LARGE:
            self._write(f"%!(BAD{name})")
            return None
        return int(value)

    def _index(self) -> bool:
        """An explicit argument index, `[3]`."""
        if self._char() != "[":
            return False
        self._reordered = True
        end = self._template.find("]", self._at)
        if end < 0:
            self._good_index = False
            self._at += 1
            return False
        digits = self._template[self._at + 1 : end]
        self._at = end + 1
        if _NUMBER.fullmatch(digits) and len(digits) < 9 and 1 <= int(digits) <= len(self._values):
            self._argument = int(digits) - 1
            return True
        self._good_index = False
        return False


def _format(value: object, verb: _Verb) -> str:
    letter = verb.letter
    if letter == "T":
        return _pad(go_type(value), verb)
    if value is None:
        return _pad("<nil>", verb) if letter == "v" else f"%!{letter}(<nil>)"
    if letter == "p":
        return f"%!p({go_type(value)}={show(value)})"
    weigh(value)
    if letter == "v" and verb.has("#"):
        return _pad(go_syntax(value), verb)
    return _value(value, verb)


def _value(value: object, verb: _Verb) -> str:
    if isinstance(value, GoObject | NamedInt) and verb.letter in "vsxXq":
        return _text(value.go_string(), verb)
    if isinstance(value, Slice) and value.element == "uint8" and verb.letter in "sxXq":
        return _text(bytes(value).decode(errors="replace"), verb)  # type: ignore[arg-type]
    if isinstance(value, list):
        return "[" + " ".join(_inner(item, verb) for item in value) + "]"
    if isinstance(value, dict):
        return (
            "map["
            + " ".join(f"{_inner(key, verb)}:{_inner(value[key], verb)}" for key in sorted(value))
            + "]"
        )
    if isinstance(value, bool):
        return _pad(show(value), verb) if verb.letter in "tv" else _bad(value, verb)
    if isinstance(value, int):
        return _integer(value, verb)
    if isinstance(value, float):
        known = verb.letter in "vbgGxXfFeE"
        return (
            _pad(float_text(value, verb.letter, verb.flags, verb.width, verb.precision), verb)
            if known
            else _bad(value, verb)
        )
    if isinstance(value, complex):
        return _complex(value, verb)
    if isinstance(value, str):
        return _text(value, verb) if verb.letter in "vsxXq" else _bad(value, verb)
    return _bad(value, verb)


def _inner(value: object, verb: _Verb) -> str:
    return "<nil>" if value is None else _value(value, verb)


def _bad(value: object, verb: _Verb) -> str:
    # The value is printed with the flags and the width that the verb came with.
    return f"%!{verb.letter}({go_type(value)}={_value(value, replace(verb, letter='v'))})"


def _pad(text: str, verb: _Verb, zeros: bool = False) -> str:
    if verb.width is None or len(text) >= verb.width:
        return text
    if verb.has("-"):
        return text.ljust(verb.width)
    return text.rjust(verb.width, "0" if zeros and verb.has("0") else " ")


def _text(text: str, verb: _Verb) -> str:
    letter = verb.letter
    if letter in "xX":
        data = as_bytes(text) if verb.precision is None else as_bytes(text)[: verb.precision]
        digits = [f"{byte:02{letter}}" for byte in data]
        prefix = ("0" + letter) if verb.has("#") and digits else ""
        joined = " ".join(prefix + pair for pair in digits) if verb.has(" ") else prefix + "".join(digits)
        return _pad(joined, verb, zeros=True)
    if verb.precision is not None:
        text = text[: verb.precision]
    if letter == "q":
        raw = verb.has("#") and "`" not in text and all(char.isprintable() or char == "\t" for char in text)
        text = f"`{text}`" if raw else quote(text, ascii_only=verb.has("+"))
    return _pad(text, verb, zeros=True)


def _integer(value: int, verb: _Verb) -> str:
    letter, number = verb.letter, int(value)
    is_character = 0 <= number <= 0x10FFFF and not 0xD800 <= number < 0xE000
    if letter == "c":
        return _pad(chr(number) if is_character else "�", verb)
    if letter == "q":
        return _pad(quote_rune(number, ascii_only=verb.has("+")), verb)
    if letter == "U":
        text = f"U+{number & ((1 << 64) - 1):04X}"
        named = verb.has("#") and is_character and chr(number).isprintable()
        return _pad(f"{text} '{chr(number)}'" if named else text, verb)
    if letter not in "vdboxXO":
        return _bad(value, verb)
    return _pad(integer_text(number, letter, verb.flags, verb.width, verb.precision), verb)


def _complex(value: complex, verb: _Verb) -> str:
    if verb.letter not in "vbgGxXfFeE":
        return _bad(value, verb)
    signed = replace(verb, flags=verb.flags + "+")
    return f"({_value(value.real, verb)}{_value(value.imag, signed)}i)"
