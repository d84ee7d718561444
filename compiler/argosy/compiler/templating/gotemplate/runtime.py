"""What compiled templates call when the fast path does not fit: fields, types, loops and Go's error texts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from argosy.compiler.templating.errors import TemplateError
from argosy.compiler.templating.gotemplate.format import show
from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.values import GoObject, Slice, go_type, is_list, node_count
from argosy.compiler.templating.limits import (
    MAX_ITEMS,
    MAX_ITERATIONS,
    MAX_TEXT,
    LimitError,
    check_text,
)
from argosy.compiler.templating.quoting import as_bytes, quote
from argosy.generators.go_values import StringMap
from argosy.schemas.position import Path

__all__ = ["Missing", "Runtime", "Site", "boxes", "join_output", "value_text"]

Missing = str
"""What a key that a map does not have gives: `default`, `zero` or `error`."""

_Given = tuple[object, int, str | None]
"""An argument of a method: its value, its place, and its spelling where it is a constant."""

_LITERALS = {"string": "string", "int": "integer"}
_FREE = 1000
"""Characters or elements that a call may be given without being counted."""

_ROUND = 400
"""Bytes of new values that count as a round: all that a rendering can keep stays below 200 MB."""

_NODE = 100
"""Bytes that an element of new data takes, about."""

_NILABLE = ("interface {}", "reflect.Value", "map[string]interface {}", "[]interface {}")


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a template that an error may name."""

    path: Path
    text: str
    template: str
    start: int
    context: str

    def error(self, message: str) -> TemplateError:
        """Go's error for this place."""
        before = self.text[: self.start]
        line_start = before.rfind("\n") + 1
        line = before.count("\n") + 1
        column = len(as_bytes(before[line_start:]))
        text = (
            f"template: base:{line}:{column}: executing {quote(self.template)} at <{self.context}>: {message}"
        )
        return TemplateError("execute", text, path=self.path, line=line, column=self.start - line_start + 1)


def boxes(container: object) -> bool:
    """Whether the container's elements are interfaces in Go, so that a nil among them is a nil interface."""
    if isinstance(container, Slice):
        return container.element == "interface {}"
    return isinstance(container, list | dict) and not isinstance(container, StringMap)


