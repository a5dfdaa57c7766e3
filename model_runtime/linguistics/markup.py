"""What people write around the words of a transcript: emoji, stage directions, speakers, markdown, HTML.

What is never spoken is left out. What may be spoken or not, such as "(really)" or "(laughs)", stays between OPEN and
CLOSE: the sound decides.
"""

import html
import re
import unicodedata

from model_runtime.linguistics.speakers import mark_speakers

__all__ = ["CLOSE", "OPEN", "without_markup"]

# Marks around what may be spoken or not. Control characters of the transcript itself are left out before.
OPEN, CLOSE = "\x01", "\x02"
MAYBE = rf"{OPEN}\1{CLOSE}"
# A transcript may be any text, so every pattern below takes time in proportion to the length of the text.
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
# Opening bracket -> closing bracket of what is never spoken. "<" is one only before a letter or a sign of a tag.
CLOSING = {"[": "]", "<": ">", "{": "}", "【": "】", "〔": "〕"}
OPENING = re.compile(r"[\[{【〔]|<(?=[A-Za-z/!?])")
ROUND = {"(": ")"}
ROUND_OPENING = re.compile(r"\(")
# Unicode categories of pictures (emoji, notes of music), of invisible characters and of those without a meaning.
PICTURES = frozenset({"So", "Cc", "Cf", "Co", "Cs", "Cn", "Me"})
# Characters of these categories that are read aloud or end a word.
READ_ALOUD = frozenset("°№℃℉\n\t" + OPEN + CLOSE)
VARIANTS = re.compile("[\U0001f3fb-\U0001f3ff\ufe00-\ufe0f]")
SHORTCODE = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]{1,30}:(?![\w:])")
EMOTICON = re.compile(
    r"(?<![\w<])(?:[:;=][-o^']?(?:[DPpOoSs3](?!\w)|[)(\]\[/\\|*$]+)|<[/\\]?3+(?!\w)|[xX]D+(?!\w)|[TtoOuU^][_.][TtoOuU^](?!\w))"
)
LINK = re.compile(r"(!?)\[([^\[\]\n]{0,500})\]\([^()\s]{0,2000}(?: \"[^\"\n]{0,200}\")?\)")
FENCE = re.compile(r"^[ \t]{0,20}(?:```|~~~)[^\n]*$", re.MULTILINE)
HEADING = re.compile(r"^[ \t]{0,20}#{1,6}[ \t]+(\S[^\n]*)$", re.MULTILINE)
BULLET = re.compile(r"^[ \t]{0,20}(?:>[ \t]{0,9}){0,9}(?:[-*+•·][ \t]{1,9}(?=\S))?", re.MULTILINE)
NUMBERED = re.compile(r"^[ \t]{0,20}(\d{1,3}[.)])(?=[ \t])", re.MULTILINE)
ESCAPED = re.compile(r"\\([^\w\s])")
STRONG = re.compile(r"(?<![\w*_])(\*\*\*?|___?)(?=\S)([^*_\n]{1,500})\1(?![\w*_])")
STRUCK = re.compile(r"(?<![\w~])~~?(?=[^\s~\d])([^~\n]{1,500})~~?(?![\w~])")
# *laughs* or *really*: a direction, or emphasis.
STARRED = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,200})\*(?![\w*])")
# Asterisks between digits are a sign of multiplication; all others are not read.
ASTERISKS = re.compile(r"(?<!\d)\*+|\*+(?!\d)")
CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d\d"
# The time of a line as subtitles and chats have it: with hours, minutes and seconds, with parts of a second, or a span.
TIMESTAMP = re.compile(
    rf"^[ \t]{{0,20}}(?:\d{{1,2}}:\d\d:\d\d(?:[.,]\d{{1,3}})?|{CLOCK}[.,]\d{{1,3}}|{CLOCK}(?=[ \t]{{0,9}}--?>))"
    rf"(?:[ \t]{{0,9}}--?>[ \t]{{0,9}}{CLOCK}(?:[.,]\d{{1,3}})?)?(?=\s|$)",
    re.MULTILINE,
)
SLUGLINE = re.compile(r"^[ \t]{0,60}((?:INT|EXT|EST|INT\.?/EXT|I/E)[. ][^\n]*)$", re.MULTILINE)
# The sign of a masculine ordinal, which keyboards have in place of the one of a degree.
DEGREE = re.compile("(?<=\\d)º(?=[CF]|\\W|$)|(?<=\\d )º(?=[CF])")
CHEVRONS = re.compile(r">>+")
# A plural in brackets: "friend(s)".
PLURAL = re.compile(r"(?<=[A-Za-z])\((e?s)\)")
# Brackets within a number: "(555) 123-4567".
DIGITS_ONLY = re.compile(r"\(([\d +-]{1,12})\)")


