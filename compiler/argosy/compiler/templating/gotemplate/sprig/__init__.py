"""Sprig's functions (github.com/Masterminds/sprig/v3 3.3), by topic; without env, expandenv and getHostByName,
which Argo CD takes away."""

from argosy.compiler.templating.gotemplate.functions import Table
from argosy.compiler.templating.gotemplate.sprig import defaults, dicts, lists, maths, strings

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = (
    strings.FUNCTIONS,
    defaults.FUNCTIONS,
    lists.FUNCTIONS,
    dicts.FUNCTIONS,
    maths.FUNCTIONS,
)
