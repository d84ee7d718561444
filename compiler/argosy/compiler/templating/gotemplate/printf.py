"""`printf`: the verbs, flags and complaints (`%!d(string=x)`) of Go's package `fmt`."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from math import isinf, isnan

from argosy.compiler.templating.gotemplate.format import (
    float_digits,
    format_float,
    go_syntax,
    show,
)
from argosy.compiler.templating.quoting import as_bytes, quote, quote_rune
from argosy.compiler.templating.gotemplate.values import GoObject, NamedInt, go_type
from argosy.compiler.templating.limits import check_text

__all__ = ["printf"]

_TOO_LARGE = 1_000_000
_NUMBER = re.compile(r"\d+", re.ASCII)


@dataclass(slots=True)
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
        verb = _Verb()
        self._good_index = True
        while self._char() != "" and self._char() in "#0+- ":
            verb.flags += self._char()
            self._at += 1
        after_index = self._index()
        if self._char() == "*":
            self._at += 1
            verb.width = self._star("WIDTH")
            if verb.width is not None and verb.width < 0:
                verb.width = -verb.width
                verb.flags += "-"
            after_index = False
        else:
            verb.width = self._number()
            if after_index and verb.width is not None:
                self._good_index = False
        self._precision(verb, after_index)
        if not after_index:
            self._index()
        verb.letter = self._char()
        self._at += 1
        self._finish(verb)

    def _precision(self, verb: _Verb, after_index: bool) -> None:
        if self._char() != ".":
            return
        self._at += 1
        if after_index:
            self._good_index = False
        self._index()
        if self._char() == "*":
            self._at += 1
            verb.precision = self._star("PREC")
            if verb.precision is not None and verb.precision < 0:
                verb.precision = None
                self._write("%!(BADPREC)")
        else:
            verb.precision = self._number() or 0

    def _finish(self, verb: _Verb) -> None:
        if verb.letter == "":
            self._write("%!(NOVERB)")
        elif verb.letter == "%":
            self._write("%")
        elif not self._good_index:
            self._write(f"%!{verb.letter}(BADINDEX)")
        elif self._argument >= len(self._values):
            self._write(f"%!{verb.letter}(MISSING)")
        else:
            value = self._values[self._argument]
            self._argument += 1
            self._write(_format(value, verb))

    def _number(self) -> int | None:
        match = _NUMBER.match(self._template, self._at)
        if not match:
            return None
        self._at = match.end()
        value = int(match[0])
        return value if value <= _TOO_LARGE else None

    def _star(self, name: str) -> int | None:
        value = self._values[self._argument] if self._argument < len(self._values) else None
        if self._argument < len(self._values):
            self._argument += 1
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _TOO_LARGE:
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
        if _NUMBER.fullmatch(digits) and 1 <= int(digits) <= len(self._values):
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
    if letter == "v" and verb.has("#"):
        return _pad(go_syntax(value), verb)
    return _value(value, verb)


def _value(value: object, verb: _Verb) -> str:
    if isinstance(value, GoObject | NamedInt) and verb.letter in "vsxXq":
        return _text(value.go_string(), verb)
    if isinstance(value, list):
        return "[" + " ".join(_inner(item, verb) for item in value) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{_inner(key, verb)}:{_inner(value[key], verb)}" for key in sorted(value)) + "]"
    if isinstance(value, bool):
        return _pad(show(value), verb) if verb.letter in "tv" else _bad(value, verb)
    if isinstance(value, int):
        return _integer(value, verb)
    if isinstance(value, float):
        return _float(value, verb) if verb.letter in "vbgGxXfFeE" else _bad(value, verb)
    if isinstance(value, str):
        return _text(value, verb) if verb.letter in "vsxXq" else _bad(value, verb)
    return _pad(show(value), verb) if verb.letter == "v" else _bad(value, verb)


def _inner(value: object, verb: _Verb) -> str:
    if value is None:
        return _pad("<nil>", verb) if verb.letter in "vs" and verb.letter == "v" else f"%!{verb.letter}(<nil>)"
    return _value(value, verb)


def _bad(value: object, verb: _Verb) -> str:
    return f"%!{verb.letter}({go_type(value)}={_value(value, _Verb())})"


def _pad(text: str, verb: _Verb, zeros: bool = False) -> str:
    if verb.width is None or len(text) >= verb.width:
        return text
    if verb.has("-"):
        return text.ljust(verb.width)
    if zeros and verb.has("0"):
        return text.rjust(verb.width, "0")
    return text.rjust(verb.width)


def _text(text: str, verb: _Verb) -> str:
    letter = verb.letter
    if letter in "xX":
        data = as_bytes(text) if verb.precision is None else as_bytes(text)[: verb.precision]
        digits = [f"{byte:02{letter}}" for byte in data]
        prefix = ("0" + letter) if verb.has("#") and digits else ""
        if verb.has(" "):
            return _pad(" ".join(prefix + pair for pair in digits), verb, zeros=True)
        return _pad(prefix + "".join(digits), verb, zeros=True)
    if verb.precision is not None:
        text = text[: verb.precision]
    if letter == "q":
        if verb.has("#") and "`" not in text and all(char.isprintable() or char == "\t" for char in text):
            return _pad(f"`{text}`", verb, zeros=True)
        return _pad(quote(text, ascii_only=verb.has("+")), verb, zeros=True)
    return _pad(text, verb, zeros=True)


def _integer(value: int, verb: _Verb) -> str:
    letter = verb.letter
    number = int(value)
    if letter == "c":
        return _pad(chr(number) if 0 <= number <= 0x10FFFF else "�", verb)
    if letter == "q":
        return _pad(quote_rune(number, ascii_only=verb.has("+")), verb)
    if letter == "U":
        text = f"U+{number:04X}"
        if verb.has("#") and 0 <= number <= 0x10FFFF and chr(number).isprintable():
            text += f" '{chr(number)}'"
        return _pad(text, verb)
    if letter not in "vdbooxXO":
        return _bad(value, verb)
    base = {"v": "d", "O": "o"}.get(letter, letter)
    digits = format(abs(number), base)
    if verb.precision is not None:
        digits = "" if verb.precision == 0 and number == 0 else digits.rjust(verb.precision, "0")
    sign = "-" if number < 0 else "+" if verb.has("+") else " " if verb.has(" ") else ""
    prefix = ""
    if verb.has("#"):
        prefix = {"b": "0b", "o": "" if digits.startswith("0") else "0", "x": "0x", "X": "0X"}.get(letter, "")
    if letter == "O":
        prefix = "0o"
    if verb.has("0") and not verb.has("-") and verb.width is not None and verb.precision is None:
        digits = digits.rjust(verb.width - len(sign), "0")
    return _pad(sign + prefix + digits, verb)


def _float(value: float, verb: _Verb) -> str:
    if isnan(value) or isinf(value):
        text = "NaN" if isnan(value) else "Inf"
        sign = "-" if value < 0 else "+" if verb.has("+") or (isinf(value) and False) else ""
        if isinf(value) and not sign:
            sign = "+"
        return _pad((" " if verb.has(" ") and sign == "" else sign) + text, verb)
    text = _float_text(value, verb)
    sign = ""
    if text[0] == "-":
        sign, text = "-", text[1:]
    elif verb.has("+"):
        sign = "+"
    elif verb.has(" "):
        sign = " "
    if verb.has("0") and not verb.has("-") and verb.width is not None:
        text = text.rjust(verb.width - len(sign), "0")
    return _pad(sign + text, verb)


def _float_text(value: float, verb: _Verb) -> str:
    letter, precision = verb.letter, verb.precision
    if letter in "vgG":
        text = format_float(value) if precision is None else _general(value, precision or 1)
        return text.upper() if letter == "G" else text
    if letter in "fF":
        return _fixed(value, 6 if precision is None else precision)
    if letter in "eE":
        text = _exponential(value, 6 if precision is None else precision)
        return text.upper() if letter == "E" else text
    if letter in "xX":
        return _hexadecimal(value, precision, letter)
    mantissa, exponent = _binary(value)
    return f"{mantissa}p{exponent:+d}"


def _fixed(value: float, precision: int) -> str:
    quantum = Decimal(1).scaleb(-precision)
    exact = Decimal(value)
    if precision > 400:
        return f"{value:.{precision}f}"
    return f"{exact.quantize(quantum, ROUND_HALF_EVEN, _CONTEXT):f}"


def _exponential(value: float, precision: int) -> str:
    text = f"{value:.{precision}e}"
    return text


def _general(value: float, precision: int) -> str:
    text = f"{value:.{precision - 1}e}"
    mantissa, _, exponent = text.partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    power = int(exponent)
    shortest_power = power
    limit = precision
    if limit > len(digits) and len(digits) >= shortest_power + 1:
        limit = len(digits)
    if value != 0 and (power < -4 or power >= limit):
        point = "." if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{point}{digits[1:]}e{'-' if power < 0 else '+'}{abs(power):02d}"
    return _plain(sign, digits, power)


def _plain(sign: str, digits: str, power: int) -> str:
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits.ljust(power + 1, "0")
    return f"{sign}{whole[: power + 1]}" + (f".{whole[power + 1 :]}" if len(whole) > power + 1 else "")


def _hexadecimal(value: float, precision: int | None, letter: str) -> str:
    mantissa, _, exponent = value.hex().partition("p")
    sign = "-" if mantissa.startswith("-") else ""
    _, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    lead = mantissa.lstrip("-")[2]
    if precision is not None:
        kept = int(lead + fraction.ljust(precision + 1, "0"), 16)
        drop = 4 * (len(fraction.ljust(precision + 1, "0")) - precision)
        half, rest = 1 << (drop - 1), kept & ((1 << drop) - 1)
        kept >>= drop
        kept += rest > half or (rest == half and kept & 1)
        digits = f"{kept:x}".rjust(precision + 1, "0")
        lead, fraction = digits[:-precision] if precision else digits, digits[len(digits) - precision :]
    power = int(exponent)
    text = f"{sign}0x{lead}{'.' if fraction else ''}{fraction}p{'-' if power < 0 else '+'}{abs(power):02d}"
    return text.upper() if letter == "X" else text


def _binary(value: float) -> tuple[int, int]:
    if value == 0:
        return 0, -1074
    numerator, denominator = value.as_integer_ratio()
    exponent = -(denominator.bit_length() - 1)
    while abs(numerator) < 1 << 52 and exponent > -1074:
        numerator, exponent = numerator * 2, exponent - 1
    while abs(numerator) >= 1 << 53:
        numerator, exponent = numerator // 2, exponent + 1
    return numerator, exponent


def _context() -> "Context":
    return Context(prec=1200)


from decimal import Context  # noqa: E402

_CONTEXT = _context()
_ = float_digits
