"""White space as Go's `unicode.IsSpace` sees it; Python's own idea also takes in U+001C to U+001F."""

__all__ = ["SPACES", "is_space", "trim_space"]

SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def trim_space(text: str) -> str:
    """`strings.TrimSpace`."""
    return text.strip(SPACES)


def is_space(char: str) -> bool:
    """Whether a character is white space."""
    return char in SPACES
