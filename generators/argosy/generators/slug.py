"""Names that Kubernetes takes, made from names that it does not."""

import re
import unicodedata

__all__ = ["normalize", "slugify"]

_INVALID = re.compile("[^-a-z0-9.]")
_SPELLED = str.maketrans(
    {
        "_": "-",
        "&": "and",
        "@": "at",
        '"': "",
        "'": "",
        "\u2019": "",
        "\u00df": "ss",
        "\u00e6": "ae",
        "\u00f8": "o",
    }
)


def normalize(name: str) -> str:
    """The name as a DNS subdomain: lower case, other characters as `-`, at most 253, trimmed of `-.`.

    Argo CD's `normalize` and the `…Normalized` parameters.
    """
    return _INVALID.sub("-", name.lower())[:253].strip("-.")


def slugify(name: str, limit: int = 50) -> str:
    """The name as a DNS label of at most `limit` characters, cut at a dash where there is one.

    As github.com/gosimple/slug with Argo CD's settings for branches (`_` counts as `-`).
    """
    text = name.strip().translate(_SPELLED)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    text = re.sub("-+", "-", re.sub("[^a-z0-9-_]", "-", text)).strip("-_")
    if len(text) <= limit:
        return text
    cut = text.rfind("-", 0, limit + 1)
    return text[:cut] if cut >= 0 else text[:limit]
