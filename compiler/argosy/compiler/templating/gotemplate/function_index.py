"""Which module holds which function of templates: a literal table, so that only the modules that a template
calls are imported. Knowing a name costs nothing.

Later modules win: sprig's `slice` over Go's own.
"""

from collections.abc import Mapping

__all__ = ["MODULES"]

_NAMES = {
    "builtins": """
        and call eq ge gt html index js le len lt ne not or print printf println urlquery
    """,
    "sprig.certificates": """
        buildCustomCert genCA genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey
        genSignedCert genSignedCertWithKey
    """,
    "sprig.ciphers": """
        bcrypt decryptAES derivePassword encryptAES htpasswd randBytes uuidv4
    """,
    "sprig.dates": """
        ago date dateInZone dateModify date_in_zone date_modify duration durationRound htmlDate
        htmlDateInZone mustDateModify mustToDate must_date_modify now toDate unixEpoch
    """,
    "sprig.defaults": """
        all any coalesce deepCopy deepEqual default empty fail hello kindIs kindOf mustDeepCopy
        ternary typeIs typeIsLike typeOf
    """,
    "sprig.dicts": """
        dict dig get hasKey keys merge mergeOverwrite mustMerge mustMergeOverwrite omit pick pluck
        set unset values
    """,
    "sprig.encodings": """
        adler32sum b32dec b32enc b64dec b64enc fromJson mustFromJson mustToJson mustToPrettyJson
        mustToRawJson sha1sum sha256sum sha512sum toJson toPrettyJson toRawJson
    """,
    "sprig.lists": """
        append chunk compact first has initial last prepend push rest reverse slice uniq without
        mustAppend mustChunk mustCompact mustFirst mustHas mustInitial mustLast mustPrepend mustPush
        mustRest mustReverse mustSlice mustUniq mustWithout concat list tuple
    """,
    "sprig.maths": """
        add add1 add1f addf atoi biggest ceil div divf float64 floor int int64 max maxf min minf mod
        mul mulf randInt round seq sub subf toDecimal until untilStep
    """,
    "sprig.paths": """
        base clean dir ext isAbs osBase osClean osDir osExt osIsAbs
    """,
    "sprig.patterns": """
        mustRegexFind mustRegexFindAll mustRegexMatch mustRegexReplaceAll mustRegexReplaceAllLiteral
        mustRegexSplit regexFind regexFindAll regexMatch regexQuoteMeta regexReplaceAll
        regexReplaceAllLiteral regexSplit
    """,
    "sprig.strings": """
        abbrev abbrevboth cat contains hasPrefix hasSuffix indent initials join lower nindent
        nospace plural quote randAlpha randAlphaNum randAscii randNumeric repeat replace shuffle
        sortAlpha split splitList splitn squote substr swapcase title toString toStrings trim
        trimAll trimPrefix trimSuffix trimall trunc untitle upper wrap wrapWith
    """,
    "sprig.urls": """
        urlJoin urlParse
    """,
    "sprig.versions": """
        semver semverCompare
    """,
    "sprig.words": """
        camelcase kebabcase snakecase
    """,
    "argocd": """
        fromYaml fromYamlArray normalize slugify toYaml
    """,
}

MODULES: Mapping[str, str] = {
    name: f"argosy.compiler.templating.gotemplate.{module}"
    for module, names in _NAMES.items()
    for name in names.split()
}
"""Every function's name with the module whose `FUNCTIONS` has it."""
