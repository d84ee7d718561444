"""Names that Kubernetes takes, made from names that it does not."""

import re
import unicodedata

__all__ = ["normalize", "slugify"]

_INVALID = re.compile("[^-a-z0-9.]")
_REPLACED = str.maketrans({"_": "-", "&": "and", "@": "at", '"': "", "'": "", "\u2019": ""})

_SPELLINGS = (
    "ßss æae ðd øo þth đd ħh ıi ĸk łl ŋng œoe ŧt ŀl ŉ-n "
    "µu ×x °deg ¼1-4 ½1-2 ¾3-4 €eu ¢c- £ps ¥y- §ss ¶p ©-c- ®-r- "
    "αa βb γg δd εe ζz ηe θth ιi κk λl μm νn ξx οo πp ρr ςs σs τt υu φph χkh ψps ωo Ξks "
    "аa бb вv гg дd еe жzh зz иi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ- ыy ь- эe юiu яia "
    "ѐie ёio ђdj ѓgj єie ѕdz іi їyi јj љlj њnj ћtsh ќkj џdzh ґg-"
)
_LETTERS = {spelled[0]: spelled[1:] for spelled in _SPELLINGS.split()}
# As in gosimple/unidecode, which spells other scripts and signs, too.
_SIGNS = frozenset("¡¤¦«¬±·»¿÷‐‑‒–—―‖‘‚‛“”„‟†‡•‣‧‰′‵‸‹›")


def normalize(name: str) -> str:
    """The name as a DNS subdomain: lower case, other characters as `-`, at most 253, trimmed of `-.`.

    Argo CD's `normalize` and the `…Normalized` parameters.
    """
    return _INVALID.sub("-", name.lower())[:253].strip("-.")


def slugify(name: str, limit: int = 50) -> str:
    """The name as a DNS label of at most `limit` characters, cut at a dash where there is one.

    As github.com/gosimple/slug with Argo CD's settings for branches (`_` counts as `-`). Latin, Greek and
    Cyrillic letters are spelled; characters of other scripts go.
    """
    text = "".join(map(_spelled, name.strip().translate(_REPLACED)))
    text = re.sub("-+", "-", re.sub("[^a-z0-9-_]", "-", text)).strip("-_")
    if len(text) <= limit:
        return text
    cut = text.rfind("-", 0, limit + 1)
    return text[:cut] if cut >= 0 else text[:limit]


def _spelled(character: str) -> str:
    if character.isascii():
        return character.lower()
    if character in _SIGNS:
        return "-"
    for letter in (character, character.lower()):
        if letter in _LETTERS:
            return _LETTERS[letter]
    parts = unicodedata.normalize("NFKD", character.lower())
    return "".join(_LETTERS.get(part, part if part.isascii() else "") for part in parts)
