"""Names of speakers before what they say: "ANNA:", "Dr. Smith:", "- Anna:", "アンナ：", or alone on a line.

A name can look like a word that is said ("Remember: be kind"), so the names are only marked: the sound decides.
"""

import re
from collections import Counter
from collections.abc import Callable

__all__ = ["mark_speakers"]

# Every pattern takes time in proportion to the length of the text.
PART = r"[^\W_][\w.'’-]{0,24}"
# Of one speaker, and of several.
BETWEEN = r"(?:[ _]#?|[ ]?[,&/+][ ]?)"
NAME = rf"{PART}(?:{BETWEEN}{PART}){{0,3}}"
SPLIT = re.compile(r"[ _#,&/+]+")
# "Anna (off):"
DIRECTION = r"(?:[ \t]{0,9}[(（][^()（）\n]{0,80}[)）]|[ \t]{0,9}\[[^\[\]\n]{0,80}\])?"
COLON = r"[ \t\u202f]{0,9}(?::(?:\*\*|__)|(?:\*\*|__)?:)(?=\s|$)|[ \t]{0,9}："
DASH = r"(?:(?:>{1,9}|-{1,2}|–|—|\*\*|__)[ \t]{0,9})?"
CLOCK = r"(?:\d{1,2}:\d\d(?::\d\d)?[ \t]{1,9})?"
LINE = re.compile(rf"^([ \t]{{0,60}}){CLOCK}{DASH}({NAME}){DIRECTION}(?:{COLON})", re.MULTILINE)
# Where a sentence ends within a line.
WITHIN = re.compile(
    rf"((?<=[.!?…\"”’')\]])[ \t]{{1,9}}{DASH}|(?<!>)>{{2,9}}[ \t]{{0,9}})({NAME}){DIRECTION}(?:{COLON})"
)
# A name alone on a line, above a line or a direction.
ALONE = re.compile(
    rf"^([ \t]{{0,60}})([^\W\d_][\w.'’&-]{{1,24}}(?: [\w.'’&-]{{1,24}}){{0,2}}){DIRECTION}[ \t]{{0,60}}\n"
    r"(?=[ \t]{0,60}([^\n]{1,200}))",
    re.MULTILINE,
)
# A name that begins so many lines is one, however it is written; words of it at most.
OFTEN, OFTEN_WORDS = 2, 3
# Letters of a name in a script without capitals, at most.
SHORT = 10
AND = frozenset(("and", "und", "et", "y", "e", "i", "и", "og", "en", "ja"))


def mark_speakers(text: str, before: str, behind: str) -> str:
    """The text with the names of speakers between `before` and `behind`, without what stands around them."""
    counts = Counter(found[2].casefold() for found in LINE.finditer(text))

    def marked(is_name: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
        return lambda found: f"{found[1]} {before}{found[2]}{behind} " if is_name(found[2]) else found[0]

    text = ALONE.sub(
        lambda found: f"{before}{found[2]}{behind}\n" if _is_heading(found[2], found[3]) else found[0], text
    )
    text = LINE.sub(marked(lambda name: _is_name(name) or _may_be_name(name, counts[name.casefold()])), text)
    return WITHIN.sub(marked(_is_name), text)


def _is_name(name: str) -> bool:
    """Whether every word begins with a capital letter, or a later one with a digit."""
    words = [word for word in SPLIT.split(name) if word]
    return words[0][0].isupper() and all(word[0].isupper() or word[0].isdigit() or word in AND for word in words[1:])


def _may_be_name(name: str, count: int) -> bool:
    """Whether it is one word, or a few that begin several lines. count: of these."""
    words = [word for word in SPLIT.split(name) if word]
    if not any(map(str.isalpha, name)):
        return False
    if count >= OFTEN:
        return len(words) <= OFTEN_WORDS
    return len(words) == 1 and (len(name) <= SHORT or name.lower() != name.upper())


def _is_heading(name: str, below: str) -> bool:
    """Whether a line is in capitals, and the one below it is not, or a direction."""
    return name.isupper() and (below[0] == "(" or below.upper() != below)