def without_markup(text: str) -> str:
    """The text without what nobody speaks; what may be spoken or not stands between OPEN and CLOSE, never nested."""
    text = DEGREE.sub("°", text)
    text = ENTITY.sub(lambda match: html.unescape(match[0]), text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace(OPEN, " ").replace(CLOSE, " ").replace("\xa0", " ")
    text = _without_comments(text)
    text = FENCE.sub("", TIMESTAMP.sub("", text))
    text = _without_pictures(EMOTICON.sub(" ", SHORTCODE.sub(" ", text)))
    text = LINK.sub(lambda match: " " if match[1] else match[2], text)
    for lines in (HEADING, SLUGLINE):
        text = lines.sub(MAYBE, text)
    text = mark_speakers(text, OPEN, CLOSE)
    text = NUMBERED.sub(MAYBE, CHEVRONS.sub(" ", BULLET.sub("", text)))
    text = ESCAPED.sub(r"\1", DIGITS_ONLY.sub(r"\1", PLURAL.sub(r"\1", text)))
    text = STRUCK.sub(MAYBE, STRONG.sub(r"\2", text))
    text = ASTERISKS.sub(" ", STARRED.sub(MAYBE, text)).replace("_", " ")
    text = _each_bracket(text, OPENING, CLOSING, "", "")
    return _flat(_each_bracket(text, ROUND_OPENING, ROUND, OPEN, CLOSE))


def _without_comments(text: str) -> str:
    """`text` without the comments of HTML; one that is not closed stays."""
    kept, done = [], 0
    while (start := text.find("<!--", done)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept += [text[done:start], " "]
        done = end + 3
    return "".join([*kept, text[done:]])


def _without_pictures(text: str) -> str:
    """`text` without emoji and other pictures, and without invisible characters."""
    if text.isascii() and text.isprintable():
        return text
    spoken = []
    for letter in VARIANTS.sub("", text):
        kind = unicodedata.category(letter)
        # Invisible characters may stand within a word; a picture ends it.
        spoken.append(letter if letter in READ_ALOUD or kind not in PICTURES else "" if kind in ("Cf", "Me") else " ")
    return "".join(spoken)


def _each_bracket(text: str, opening: re.Pattern, closing: dict[str, str], before: str, after: str) -> str:
    """`text` with each bracket and its contents, up to the first closing bracket, replaced: by nothing if `before` is
    empty, else by the contents between `before` and `after`. Brackets that nothing closes stay."""
    kept, done, start = [], 0, 0
    # Kinds of brackets that nothing closes further on: each kind is searched in vain only once.
    unclosed: set[str] = set()
    while opened := opening.search(text, start):
        start = opened.end()
        end = -1 if opened[0] in unclosed else text.find(closing[opened[0]], start)
        if end < 0:
            unclosed.add(opened[0])
            continue
        kept += [text[done : opened.start()], " "]
        if before:
            kept += [before, text[start:end], after, " "]
        done = start = end + 1
    return "".join([*kept, text[done:]])


def _flat(text: str) -> str:
    """`text` with the marks within other marks, and those that lost their other half to a bracket, left out."""
    parts = re.split(f"([{OPEN}{CLOSE}])", text)
    depth, first = 0, 0
    for place in range(1, len(parts), 2):
        if parts[place] == OPEN:
            depth += 1
            first = place if depth == 1 else first
            parts[place] = OPEN if depth == 1 else " "
        else:
            parts[place] = CLOSE if depth == 1 else " "
            depth = max(depth - 1, 0)
    if depth:
        parts[first] = " "
    return "".join(parts)
