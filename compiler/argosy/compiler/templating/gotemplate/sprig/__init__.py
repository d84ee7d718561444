"""Sprig's functions (github.com/Masterminds/sprig/v3 3.3), by topic; without env, expandenv and
getHostByName, which Argo CD takes away."""

from argosy.compiler.templating.gotemplate.functions import Table
from argosy.compiler.templating.gotemplate.sprig import (
    certificates,
    ciphers,
    dates,
    defaults,
    dicts,
    encodings,
    lists,
    maths,
    paths,
    patterns,
    strings,
    urls,
    versions,
    words,
)

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = (
    certificates.FUNCTIONS,
    ciphers.FUNCTIONS,
    dates.FUNCTIONS,
    defaults.FUNCTIONS,
    dicts.FUNCTIONS,
    encodings.FUNCTIONS,
    lists.FUNCTIONS,
    maths.FUNCTIONS,
    paths.FUNCTIONS,
    patterns.FUNCTIONS,
    strings.FUNCTIONS,
    urls.FUNCTIONS,
    versions.FUNCTIONS,
    words.FUNCTIONS,
)
