"""Deep equality and deep copies, as `reflect.DeepEqual` and copystructure have them."""

from argosy.compiler.templating.gotemplate.functions import GoError
from argosy.compiler.templating.gotemplate.values import Slice, go_type
from argosy.compiler.templating.limits import MAX_ITEMS, LimitError

__all__ = ["deep_copy", "deep_equal"]


class _Budget:
    """Values may share parts, so that a small one unfolds to a huge one."""

    def __init__(self) -> None:
        self._left = MAX_ITEMS

    def spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise LimitError(f"the value has more than {MAX_ITEMS} elements")


def deep_equal(left: object, right: object) -> bool:
    """Same type and same content, all the way down: 1 and 1.0 differ, and so do a nil and an empty list."""
    return _equal(left, right, _Budget())


def _equal(left: object, right: object, budget: _Budget) -> bool:
    budget.spend()
    if go_type(left) != go_type(right):
        return False
    if isinstance(left, list) and isinstance(right, list):
        if _is_nil(left) != _is_nil(right) or len(left) != len(right):
            return False
        return all(_equal(a, b, budget) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key], budget) for key in left)
    return left == right


def _is_nil(value: list[object]) -> bool:
    return isinstance(value, Slice) and value.is_nil


def deep_copy(value: object) -> object:
    """A copy that shares nothing; of nothing there is none."""
    if value is None:
        raise GoError("reflect: call of reflect.Value.Type on zero Value")
    return _copy(value, _Budget())


def _copy(value: object, budget: _Budget) -> object:
    budget.spend()
    if isinstance(value, Slice):
        return Slice((_copy(item, budget) for item in value), value.element, value.is_nil)
    if isinstance(value, list):
        return [_copy(item, budget) for item in value]
    if isinstance(value, dict):
        return value.__class__((key, _copy(item, budget)) for key, item in value.items())
    return value
