"""Letters to phones for words that are in no dictionary: ordered English spelling rules; the first match wins.

The form of the rules follows Elovitz et al. 1976 (letters in a left and a right context); the rules are our own.
"""

import re
from functools import cache

__all__ = ["phones_by_rule"]

# One rule a line: left context|letters|right context|phones. Contexts are regular expressions. "#" stands for a vowel
# letter, "%" for a consonant letter, "@" for an ending after which the vowel is long (hate, hated, hating).
RULES = """
^|a|$|EY
|aa||AA
|air||EH R
|are|$|EH R
w|ar||AO R
|arr||EH R
|ar|#|EH R
|ar||AA R
|aught||AO T
|augh||AO
|au||AO
|aw||AO
|ay||EY
|aigh||EY
|ai||EY
|ae||IY
#.*|able|$|AH B AH L
#.*|age|s?$|IH JH
#.*|ate|$|EY T
|alk||AO K
|alm||AA M
|all||AO L
|ald||AO L D
|alt||AO L T
#.*|al|(ly|s)?$|AH L
|a|ti[ao]|EY
|a|%@|EY
[wq]u?|a|[nlst]|AA
#.*|ard|s?$|ER D
#.*|an|s?$|AH N
#.*|ance|$|AH N S
#.*|ant|s?$|AH N T
|a|$|AH
|a||AE
m|b|s?$|
|bb||B
|b||B
|cch||K
^|ch|[rl]|K
|ch|ro|K
|ch||CH
|ck||K
|ci|[aou]|SH
|cc|[eiy]|K S
|cc||K
|cqu||K W
|c|[eiy]|S
|cz||CH
|c||K
|dge|$|JH
|dge|[sdr]|JH
|dg|[eiy]|JH
|dd||D
|d||D
|eau||OW
|ear|%|ER
|ear||IH R
|eer||IH R
|ee||IY
|ead||EH D
|ea|lth|EH
|ea|sure|EH
|ea||IY
|eigh||EY
c|ei||IY
|ei||AY
|eu|r|Y UH
[rljcdtnsz]|ew||UW
|ew||Y UW
|eu||Y UW
|ey|s?$|IY
|ey||EY
|ere|$|IH R
|err||EH R
^%*|er|#|IH R
|er||ER
#.*[td]|ed|$|IH D
#.*[pkfsxch]|ed|$|T
#.*|ed|$|D
#.*([sxzcg]|ch|sh)|es|$|IH Z
#.*[ptkf]|es|$|S
#.*|es|$|Z
#.*|ess|$|AH S
#.*|el|s?$|AH L
#.*|en|s?$|AH N
#.*|ence|$|AH N S
#.*|ent|s?$|AH N T
#.*|e|(ment|less|ness|ly|ful|$)|
#.*|et|s?$|AH T
#.*|est|$|AH S T
^[rdb]|e|%#|IH
^|e|%#|IH
^%+|e|$|IY
|e|%e$|IY
|eo||IY OW
|e|[aiou]|IY
|e||EH
|ff||F
|f||F
^|gh||G
#|gh|t|
#|gh|s?$|
^|gn||N
#|gn|s?$|N
|gg||G
|gue|$|G
|gu|[ei]|G
|g|[eiy]|JH
|g||G
#|h|(%|$)|
^[rgk]|h||
|h||HH
|igh||AY
|ign|(s|ed)?$|AY N
|ind|s?$|AY N D
|ild|s?$|AY L D
^%*|ie|s?$|AY
#.*|ier|s?$|IY ER
|ieu||Y UW
|ie||IY
|ique|s?$|IY K
#.*|ism|s?$|IH Z AH M
#.*|ize||AY Z
#.*|ine|s?$|IY N
#.*|ive|(s|ly)?$|IH V
#.*|ice|s?$|IH S
#.*|ite|s?$|AY T
|ious|$|IY AH S
l|ion||Y AH N
^%*|i|a|AY
|ia||IY AH
|ire|(s|d)?$|AY ER
|ir|#|IH R
|irr||IH R
|ir||ER
^|i|$|AY
|i|%@|AY
|i|$|IY
^%*|i|[eou]|AY
|i|[aou]|IY
|ii||IY
|i||IH
|j||JH
^|kn||N
|kk||K
|kh||K
|k||K
|ll||L
%|le|s?$|AH L
%|led|$|AH L D
|l||L
|mm||M
#|mn|$|M
|m||M
#|nge|[sd]?$|N JH
|ng|(s|e[rd]s?|ing)?$|NG
|ng|[rlaou]|NG G
|ng|[eiy]|N JH
|ng||NG
|nk||NG K
|nx||NG K S
|nn||N
|n||N
|oar||AO R
|oa||OW
|oor||AO R
|ook||UH K
|ood||UH D
|oo||UW
|ore|(s|d)?$|AO R
#.*|or|s?$|ER
w|or|%|ER
|orr||AO R
|or||AO R
|ought||AO T
|ough|$|OW
|ould||UH D
#.*|ous||AH S
|our||AO R
|ou||AW
#.*|ow|s?$|OW
^%+|ow|$|OW
|own|s?$|AW N
|ow|%|AW
|ow||OW
|oy||OY
|oi||OY
|oe|s?$|OW
|oeu||UH
|ol|[dtk]|OW L
|oll|s?$|OW L
|ost|$|OW S T
#.*|om|s?$|AH M
#.*|on|s?$|AH N
#.*|ot|s?$|AH T
|o|%@|OW
|o|$|OW
|o|s$|OW
|o|%(#|h)|OW
|o|[aeiu]|OW
|o|ff|AO
|o|ng|AO
|o||AA
|ph||F
^|ps||S
^|pn||N
|pp||P
|p||P
|que|s?$|K
|qu||K W
|q||K
|rrh||R
|rh||R
|rr||R
|r||R
^|sch||SH
|ssion||SH AH N
#|sion||ZH AH N
|sion||SH AH N
#|sure|[sd]?$|ZH ER
|sh||SH
|ss||S
|sc|[eiy]|S
|s|tle|S
|s|m$|Z
#|s|#|Z
[bdglmnrvwaeiouy]|s|$|Z
|s||S
|tion||SH AH N
|tian||SH AH N
|ti|(al|ous|ent|a$)|SH
|ture|(s|d)?$|CH ER
|tch||CH
s|t|le|
|ther|s?$|DH ER
|thm||DH AH M
|th|e$|DH
|th||TH
|tt||T
|tz||T S
|tsch||CH
|t||T
|urr||ER
|ure|(s|d)?$|Y ER
[rljsch]|ur|#|UH R
|ur|#|Y UH R
|ur||ER
|uy||AY
[gq]|u|[aeio]|W
[rljsdtn]|ue|s?$|UW
|ue|s?$|Y UW
|ui||UW
^|uni||Y UW N AH
^|un||AH N
[rljsdtnz]|u|%@|UW
|u|%@|Y UW
[rljsdtnz]|u|%#|UW
|u|%[aiou]|Y UW
f|ul|(ly)?$|AH L
[bp]|u|ll|UH
[bp]|u|sh|UH
|u|$|UW
|u|[aeio]|UW
|u||AH
|vv||V
|v||V
^|wr||R
^|wh|o|HH
|wh||W
|ww||W
|w||W
^|x||Z
^e|x|#|G Z
|x||K S
^|y|#|Y
#.*|y|(s|$)|IY
^%+|y|$|AY
|y|%e|AY
#|y|#|Y
|yr|%|ER
|y||IH
|zz|a|T S
|zz||Z
|z||Z
"""
# Symbols of the contexts -> regular expressions.
CONTEXTS = {"#": "[aeiouy]", "%": "[bcdfghjklmnpqrstvwxz]", "@": "(e|ed|es|ing|er|ers|able)$"}


