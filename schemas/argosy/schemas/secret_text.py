"""Whether a text may hold values of Secrets, of which no line is to be shown. Pure."""

import re

__all__ = ["may_hold_secrets"]

_SECRET = re.compile(rb"""\bkind["']?\s*:\s*["']?(?:Secret(?:List)?\b|\{\{)|\bsecretGenerator\b""")


def may_hold_secrets(content: bytes) -> bool:
    """For texts that cannot be read as YAML: whether they speak of Secrets or templated kinds."""
    return _SECRET.search(content) is not None
