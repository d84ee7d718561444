"""Sprig's camelcase, snakecase and kebabcase: how github.com/huandu/xstrings 1.5 splits a text."""

from collections.abc import Iterator
from enum import Enum, auto
from unicodedata import category

from argosy.compiler.templating.gotemplate.functions import Table
from argosy.compiler.templating.gotemplate.sprig.runes import is_punctuation, lower_char, upper_char
from argosy.compiler.templating.limits import check_items
from argosy.compiler.templating.spaces import is_space

__all__ = ["FUNCTIONS"]

_IDEOGRAPHS = (
    ("\u3034", "\u30ff"),
    ("\u3400", "\u4dbf"),
    ("\u4e00", "\u9fff"),
    ("\uf900", "\ufaff"),
    ("\uff66", "\uff9f"),
)


class _Word(Enum):
    END = auto()
    NUMBER = auto()
    UPPER = auto()
    ALPHABET = auto()
    CONNECTOR = auto()
    PUNCTUATION = auto()
    OTHER = auto()


def _is_connector(char: str) -> bool:
    return char in "-_" or is_space(char)


def _is_alphabet(char: str) -> bool:
    return char.isalpha() and not any(low <= char <= high for low, high in _IDEOGRAPHS)


def _is_number(char: str) -> bool:
    return category(char)[0] == "N"


def _is_upper(char: str) -> bool:
    return category(char) == "Lu"


def _is_small(char: str) -> bool:
    return _is_alphabet(char) and not _is_upper(char)


def _is_other(char: str) -> bool:
    return not (_is_connector(char) or _is_alphabet(char) or _is_number(char) or is_punctuation(char))


_CLASSES = (
    (_Word.CONNECTOR, _is_connector),
    (_Word.PUNCTUATION, is_punctuation),
    (_Word.ALPHABET, _is_small),
    (_Word.NUMBER, _is_number),
    (_Word.OTHER, _is_other),
)


def _words(text: str) -> Iterator[tuple[_Word, str]]:
    at = 0
    while at < len(text):
        kind, end = _word_at(text, at)
        yield kind, text[at:end]
        at = end


def _word_at(text: str, start: int) -> tuple[_Word, int]:
    if _is_upper(text[start]):
        return _Word.UPPER, _end_of_upper(text, start)
    for kind, belongs in _CLASSES:
        if belongs(text[start]):
            end = start + 1
            while end < len(text) and belongs(text[end]):
                end += 1
            return kind, end
    return _Word.OTHER, start + 1


def _end_of_upper(text: str, start: int) -> int:
    """`HTTPServer` is HTTP and Server: the last capital goes with the small letters that follow."""
    end = start + 1
    if end < len(text) and _is_upper(text[end]):
        while end < len(text) and _is_upper(text[end]):
            end += 1
        return end - 1 if end < len(text) and _is_alphabet(text[end]) else end
    while end < len(text) and _is_small(text[end]):
        end += 1
    return end


class _Joiner:
    """Writes the words with a connector between them; numbers stick to what is next to them."""

    def __init__(self, text: str, connector: str) -> None:
        check_items(len(text))
        self._words = _words(text)
        self._connector = connector
        self._out: list[str] = []
        self._kind: _Word = _Word.END
        self._word = ""

    def run(self) -> str:
        before, word = self._advance()
        if before is _Word.END:
            return ""
        while True:
            following, _ = self._advance()
            if following is _Word.END or before is not _Word.CONNECTOR:
                self._write(before, word)
            if following is _Word.END:
                break
            self._after(before, word)
            before, word = self._kind, self._word
            if before is _Word.END:
                break
        return "".join(self._out)

    def _advance(self) -> tuple[_Word, str]:
        self._kind, self._word = next(self._words, (_Word.END, ""))
        return self._kind, self._word

    def _after(self, before: _Word, word: str) -> None:
        if before is _Word.CONNECTOR:
            self._write(before, word)
        elif before is _Word.NUMBER:
            self._alphanumerics()
        elif before is not _Word.PUNCTUATION:
            self._after_letters()

    def _after_letters(self) -> None:
        if self._kind is not _Word.NUMBER:
            self._connect()
            return
        number = self._word
        following, _ = self._advance()
        if following is _Word.ALPHABET:
            self._out.append(self._connector)
            self._write(_Word.NUMBER, number)
            self._alphanumerics()
            return
        self._write(_Word.NUMBER, number)
        if following is not _Word.END:
            self._connect()

    def _alphanumerics(self) -> None:
        while self._kind in (_Word.ALPHABET, _Word.NUMBER):
            self._write(self._kind, self._word)
            self._advance()
        if self._kind is not _Word.END:
            self._connect()

    def _connect(self) -> None:
        if self._kind not in (_Word.CONNECTOR, _Word.PUNCTUATION):
            self._out.append(self._connector)

    def _write(self, kind: _Word, word: str) -> None:
        if kind not in (_Word.UPPER, _Word.CONNECTOR):
            self._out.append(word)
            return
        for char in word:
            self._out.append(
                self._connector if _is_connector(char) else lower_char(char) if _is_upper(char) else char
            )


def _camelcase(text: str) -> str:
    """Upper camel case; connectors at the ends stay, a run of several keeps all but the last."""
    start = 0
    while start < len(text) and _is_connector(text[start]):
        start += 1
    if start >= len(text):
        # The original writes the last connector twice.
        return text + text[-1:]
    out = [text[:start]]
    capital = _is_upper(text[start])
    present = upper_char(text[start])
    for char in text[start + 1 :]:
        before, present = present, char
        if _is_connector(char) and _is_connector(before):
            out.append(before)
        elif _is_connector(before):
            capital = _is_upper(char)
            present = upper_char(char)
        else:
            if capital:
                capital = _is_upper(char)
                present = lower_char(char) if capital else char
            out.append(before)
    return "".join((*out, present))


FUNCTIONS: Table = {
    "camelcase": (_camelcase, "string", "string"),
    "kebabcase": (lambda text: _Joiner(text, "-").run(), "string", "string"),
    "snakecase": (lambda text: _Joiner(text, "_").run(), "string", "string"),
}