def phones_by_rule(word: str) -> tuple[str, ...]:
    """ARPAbet phones, without stress, of a word in lower-case letters a-z; any other character is silent."""
    phones: list[str] = []
    position = 0
    while position < len(word):
        for left, letters, right, sound in _rules().get(word[position], ()):
            after = position + len(letters)
            if word.startswith(letters, position) and right.match(word, after) and left.search(word[:position]):
                phones.extend(sound)
                position = after
                break
        else:
            position += 1
    return tuple(phones)


@cache
def _rules() -> dict[str, list[tuple[re.Pattern, str, re.Pattern, tuple[str, ...]]]]:
    """The rules, compiled, by the first of their letters: (left context, letters, right context, phones)."""
    rules: dict[str, list] = {}
    for line in RULES.strip().splitlines():
        left, letters, right, sound = _fields(line)
        for symbol, pattern in CONTEXTS.items():
            left, right = left.replace(symbol, pattern), right.replace(symbol, pattern)
        rule = (re.compile(f"(?:{left})$"), letters, re.compile(right), tuple(sound.split()))
        rules.setdefault(letters[0], []).append(rule)
    return rules


def _fields(line: str) -> tuple[str, str, str, str]:
    """The four fields of a rule; a bar within brackets belongs to a context."""
    fields = re.split(r"\|(?![^(]*\))", line)
    left, letters, right, sound = fields
    return left, letters, right, sound