class Runtime:
    """The slow paths of one compiled tree. Holds no state between renderings."""

    def __init__(self, missing: Missing) -> None:
        self._missing = missing
        self._sites: list[Site] = []

    def add(self, site: Site) -> int:
        """Register a place; generated code names it by the number that this returns."""
        self._sites.append(site)
        return len(self._sites) - 1

    def fail(self, site: int, message: str) -> TemplateError:
        """The error of a place, to be raised."""
        return self._sites[site].error(message)

    def called(self, error: Exception, site: int, name: str) -> TemplateError:
        """The error of a function's call, to be raised."""
        if isinstance(error, TemplateError):
            return error
        if isinstance(error, RecursionError):
            return self.fail(site, f"error calling {name}: the value is nested too deeply")
        return self.fail(site, f"error calling {name}: {error}")

    # -- fields ------------------------------------------------------------------------------------

    def field(self, value: object, names: Sequence[str], site: int, boxed: bool) -> object:
        """`value.a.b` where the plain look-up failed. `boxed`: the value is an interface in Go."""
        for name in names:
            value, boxed = self._field(value, name, site, boxed)
        return value

    def field_is_boxed(self, value: object, names: Sequence[str], site: int, boxed: bool) -> bool:
        """Whether a nil found at `value.a.b` is a nil interface rather than no value."""
        for name in names:
            value, boxed = self._field(value, name, site, boxed)
        return boxed

    def _field(self, value: object, name: str, site: int, boxed: bool) -> tuple[object, bool]:
        if value is None:
            if boxed:
                raise self.fail(site, f"nil pointer evaluating interface {{}}.{name}")
            if self._missing == "error":
                raise self.fail(site, f"nil data; no entry for key {quote(name)}")
            return None, False
        if isinstance(value, dict):
            is_text = isinstance(value, StringMap)
            if name in value:
                return value[name], not is_text
            if self._missing == "error":
                raise self.fail(site, f"map has no entry for key {quote(name)}")
            if self._missing == "zero":
                return ("" if is_text else None), not is_text
            return None, False
        if not isinstance(value, GoObject) or name not in value.attributes:
            raise self.fail(site, _no_field(value, name, boxed))
        if value.attributes[name] is None:
            return getattr(value, name), False
        self._count(value, name, site, 0)
        return self.invoke(value, name, (site, site), ()), False

    def owner(self, value: object, names: Sequence[str], site: int, boxed: bool, given: int) -> object:
        """The object of whose method `value.a.b argument…` is a call; None where there is no value at all.

        Raises Go's complaint where it is no method: before any argument is looked at, as Go does.
        """
        for name in names[:-1]:
            value, boxed = self._field(value, name, site, boxed)
        name = names[-1]
        if value is None:
            return self._field(value, name, site, boxed)[0]
        if isinstance(value, dict):
            raise self.fail(site, f"{name} is not a method but has arguments")
        if not isinstance(value, GoObject) or name not in value.attributes:
            raise self.fail(site, _no_field(value, name, boxed))
        if value.attributes[name] is None:
            raise self.fail(site, f"{name} has arguments but cannot be invoked as function")
        self._count(value, name, site, given)
        return value

    def _count(self, value: GoObject, name: str, site: int, given: int) -> None:
        wanted = len(value.attributes[name] or ())
        if given != wanted:
            raise self.fail(site, f"wrong number of args for {name}: want {wanted} got {given}")

    def invoke(
        self, value: GoObject, name: str, sites: tuple[int, int], arguments: tuple[_Given, ...]
    ) -> object:
        """The call of a method. `sites` are the node at work and the call, which the method's errors name."""
        parameters = value.attributes[name] or ()
        checked = [self._given(each, type_) for each, type_ in zip(arguments, parameters, strict=True)]
        try:
            return getattr(value, name)(*checked)
        except (GoError, LimitError, ArithmeticError, ValueError) as error:
            raise self.called(error, sites[1], name) from error

    # -- types -------------------------------------------------------------------------------------

    def want(self, value: object, type_: str, site: int, boxed: bool) -> object:
        """The value if a parameter of that Go type takes it."""
        if value is None:
            if boxed and type_ not in ("interface {}", "reflect.Value"):
                raise self.fail(site, f"wrong type for value; expected {type_}; got interface {{}}")
            if type_ not in _NILABLE:
                raise self.fail(site, f"invalid value; expected {type_}")
            return None
        if type_ not in ("interface {}", "reflect.Value") and go_type(value) != type_:
            raise self.fail(site, f"wrong type for value; expected {type_}; got {go_type(value)}")
        return value

    def _given(self, given: "_Given", type_: str) -> object:
        """A method's argument, whose type only the method knows."""
        value, site, literal = given
        if literal is None or go_type(value) == type_:
            return self.want(value, type_, site, False)
        if type_ not in _LITERALS:
            raise self.fail(site, f"can't handle {literal} for arg of type {type_}")
        raise self.fail(site, f"expected {_LITERALS[type_]}; found {literal}")

    # -- loops -------------------------------------------------------------------------------------

    def rounds(self, value: object, pairs: bool, site: int, budget: list[int]) -> Sequence[object]:
        """What a `range` goes over: the elements, or pairs of index (key) and element; empty for nil."""
        found: Sequence[object]
        if value is None:
            return ()
        if is_list(value):
            found = value if not pairs else list(enumerate(value))  # type: ignore[assignment,arg-type]
        elif isinstance(value, dict):
            keys = sorted(value)
            found = [(key, value[key]) for key in keys] if pairs else [value[key] for key in keys]
        elif isinstance(value, int) and not isinstance(value, bool):
            if pairs:
                raise self.fail(site, f"can't use {int(value)} to iterate over more than one variable")
            if value > MAX_ITERATIONS:
                raise self.fail(site, _TOO_MANY_ROUNDS)
            found = [value.__class__(each) for each in range(value)]
        else:
            raise self.fail(site, f"range can't iterate over {show(value)}")
        self.spend(len(found), site, budget)
        return found

    def spend(self, count: int, site: int, budget: list[int]) -> None:
        """Count rounds and calls, and stop a template that never ends."""
        budget[0] -= count
        if budget[0] < 0:
            raise self.fail(site, _TOO_MANY_ROUNDS)

    def charge(self, values: tuple[object, ...], site: int, budget: list[int]) -> None:
        """Count the work of a repeated call: what it is given may be large each time."""
        size = sum(len(each) for each in values if isinstance(each, str | list | dict))
        if size > _FREE:
            self.spend(size // _FREE, site, budget)

    def made(self, value: object, site: int, budget: list[int], times: int = 1) -> None:
        """Count the memory of a new value, `times` as much where its elements are new, too."""
        if isinstance(value, str | list | dict) and len(value) > _FREE:
            self.spend(value.__sizeof__() * times // _ROUND, site, budget)

    def made_tree(self, value: object, site: int, budget: list[int]) -> None:
        """Count the memory of a value in which everything is new."""
        if isinstance(value, list | dict):
            self.spend(node_count(value) * _NODE // _ROUND, site, budget)
        else:
            self.made(value, site, budget)

    def keep(self, value: object, site: int) -> object:
        """A value that a variable takes, unless it is too large: so that doubling in a loop ends early."""
        if (isinstance(value, str) and len(value) > MAX_TEXT) or (
            isinstance(value, list | dict) and len(value) > MAX_ITEMS
        ):
            raise self.fail(site, "the value is too large for a template")
        return value


_TOO_MANY_ROUNDS = f"the template takes more than {MAX_ITERATIONS} rounds"


def join_output(pieces: Iterable[str]) -> str:
    """The text of a leaf; refused when it is too long."""
    collected = list(pieces)
    check_text(sum(map(len, collected)))
    return "".join(collected)


def _no_field(value: object, name: str, boxed: bool) -> str:
    return f"can't evaluate field {name} in type {'interface {}' if boxed else go_type(value)}"


def value_text(value: object) -> str:
    """`reflect.Value.String`: a string, or the type of anything else."""
    return value if isinstance(value, str) else f"<{go_type(value)} Value>"
